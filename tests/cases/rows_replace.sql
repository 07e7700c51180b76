-- REPLACE: an update on a primary key alone, a delete and an insert with a second unique key.
-- before
CREATE DATABASE rows_replace;
-- both
USE rows_replace;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
CREATE TABLE u_{phase} (id INT PRIMARY KEY, k INT UNIQUE, v INT);
INSERT INTO t_{phase} VALUES (1, 1);
REPLACE INTO t_{phase} VALUES (1, 2), (2, 1), (1, 3);
INSERT INTO u_{phase} VALUES (1, 10, 1), (2, 20, 1);
REPLACE INTO u_{phase} VALUES (1, 20, 2);
REPLACE INTO u_{phase} VALUES (3, 20, 3);
-- after
USE rows_replace;
REPLACE INTO t_snapshot VALUES (1, 9);
REPLACE INTO u_snapshot VALUES (1, 20, 9);
