-- Columns whose names differ only in what a topic would replace; tables too.
-- after
CREATE DATABASE name_dash; USE name_dash;
CREATE TABLE t (id INT PRIMARY KEY, `a b` INT, `a_b` INT, `a-b` INT);
INSERT INTO t VALUES (1, 1, 2, 3);
CREATE TABLE `x y` (id INT PRIMARY KEY, a INT); CREATE TABLE `x_y` (id INT PRIMARY KEY, b INT);
INSERT INTO `x y` VALUES (1, 1); INSERT INTO `x_y` VALUES (2, 2);
