-- CHAR and VARCHAR: blanks, length, quotes, control characters.
-- before
CREATE DATABASE types_char;
-- both
USE types_char;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, c CHAR(10), v VARCHAR(50), c0 CHAR(0), v0 VARCHAR(0)
);
INSERT INTO t_{phase} VALUES
  (1, '', '', '', ''),
  (2, 'ten chars.', 'a"b\\c/d', NULL, NULL),
  (3, '  lead', '  both  ', '', ''),
  (4, 'trail   ', 'trail   ', '', ''),
  (5, NULL, NULL, NULL, NULL),
  (6, 'tab\tnl\n', 'cr\r bs\b zero\0 sub\Z', '', ''),
  (7, 'ß日𝄞😀', REPEAT('😀', 50), '', '');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
