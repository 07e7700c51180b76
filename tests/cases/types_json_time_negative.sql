-- JSON with negative times and times over 24 hours.
-- before
CREATE DATABASE types_json_time_negative;
-- both
USE types_json_time_negative;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_OBJECT('t', CAST('-00:30:00' AS TIME))),
  (2, JSON_OBJECT('t', CAST('-12:34:56.5' AS TIME(1)))),
  (3, JSON_OBJECT('t', CAST('100:00:00' AS TIME)));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
