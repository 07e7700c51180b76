-- The zero TIMESTAMP.
-- before
CREATE DATABASE types_timestamp_zero;
-- both
USE types_timestamp_zero;
SET sql_mode = ''; SET time_zone = '+00:00';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TIMESTAMP NULL, b TIMESTAMP NOT NULL DEFAULT '0000-00-00 00:00:00', c TIMESTAMP(3) NULL, d TIMESTAMP(6) NOT NULL DEFAULT '2001-02-03 04:05:06.5'
);
INSERT INTO t_{phase} VALUES
  (1, '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00 00:00:00'),
  (2, NULL, '2020-01-01', NULL, '2020-01-01');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
