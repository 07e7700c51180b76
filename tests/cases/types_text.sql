-- TEXT of each size, and LONG.
-- before
CREATE DATABASE types_text;
-- both
USE types_text;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a TINYTEXT, b TEXT, c MEDIUMTEXT, d LONGTEXT, e LONG, f LONG VARCHAR, g TEXT(300)
);
INSERT INTO t_{phase} VALUES
  (1, '', '', '', '', '', '', ''),
  (2, REPEAT('x', 255), REPEAT('日', 5000), REPEAT('m', 70000), REPEAT('l', 70000), 'long', 'varchar', REPEAT('g', 300)),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
