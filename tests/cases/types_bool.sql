-- BOOL and BOOLEAN: a boolean in a live DDL, tinyint(1) when read from the server.
-- before
CREATE DATABASE types_bool;
-- both
USE types_bool;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BOOL, b BOOLEAN NOT NULL, c BOOL DEFAULT TRUE, d BOOLEAN DEFAULT FALSE, e TINYINT(1) DEFAULT 1
);
INSERT INTO t_{phase} VALUES
  (1, TRUE, FALSE, TRUE, FALSE, 1),
  (2, 1, 0, NULL, NULL, NULL),
  (3, NULL, 1, 0, 1, 0);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
