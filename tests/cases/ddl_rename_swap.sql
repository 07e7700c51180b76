-- RENAME of several tables that swaps them.
-- after
CREATE DATABASE ddl_rename_swap; USE ddl_rename_swap;
CREATE TABLE a (id INT PRIMARY KEY, a INT);
CREATE TABLE b (id INT PRIMARY KEY, b VARCHAR(9));
INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 'b');
RENAME TABLE a TO t, b TO a, t TO b;
INSERT INTO a VALUES (2, 'b in a'); INSERT INTO b VALUES (2, 2);
RENAME TABLE `a` TO c, ddl_rename_swap.b TO ddl_rename_swap.`d`;
INSERT INTO c VALUES (3, 'c'); INSERT INTO d VALUES (3, 3);
