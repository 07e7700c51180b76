-- RENAME TABLES, the other spelling of RENAME TABLE, with and without quotes.
-- alone: Debezium stops on the word TABLES
-- after
CREATE DATABASE ddl_rename_tables; USE ddl_rename_tables;
CREATE TABLE a (id INT PRIMARY KEY, a INT); CREATE TABLE b (id INT PRIMARY KEY, b VARCHAR(9));
INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 'b');
RENAME TABLES `a` TO c, ddl_rename_tables.b TO ddl_rename_tables.`d`;
INSERT INTO c VALUES (3, 3); INSERT INTO d VALUES (3, 'd');
