-- INTEGER UNSIGNED: Debezium does not know the alias in a live DDL and wraps the value.
-- before
CREATE DATABASE types_integer_unsigned;
-- both
USE types_integer_unsigned;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a INTEGER UNSIGNED, b MIDDLEINT UNSIGNED, c INTEGER UNSIGNED NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, 0, 0, 0),
  (2, 4294967295, 16777215, 4294967295),
  (3, 2147483648, 1, 7),
  (4, NULL, NULL, 1);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
