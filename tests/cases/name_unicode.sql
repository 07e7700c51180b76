-- Names in other scripts, with accents, with emoji.
-- database: name_ünicode
-- after
CREATE DATABASE `name_ünicode`; USE `name_ünicode`;
CREATE TABLE `täble` (`ïd` INT PRIMARY KEY, `名前` VARCHAR(5), `имя` VARCHAR(5) DEFAULT 'ж');
INSERT INTO `täble` VALUES (1, '名', NULL);
CREATE TABLE `表` (id INT PRIMARY KEY); INSERT INTO `表` VALUES (1);
ALTER TABLE `表` ADD `列` INT; INSERT INTO `表` VALUES (2, 2);
RENAME TABLE `表` TO `表2`; INSERT INTO `表2` VALUES (3, 3);
CREATE TABLE ünquoted (é INT PRIMARY KEY); INSERT INTO ünquoted VALUES (1);
