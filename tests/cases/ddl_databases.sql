-- CREATE, ALTER and DROP DATABASE; tables take the database's character set.
-- database: ddl_databases 2
-- after
CREATE DATABASE ddl_databases CHARACTER SET latin1; USE ddl_databases;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO t VALUES (1, 'é');
ALTER DATABASE ddl_databases CHARACTER SET cp1251;
CREATE TABLE u (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO u VALUES (1, 'ж'); INSERT INTO t VALUES (2, 'é');
ALTER TABLE t ADD b VARCHAR(10);
INSERT INTO t VALUES (3, 'é', 'é');
CREATE SCHEMA IF NOT EXISTS `ddl_databases 2` DEFAULT COLLATE = latin2_hungarian_ci;
CREATE TABLE `ddl_databases 2`.t (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO `ddl_databases 2`.t VALUES (1, 'ő');
DROP SCHEMA IF EXISTS `ddl_databases 2`; DROP DATABASE IF EXISTS ddl_databases_3;
CREATE DATABASE `ddl_databases 2`;
CREATE TABLE `ddl_databases 2`.t (id INT PRIMARY KEY, a VARCHAR(10), c INT);
INSERT INTO `ddl_databases 2`.t VALUES (1, '€', 1);
ALTER SCHEMA DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TABLE w (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO w VALUES (1, '€');
