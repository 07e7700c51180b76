-- DOUBLE at the edges of its notations.
-- before
CREATE DATABASE types_double;
-- both
USE types_double;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DOUBLE, b DOUBLE UNSIGNED, c DOUBLE(10,2), d DOUBLE PRECISION
);
INSERT INTO t_{phase} VALUES
  (1, 0, 0, 0, 0),
  (2, 1.7976931348623157e308, 2.2250738585072014e-308, 12345678.91, 0.1),
  (3, -1e7, 9999999, 1, 0.001),
  (4, 1e-3, 9.99e-4, 0.01, 1e21),
  (5, 123456789.123456789, 4.35, 100, 100000000),
  (6, NULL, NULL, NULL, NULL),
  (7, -0.0, 5e-324, -1.5, 1e22);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
