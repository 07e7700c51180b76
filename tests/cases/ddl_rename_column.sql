-- RENAME COLUMN: one, two that swap, one of the key.
-- after
CREATE DATABASE ddl_rename_column; USE ddl_rename_column;
CREATE TABLE t (id INT PRIMARY KEY, a INT DEFAULT 3, b VARCHAR(5) DEFAULT 'x');
INSERT INTO t VALUES (1, 1, 'one');
ALTER TABLE t RENAME COLUMN a TO c;
INSERT INTO t VALUES (2, 2, 'two');
ALTER TABLE t RENAME COLUMN id TO ident;
UPDATE t SET c = 8 WHERE ident = 1;
ALTER TABLE t RENAME COLUMN c TO d, ADD COLUMN e INT AFTER ident;
INSERT INTO t VALUES (4, 4, 4, 'four');
