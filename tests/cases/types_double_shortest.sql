-- DOUBLE whose shortest text Java 17 does not find.
-- before
CREATE DATABASE types_double_shortest;
-- both
USE types_double_shortest;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DOUBLE
);
INSERT INTO t_{phase} VALUES
  (1, 2e23),
  (2, 1e23),
  (3, 8.41e21),
  (4, 2.0e-3);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
