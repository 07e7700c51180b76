-- YEAR at its ends and as two digits.
-- before
CREATE DATABASE types_year;
-- both
USE types_year;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a YEAR, b YEAR NOT NULL, c YEAR DEFAULT 2020, d YEAR DEFAULT '70'
);
INSERT INTO t_{phase} VALUES
  (1, 1901, 1901, 1901, 1901),
  (2, 2155, 2155, 2155, 2155),
  (3, '69', '70', NULL, NULL),
  (4, NULL, 2000, 1970, 1999);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
