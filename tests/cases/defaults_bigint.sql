-- Integer defaults that a double cannot hold.
-- before
CREATE DATABASE defaults_bigint;
-- both
USE defaults_bigint;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BIGINT DEFAULT 9007199254740993, b BIGINT DEFAULT -9223372036854775808, c BIGINT UNSIGNED DEFAULT 9007199254740993
);
INSERT INTO t_{phase} VALUES
  (1, 1, 1, 1),
  (2, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
