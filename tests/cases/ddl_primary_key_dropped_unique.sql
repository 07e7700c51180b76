-- DROP PRIMARY KEY where a unique index without nullable columns stands beside it.
-- only: ddl
-- after
CREATE DATABASE ddl_primary_key_dropped_unique; USE ddl_primary_key_dropped_unique;
CREATE TABLE t_nokey (id INT NOT NULL PRIMARY KEY, code VARCHAR(10) NOT NULL UNIQUE, v INT);
INSERT INTO t_nokey VALUES (1, 'a', 1);
ALTER TABLE t_nokey DROP PRIMARY KEY;
INSERT INTO t_nokey VALUES (2, 'b', 2);
