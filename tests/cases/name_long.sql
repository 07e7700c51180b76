-- Names of 64 characters; together longer than nothing that Kafka allows.
-- after
CREATE DATABASE name_long; USE name_long;
CREATE TABLE `llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` (`llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` INT PRIMARY KEY, b INT);
INSERT INTO `llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` VALUES (1, 1);
ALTER TABLE `llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` ADD c INT AFTER `llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll`;
INSERT INTO `llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll` VALUES (2, 2, 2);
