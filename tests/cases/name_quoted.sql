-- Names that need quotes: spaces, dots, dashes, reserved words, digits.
-- database: name quoted
-- after
CREATE DATABASE `name quoted`; USE `name quoted`;
CREATE TABLE `a b` (`id x` INT PRIMARY KEY, `select` INT, `a.b` INT, `1st` INT, `co-lumn` INT);
INSERT INTO `a b` VALUES (1, 1, 1, 1, 1);
CREATE TABLE `x.y` (`from` INT PRIMARY KEY, `key` VARCHAR(5));
INSERT INTO `x.y` VALUES (1, 'x');
CREATE TABLE `table` (`primary` INT PRIMARY KEY, `index` INT, `default` INT DEFAULT 3, `order` INT);
INSERT INTO `table` VALUES (1, 1, NULL, 1);
ALTER TABLE `table` ADD COLUMN `column` INT AFTER `index`, CHANGE `order` `group` BIGINT;
INSERT INTO `table` VALUES (2, 2, 2, 2, 2);
CREATE TABLE `123` (`456` INT PRIMARY KEY); INSERT INTO `123` VALUES (1);
CREATE TABLE `a$b#c@d` (id INT PRIMARY KEY); INSERT INTO `a$b#c@d` VALUES (1);
ALTER TABLE `a b` RENAME TO `c d`; INSERT INTO `c d` VALUES (2, 2, 2, 2, 2);
DROP TABLE `x.y`, `123`;
