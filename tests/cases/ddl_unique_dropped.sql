-- The unique index that is the key goes.
-- only: ddl
-- after
CREATE DATABASE ddl_unique_dropped; USE ddl_unique_dropped;
CREATE TABLE t_nokey (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY ua (a));
INSERT INTO t_nokey VALUES (1, 1);
ALTER TABLE t_nokey DROP INDEX ua;
INSERT INTO t_nokey VALUES (2, 2);
CREATE TABLE u_nokey (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY ua (a), UNIQUE KEY ub (b));
INSERT INTO u_nokey VALUES (1, 1);
DROP INDEX ua ON u_nokey;
INSERT INTO u_nokey VALUES (2, 2);
