-- REAL is DOUBLE in MySQL; Debezium narrows it when it comes by a live DDL.
-- before
CREATE DATABASE types_real;
-- both
USE types_real;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a REAL, b REAL(8,3)
);
INSERT INTO t_{phase} VALUES
  (1, 1.5, 2.25),
  (2, 0.1, 99999.999),
  (3, 1e300, 1),
  (4, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
