-- latin1: the five bytes that windows-1252 does not define.
-- before
CREATE DATABASE charset_latin1_undefined;
-- both
USE charset_latin1_undefined;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = latin1;
INSERT INTO t_{phase} VALUES
  (1, _latin1 x'818d8f909d', '', _latin1 x'818d8f909d');
-- after
USE charset_latin1_undefined;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
