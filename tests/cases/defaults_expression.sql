-- Expressions as defaults: none in the schema.
-- before
CREATE DATABASE defaults_expression;
-- both
USE defaults_expression;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a INT DEFAULT (1 + 1), b VARCHAR(40) DEFAULT (UUID()), c JSON DEFAULT (JSON_ARRAY()), d TEXT DEFAULT ('abc'), e DATE DEFAULT (CURRENT_DATE), f DECIMAL(5,2) NOT NULL DEFAULT (RAND()), g POINT DEFAULT (POINT(0,0)), h BLOB DEFAULT (x'00')
);
INSERT INTO t_{phase} VALUES
  (1, 1, 'x', '{}', 'x', '2020-01-01', 1, POINT(1,1), 'x'),
  (2, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
