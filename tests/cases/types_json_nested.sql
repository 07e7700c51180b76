-- JSON nested deeply and widely, large documents with long offsets.
-- before
CREATE DATABASE types_json_nested;
-- both
USE types_json_nested;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, CONCAT(REPEAT('[', 60), REPEAT(']', 60))),
  (2, CONCAT(REPEAT('{"a":', 50), '1', REPEAT('}', 50))),
  (3, JSON_OBJECT('big', REPEAT('x', 70000), 'i', 70000, 'j', -70000, 'k', true, 'l', null, 'n', 4294967296)),
  (4, JSON_ARRAY(REPEAT('y', 70000), 1, 2147483647, JSON_ARRAY(1, JSON_OBJECT('a', 'b'))));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
