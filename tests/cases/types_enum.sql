-- ENUM: positions, NULL, the empty string, the error value.
-- before
CREATE DATABASE types_enum;
-- both
USE types_enum;
SET sql_mode = '';
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a ENUM('a','b','c'), b ENUM('x y','ü','日本','😀') NOT NULL, c ENUM('one','two') DEFAULT 'two', d ENUM('')
);
INSERT INTO t_{phase} VALUES
  (1, 'a', 'x y', 'one', ''),
  (2, 'c', '日本', NULL, NULL),
  (3, NULL, '😀', 'two', ''),
  (4, 2, 2, 1, ''),
  (5, '', 'ü', 'nothing', '');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
