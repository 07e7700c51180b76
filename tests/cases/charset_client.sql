-- Clients that talk in another character set: what is stored counts.
-- before
CREATE DATABASE charset_client;
-- both
USE charset_client;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20) CHARACTER SET latin1) DEFAULT CHARSET = utf8mb4;
SET NAMES latin1;
INSERT INTO t_{phase} VALUES (1, 'abc', 'abc'), (2, _latin1 x'e4f6', _latin1 x'e4f6');
SET NAMES utf8mb4;
