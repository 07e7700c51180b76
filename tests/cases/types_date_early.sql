-- DATE and DATETIME in the calendar gap of October 1582 and before year 1000.
-- before
CREATE DATABASE types_date_early;
-- both
USE types_date_early;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DATE, b DATETIME
);
INSERT INTO t_{phase} VALUES
  (1, '1582-10-10', '1582-10-10 01:02:03'),
  (2, '0100-01-01', '0100-01-01 00:00:00'),
  (3, '0999-12-31', '0999-12-31 23:59:59');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
