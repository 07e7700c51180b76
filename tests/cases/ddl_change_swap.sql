-- CHANGE of two columns that swap their names in one statement.
-- alone: Debezium loses one of the columns and stops at the next row
-- after
CREATE DATABASE ddl_change_swap; USE ddl_change_swap;
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20));
INSERT INTO t VALUES (1, 1, 'one');
ALTER TABLE t CHANGE a b INT, CHANGE b a VARCHAR(20);
INSERT INTO t VALUES (2, 2, 'two');
UPDATE t SET a = 'x', b = 9;
