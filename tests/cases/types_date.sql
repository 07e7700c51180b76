-- DATE at its ends and around the epoch.
-- before
CREATE DATABASE types_date;
-- both
USE types_date;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a DATE, b DATE NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, '1000-01-01', '1000-01-01'),
  (2, '9999-12-31', '9999-12-31'),
  (3, '1970-01-01', '1969-12-31'),
  (4, '2024-02-29', '1900-02-28'),
  (5, NULL, '1582-10-15'),
  (6, '1582-10-04', '2000-01-01');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
