-- sjis: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_sjis;
-- both
USE charset_sjis;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = sjis;
INSERT INTO t_{phase} VALUES
  (1, _sjis x'616263207e', '', _sjis x'616263207e'),
  (2, _sjis x'93fa967bb6c5955c835c', '', _sjis x'93fa967bb6c5955c835c');
-- after
USE charset_sjis;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
