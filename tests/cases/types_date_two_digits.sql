-- Years below 100 are taken as two digits.
-- before
CREATE DATABASE types_date_two_digits;
-- both
USE types_date_two_digits;
SET sql_mode = '';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DATE, b DATETIME
);
INSERT INTO t_{phase} VALUES
  (1, '0018-04-01', '0018-04-01 01:02:03'),
  (2, '0069-12-31', '0070-01-01 00:00:00'),
  (3, '0099-12-31', '0001-01-01 00:00:00');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
