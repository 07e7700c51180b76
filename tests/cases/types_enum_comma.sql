-- ENUM options with commas, quotes and backslashes.
-- before
CREATE DATABASE types_enum_comma;
-- both
USE types_enum_comma;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a ENUM('b,c','d','e,,f'), b ENUM('d''e','"q"','`')
);
INSERT INTO t_{phase} VALUES
  (1, 'b,c', 'd''e'),
  (2, 'd', '"q"'),
  (3, 'e,,f', '`');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
