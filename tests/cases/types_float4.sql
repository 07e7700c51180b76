-- FLOAT4 and FLOAT8.
-- before
CREATE DATABASE types_float4;
-- both
USE types_float4;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a FLOAT4, b FLOAT8
);
INSERT INTO t_{phase} VALUES
  (1, 1.5, 1.5),
  (2, NULL, 1e300);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
