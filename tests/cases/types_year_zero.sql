-- YEAR 0000.
-- before
CREATE DATABASE types_year_zero;
-- both
USE types_year_zero;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a YEAR, b YEAR NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, '0000', '0000'),
  (2, 2000, 1900 + 1);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
