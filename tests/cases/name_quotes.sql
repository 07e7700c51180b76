-- Quote characters in names of columns and tables.
-- after
CREATE DATABASE name_quotes; USE name_quotes;
CREATE TABLE t (id INT PRIMARY KEY, `a"b` INT, `c'd` INT, `e``f` INT);
INSERT INTO t VALUES (1, 1, 1, 1);
ALTER TABLE t ADD `g"` INT;
INSERT INTO t VALUES (2, 2, 2, 2, 2);
CREATE TABLE `q'uote` (id INT PRIMARY KEY); INSERT INTO `q'uote` VALUES (1);
CREATE TABLE `q"uote` (id INT PRIMARY KEY); INSERT INTO `q"uote` VALUES (1);
