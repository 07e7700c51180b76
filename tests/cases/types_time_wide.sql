-- TIME below zero and over 24 hours: no value of Connect's own Time.
-- before
CREATE DATABASE types_time_wide;
-- both
USE types_time_wide;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TIME, b TIME(3), c TIME(6)
);
INSERT INTO t_{phase} VALUES
  (1, '838:59:59', '838:59:59', '838:59:59'),
  (2, '-838:59:59', '-838:59:59', '-838:59:59'),
  (3, '-00:00:01', '-00:00:00.001', '-00:00:00.000001'),
  (4, '24:00:01', '24:00:00.001', '24:00:00.000001');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
