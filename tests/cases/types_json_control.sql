-- JSON control characters: the two phases spell the hex digits differently.
-- before
CREATE DATABASE types_json_control;
-- both
USE types_json_control;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_ARRAY(CHAR(31 USING utf8mb4), CHAR(26 USING utf8mb4))),
  (2, JSON_OBJECT(CHAR(27 USING utf8mb4), CHAR(127 USING utf8mb4)));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
