-- BLOB of each size, and LONG VARBINARY.
-- before
CREATE DATABASE types_blob;
-- both
USE types_blob;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TINYBLOB, b BLOB, c MEDIUMBLOB, d LONGBLOB, e LONG VARBINARY, f BLOB(10)
);
INSERT INTO t_{phase} VALUES
  (1, x'', x'', x'', x'', x'', x''),
  (2, REPEAT(x'00', 255), REPEAT(x'0a5c22', 5000), REPEAT(x'c3', 70000), x'00', x'fb', x'ff'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
