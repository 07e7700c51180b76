-- Invisible columns: fields like others.
-- before
CREATE DATABASE rows_invisible;
-- both
USE rows_invisible;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a INT INVISIBLE, b INT, c VARCHAR(5) INVISIBLE DEFAULT 'i');
INSERT INTO t_{phase} (id, a, b) VALUES (1, 2, 3);
INSERT INTO t_{phase} VALUES (2, 5);
UPDATE t_{phase} SET a = 9 WHERE id = 1;
-- after
USE rows_invisible;
INSERT INTO t_snapshot (id, c) VALUES (3, 'x');
