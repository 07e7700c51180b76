-- Defaults of binary columns.
-- before
CREATE DATABASE defaults_binary;
-- both
USE defaults_binary;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BINARY(4) DEFAULT 'ab', b VARBINARY(10) DEFAULT 'cd', c BINARY(2) NOT NULL DEFAULT ''
);
INSERT INTO t_{phase} VALUES
  (1, 'x', 'x', 'x'),
  (2, NULL, NULL, DEFAULT);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
