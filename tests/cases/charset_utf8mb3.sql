-- utf8mb3: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_utf8mb3;
-- both
USE charset_utf8mb3;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = utf8mb3;
INSERT INTO t_{phase} VALUES
  (1, _utf8mb3 x'616263207e', '', _utf8mb3 x'616263207e'),
  (2, _utf8mb3 x'c3a4c39fe697a5e69cace282ac', '', _utf8mb3 x'c3a4c39fe697a5e69cace282ac');
-- after
USE charset_utf8mb3;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
