-- Dates of the year 0.
-- before
CREATE DATABASE types_date_year_zero;
-- both
USE types_date_year_zero;
SET sql_mode = '';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DATE, b DATETIME, c DATE NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, '0000-05-05', '0000-05-05 01:02:03', '0000-05-05'),
  (2, '0000-00-05', '0000-01-01 00:00:00', '0000-12-31');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
