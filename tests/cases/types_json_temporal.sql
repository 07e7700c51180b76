-- JSON with dates, times and decimals from SQL values.
-- before
CREATE DATABASE types_json_temporal;
-- both
USE types_json_temporal;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_OBJECT('d', CAST('2015-01-15' AS DATE))),
  (2, JSON_OBJECT('dt', CAST('2015-01-15 23:24:25' AS DATETIME))),
  (3, JSON_OBJECT('dt', CAST('2015-01-15 23:24:25.12' AS DATETIME(2)))),
  (4, JSON_OBJECT('dt', CAST('2015-01-15 23:24:25.024' AS DATETIME(6)))),
  (5, JSON_OBJECT('t', CAST('23:24:25' AS TIME))),
  (6, JSON_OBJECT('t', CAST('23:24:25.12' AS TIME(3)))),
  (7, JSON_ARRAY(CAST(1.10 AS DECIMAL(10,2)), CAST(-5 AS DECIMAL(5,0)), CAST(0.000001 AS DECIMAL(10,6)))),
  (8, CAST(CAST('2020-02-29 12:00:00' AS DATETIME) AS JSON));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
