-- TRUNCATE, with and without the word TABLE.
-- after
CREATE DATABASE ddl_truncate; USE ddl_truncate;
CREATE TABLE t (id INT PRIMARY KEY, v INT);
INSERT INTO t VALUES (1, 1), (2, 2);
TRUNCATE TABLE t;
INSERT INTO t VALUES (1, 10);
TRUNCATE t;
INSERT INTO t VALUES (1, 100);
