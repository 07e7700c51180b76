-- euckr: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_euckr;
-- both
USE charset_euckr;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = euckr;
INSERT INTO t_{phase} VALUES
  (1, _euckr x'616263207e', '', _euckr x'616263207e'),
  (2, _euckr x'c7d1b1b9beee', '', _euckr x'c7d1b1b9beee');
-- after
USE charset_euckr;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
