-- Tables of other engines: MyISAM, MEMORY, CSV.
-- before
CREATE DATABASE rows_engines;
-- both
USE rows_engines;
CREATE TABLE m_{phase} (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE = MyISAM;
CREATE TABLE e_{phase} (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE = MEMORY;
CREATE TABLE nokey_{phase} (id INT NOT NULL, v VARCHAR(20) NOT NULL) ENGINE = CSV;
INSERT INTO m_{phase} VALUES (1, 'a'), (2, 'b');
INSERT INTO e_{phase} VALUES (1, 'a');
INSERT INTO nokey_{phase} VALUES (1, 'a');
UPDATE m_{phase} SET v = 'c' WHERE id = 1;
DELETE FROM e_{phase};
