-- TIME with fractions, negative, over 24 hours.
-- before
CREATE DATABASE types_time;
-- both
USE types_time;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TIME, b TIME(1), c TIME(3), d TIME(6), e TIME NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, '00:00:00', '00:00:00', '00:00:00', '00:00:00', '00:00:00'),
  (2, '10:20:30', '10:20:30.5', '10:20:30.123', '10:20:30.123456', '23:59:59'),
  (3, NULL, NULL, NULL, NULL, '12:00:00'),
  (4, '24:00:00', '23:59:59.9', '23:59:59.999', '23:59:59.999999', '01:02:03');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
