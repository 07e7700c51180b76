-- gbk: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_gbk;
-- both
USE charset_gbk;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = gbk;
INSERT INTO t_{phase} VALUES
  (1, _gbk x'616263207e', '', _gbk x'616263207e'),
  (2, _gbk x'babad7d6d6d0cec48140a0fe', '', _gbk x'babad7d6d6d0cec48140a0fe');
-- after
USE charset_gbk;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
