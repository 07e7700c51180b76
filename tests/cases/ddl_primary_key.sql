-- ADD and DROP PRIMARY KEY, and a key over other columns.
-- only: ddl
-- after
CREATE DATABASE ddl_primary_key; USE ddl_primary_key;
CREATE TABLE t_nokey (a INT NOT NULL, b INT NOT NULL, c VARCHAR(5));
INSERT INTO t_nokey VALUES (1, 1, 'x');
ALTER TABLE t_nokey ADD PRIMARY KEY (a);
INSERT INTO t_nokey VALUES (2, 2, 'y');
ALTER TABLE t_nokey DROP PRIMARY KEY, ADD PRIMARY KEY (b, a);
INSERT INTO t_nokey VALUES (3, 3, 'z');
UPDATE t_nokey SET c = 'w' WHERE a = 1;
DELETE FROM t_nokey WHERE a = 2;
ALTER TABLE t_nokey DROP PRIMARY KEY;
INSERT INTO t_nokey VALUES (4, 4, 'n');
UPDATE t_nokey SET c = 'm' WHERE a = 4;
DELETE FROM t_nokey WHERE a = 4;
ALTER TABLE t_nokey ADD COLUMN id INT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST;
INSERT INTO t_nokey VALUES (10, 5, 5, 'p');
ALTER TABLE t_nokey ADD CONSTRAINT pk2 UNIQUE (a);
UPDATE t_nokey SET c = 'q';
