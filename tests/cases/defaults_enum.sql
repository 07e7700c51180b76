-- Defaults of ENUM and SET.
-- before
CREATE DATABASE defaults_enum;
-- both
USE defaults_enum;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a ENUM('a','b') DEFAULT 'b', b SET('x','y') DEFAULT 'x,y', c ENUM('a','b') NOT NULL, d SET('x','y') NOT NULL DEFAULT ''
);
INSERT INTO t_{phase} VALUES
  (1, 'a', 'x', 'a', 'x'),
  (2, NULL, NULL, 'b', DEFAULT);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
