-- A nullable UNIQUE written at the column.
-- only: ddl
-- after
CREATE DATABASE key_unique_nullable; USE key_unique_nullable;
CREATE TABLE t (a INT UNIQUE, b INT);
INSERT INTO t VALUES (1, 1), (NULL, 2);
