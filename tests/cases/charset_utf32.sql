-- utf32: one, two, three and four bytes where it has them.
-- before
CREATE DATABASE charset_utf32;
-- both
USE charset_utf32;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200), c CHAR(20), t TEXT) DEFAULT CHARSET = utf32;
INSERT INTO t_{phase} VALUES
  (1, _utf32 x'000000610000006200000063000000200000007e', '', _utf32 x'000000610000006200000063000000200000007e'),
  (2, _utf32 x'000000e4000000df000065e50000672c000020ac0001d11e0001f600', '', _utf32 x'000000e4000000df000065e50000672c000020ac0001d11e0001f600');
-- after
USE charset_utf32;
INSERT INTO t_snapshot SELECT id + 100, v, c, t FROM t_stream;
UPDATE t_snapshot SET c = 'x' WHERE id = 1;
DELETE FROM t_snapshot WHERE id = 101;
