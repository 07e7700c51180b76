-- Sessions in other time zones write the same instants.
-- before
CREATE DATABASE zone_session;
-- both
USE zone_session;
SET time_zone = '+05:45';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TIMESTAMP NULL, b DATETIME, c TIME, d TIMESTAMP(3) NULL
);
INSERT INTO t_{phase} VALUES
  (1, '2020-01-01 00:00:00', '2020-01-01 00:00:00', '00:00:00', '2020-07-01 12:00:00.5');
-- after
SET time_zone = '-11:00';
INSERT INTO t_snapshot VALUES (50, '2020-01-01 00:00:00', '2020-01-01 00:00:00', '00:00:00', '2020-07-01 12:00:00.5');
INSERT INTO t_stream VALUES (50, '2020-01-01 00:00:00', '2020-01-01 00:00:00', '00:00:00', '2020-07-01 12:00:00.5');
SET time_zone = '+14:00';
INSERT INTO t_snapshot VALUES (51, '2020-01-01 00:00:00', '2020-01-01 00:00:00', '00:00:00', '2020-07-01 12:00:00.5');
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
