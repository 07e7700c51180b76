-- Prefix keys: the whole column is the key.
-- before
CREATE DATABASE key_prefix;
-- both
USE key_prefix;
CREATE TABLE t_{phase} (a VARCHAR(100) NOT NULL, b TEXT NOT NULL, v INT, PRIMARY KEY (a(3)), UNIQUE KEY (b(5)));
INSERT INTO t_{phase} VALUES ('abcdef', 'text', 1);
CREATE TABLE u_{phase} (b BLOB NOT NULL, v INT, UNIQUE KEY (b(5)));
INSERT INTO u_{phase} VALUES ('bytes', 1);
