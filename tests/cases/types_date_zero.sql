-- Zero dates and dates with a zero part.
-- before
CREATE DATABASE types_date_zero;
-- both
USE types_date_zero;
SET sql_mode = '';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DATE, b DATE NOT NULL, c DATETIME, d DATETIME NOT NULL, e DATETIME(6), f DATE NOT NULL DEFAULT '2001-02-03'
);
INSERT INTO t_{phase} VALUES
  (1, '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00'),
  (2, '2020-00-00', '2020-00-00', '2020-00-00', '2020-00-00', '2020-00-00', '2020-00-00'),
  (3, '2020-05-00', '2020-05-00', '2020-05-00 01:02:03', '2020-05-00', '2020-05-00', '2020-05-00'),
  (4, '2020-00-05', '2020-00-05', '2020-00-05', '2020-00-05', '2020-00-05', '2020-00-05');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
