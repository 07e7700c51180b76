-- ADD UNIQUE, CREATE UNIQUE INDEX and DROP INDEX on tables without a primary key.
-- only: ddl
-- after
CREATE DATABASE ddl_unique; USE ddl_unique;
CREATE TABLE t_nokey (a INT NOT NULL, b INT, c VARCHAR(5) NOT NULL);
INSERT INTO t_nokey VALUES (1, 1, 'x');
ALTER TABLE t_nokey ADD UNIQUE KEY ua (a);
INSERT INTO t_nokey VALUES (2, 2, 'y');
CREATE TABLE u_nokey (a INT NOT NULL, b INT, c VARCHAR(5) NOT NULL);
INSERT INTO u_nokey VALUES (1, 1, 'x');
CREATE UNIQUE INDEX uc ON u_nokey (c, a);
INSERT INTO u_nokey VALUES (2, 2, 'y');
CREATE TABLE w (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY (b), UNIQUE KEY (a));
INSERT INTO w VALUES (1, 2);
ALTER TABLE w ADD PRIMARY KEY (a);
INSERT INTO w VALUES (2, 3);
