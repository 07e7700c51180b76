-- FLOAT: exact in the stream, as the server prints it in the snapshot.
-- before
CREATE DATABASE types_float;
-- both
USE types_float;
SET sql_mode = '';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a FLOAT, b FLOAT UNSIGNED, c FLOAT(24), d FLOAT(7,3), e FLOAT(25), f FLOAT(53)
);
INSERT INTO t_{phase} VALUES
  (1, 0, 0, 0, 0, 0, 0),
  (2, 3.1415927, 0.1, 0.5, 5.61, 5.61, 5.61),
  (3, -1.5, 16777216, 1e10, 9999.999, 1e100, -1e-5),
  (4, 3.402823466e38, 1.17549435e-38, 1e-3, -0.001, 0.1, 1e7),
  (5, NULL, NULL, NULL, NULL, NULL, NULL),
  (6, 1e-4, 123456.789, 9999999, 1, 123456789.125, 1e6);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
