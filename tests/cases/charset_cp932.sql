-- cp932: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_cp932;
-- both
USE charset_cp932;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = cp932;
INSERT INTO t_{phase} VALUES
  (1, _cp932 x'616263207e', '', _cp932 x'616263207e'),
  (2, _cp932 x'93fa967b8740878a8160817c8161', '', _cp932 x'93fa967b8740878a8160817c8161');
-- after
USE charset_cp932;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
