-- JSON: scalars, arrays, objects, NULL.
-- before
CREATE DATABASE types_json;
-- both
USE types_json;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON, k JSON NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, '{}', '[]'),
  (2, NULL, 'null'),
  (3, 'true', 'false'),
  (4, '"text"', '""'),
  (5, '0', '-1'),
  (6, '{"a": 1, "b": [1, 2, {"c": null}]}', '[[], {}, [[]]]'),
  (7, '{"bb": 1, "a": 2, "aaa": 3, "": 4}', '[true, false, null]');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
