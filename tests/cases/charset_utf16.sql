-- utf16: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_utf16;
-- both
USE charset_utf16;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = utf16;
INSERT INTO t_{phase} VALUES
  (1, _utf16 x'0061006200630020007e', '', _utf16 x'0061006200630020007e'),
  (2, _utf16 x'00e400df65e5672c20acd834dd1ed83dde00', '', _utf16 x'00e400df65e5672c20acd834dd1ed83dde00');
-- after
USE charset_utf16;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
