-- Empty strings, NUL bytes, and nothing but a key.
-- before
CREATE DATABASE rows_empty;
-- both
USE rows_empty;
CREATE TABLE t_{phase} (id VARCHAR(10) PRIMARY KEY, v VARCHAR(10), b VARBINARY(10)) COLLATE utf8mb4_bin;
CREATE TABLE k_{phase} (id INT PRIMARY KEY);
CREATE TABLE e_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES ('', '', ''), ('a', 'x\0y', 'x\0y'), ('\0', '\0', x'00');
INSERT INTO k_{phase} VALUES (1), (2);
DELETE FROM k_{phase} WHERE id = 2;
