-- Partitioned tables, by range, list, hash and key, and a row that moves.
-- before
CREATE DATABASE rows_partitioned;
-- both
USE rows_partitioned;
CREATE TABLE r_{phase} (id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE h_{phase} (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 4;
CREATE TABLE k_{phase} (a INT, b INT, PRIMARY KEY (a, b)) PARTITION BY KEY (b) PARTITIONS 2;
INSERT INTO r_{phase} VALUES (1, 1), (11, 2);
INSERT INTO h_{phase} VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO k_{phase} VALUES (1, 1), (2, 2);
UPDATE r_{phase} SET id = 12 WHERE id = 1;
UPDATE k_{phase} SET b = b + 1;
DELETE FROM h_{phase} WHERE id = 2;
