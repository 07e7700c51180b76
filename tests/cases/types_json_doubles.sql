-- JSON doubles: at the edge of their notations.
-- before
CREATE DATABASE types_json_doubles;
-- both
USE types_json_doubles;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, '[1.0, 0.1, -0.0, 123456789.125, 1.5, 4.35]'),
  (2, '[1e7, 9999999.0, 1e-3, 9.99e-4, 1.5e-5]'),
  (3, '[1e20, 1e21, 1.5e300, 18446744073709551616]'),
  (4, '[0.5, 100.25, 1e2, 3.0]'),
  (5, '2.5');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
