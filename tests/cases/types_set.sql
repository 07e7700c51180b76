-- SET: none, some, all; other scripts.
-- before
CREATE DATABASE types_set;
-- both
USE types_set;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a SET('one','two','drei','vier'), b SET('ü','日本','x y') NOT NULL, c SET('a','b') DEFAULT 'a,b'
);
INSERT INTO t_{phase} VALUES
  (1, '', '', 'a'),
  (2, 'one,two,drei,vier', 'x y,ü', NULL),
  (3, 'vier,one', '日本', ''),
  (4, NULL, 'ü', 'b');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
