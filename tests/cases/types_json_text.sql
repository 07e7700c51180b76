-- JSON strings: escapes, controls, other scripts, lengths.
-- before
CREATE DATABASE types_json_text;
-- both
USE types_json_text;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_ARRAY('a"b', 'c\\d', '/', 'e\nf', '\t', '\r', '\b')),
  (2, JSON_ARRAY(CHAR(1 USING utf8mb4), CHAR(12 USING utf8mb4))),
  (3, JSON_ARRAY('ü', '日本', '😀', 'x')),
  (4, JSON_ARRAY(REPEAT('s', 127), REPEAT('t', 128), REPEAT('u', 20000))),
  (5, JSON_OBJECT('ü', 1, '日本', 2, '😀', 3, 'a"b', 4, 'c\\', 5));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
