-- ujis: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_ujis;
-- both
USE charset_ujis;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = ujis;
INSERT INTO t_{phase} VALUES
  (1, _ujis x'616263207e', '', _ujis x'616263207e'),
  (2, _ujis x'c6fccbdca5aba5ca', '', _ujis x'c6fccbdca5aba5ca');
-- after
USE charset_ujis;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
