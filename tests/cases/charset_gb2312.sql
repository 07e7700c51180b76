-- gb2312: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_gb2312;
-- both
USE charset_gb2312;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = gb2312;
INSERT INTO t_{phase} VALUES
  (1, _gb2312 x'616263207e', '', _gb2312 x'616263207e'),
  (2, _gb2312 x'babad7d6d6d0cec4', '', _gb2312 x'babad7d6d6d0cec4');
-- after
USE charset_gb2312;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
