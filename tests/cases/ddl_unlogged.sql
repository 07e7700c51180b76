-- DDL that a session keeps out of the log.
-- alone: Debezium stops at the next row
-- after
CREATE DATABASE ddl_unlogged; USE ddl_unlogged;
CREATE TABLE t (id INT PRIMARY KEY, a INT); CREATE TABLE other (id INT PRIMARY KEY);
INSERT INTO t VALUES (1, 1);
SET sql_log_bin = 0;
ALTER TABLE t ADD COLUMN b VARCHAR(5);
SET sql_log_bin = 1;
INSERT INTO t VALUES (2, 2, 'two');
INSERT INTO other VALUES (1);
