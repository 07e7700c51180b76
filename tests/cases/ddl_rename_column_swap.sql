-- RENAME COLUMN of two columns that swap their names in one statement.
-- alone: Debezium loses one of the columns and stops at the next row
-- after
CREATE DATABASE ddl_rename_column_swap; USE ddl_rename_column_swap;
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(5));
INSERT INTO t VALUES (1, 1, 'one');
ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a;
INSERT INTO t VALUES (2, 2, 'two');
