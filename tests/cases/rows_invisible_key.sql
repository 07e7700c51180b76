-- A generated invisible primary key.
-- before
CREATE DATABASE rows_invisible_key;
-- both
USE rows_invisible_key;
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE t_{phase} (a INT, b VARCHAR(5));
INSERT INTO t_{phase} VALUES (1, 'x'), (2, 'y');
UPDATE t_{phase} SET a = 9 WHERE a = 1;
DELETE FROM t_{phase} WHERE a = 2;
-- after
USE rows_invisible_key;
INSERT INTO t_snapshot VALUES (3, 'z');
