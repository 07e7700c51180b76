-- big5: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_big5;
-- both
USE charset_big5;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = big5;
INSERT INTO t_{phase} VALUES
  (1, _big5 x'616263207e', '', _big5 x'616263207e'),
  (2, _big5 x'ba7ea672a4a4a4e5', '', _big5 x'ba7ea672a4a4a4e5');
-- after
USE charset_big5;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
