-- Generated and invisible columns through DDL.
-- before
CREATE DATABASE ddl_generated;
-- both
USE ddl_generated;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a INT, b INT GENERATED ALWAYS AS (a + 1) STORED, c INT AS (a * 2) VIRTUAL, d INT INVISIBLE DEFAULT 4);
INSERT INTO t_{phase} (id, a) VALUES (1, 1);
ALTER TABLE t_{phase} ADD e INT AS (b + c) STORED AFTER c, ADD f INT INVISIBLE;
INSERT INTO t_{phase} (id, a, f) VALUES (2, 2, 2);
ALTER TABLE t_{phase} ALTER COLUMN d SET VISIBLE;
UPDATE t_{phase} SET d = 9;
ALTER TABLE t_{phase} DROP COLUMN e, MODIFY b INT GENERATED ALWAYS AS (a + 2) STORED;
INSERT INTO t_{phase} (id, a, d) VALUES (3, 3, 3);
