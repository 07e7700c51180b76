-- Names with a backtick and with quotes.
-- alone: Debezium stops in the snapshot
-- before
CREATE DATABASE alone_names;
USE alone_names;
CREATE TABLE `a``b` (id INT PRIMARY KEY, v INT);
CREATE TABLE q (id INT PRIMARY KEY, `d"q` INT, `b``t` INT);
INSERT INTO `a``b` VALUES (1, 1);
INSERT INTO q VALUES (1, 1, 1);
-- after
USE alone_names;
INSERT INTO `a``b` VALUES (2, 2);
INSERT INTO q VALUES (2, 2, 2);
UPDATE `a``b` SET v = 3;
