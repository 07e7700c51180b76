-- eucjpms: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_eucjpms;
-- both
USE charset_eucjpms;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = eucjpms;
INSERT INTO t_{phase} VALUES
  (1, _eucjpms x'616263207e', '', _eucjpms x'616263207e'),
  (2, _eucjpms x'c6fccbdcc9bd', '', _eucjpms x'c6fccbdcc9bd');
-- after
USE charset_eucjpms;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
