-- A database's own default character set.
-- before
CREATE DATABASE charset_database;
USE charset_database;
ALTER DATABASE charset_database CHARACTER SET latin1;
-- both
USE charset_database;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a VARCHAR(20), b TEXT, c VARCHAR(20) CHARACTER SET utf8mb4);
INSERT INTO t_{phase} VALUES (1, 'äß', 'ÿ', '日本');
-- after
USE charset_database;
INSERT INTO t_snapshot SELECT id + 10, a, b, c FROM t_stream;
