-- utf16le: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_utf16le;
-- both
USE charset_utf16le;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = utf16le;
INSERT INTO t_{phase} VALUES
  (1, _utf16le x'61006200630020007e00', '', _utf16le x'61006200630020007e00'),
  (2, _utf16le x'e400df00e5652c67ac2034d81edd3dd800de', '', _utf16le x'e400df00e5652c67ac2034d81edd3dd800de');
-- after
USE charset_utf16le;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
