-- A functional unique index is no key.
-- before
CREATE DATABASE key_functional;
-- both
USE key_functional;
CREATE TABLE t_nokey_{phase} (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY ((a + b)), UNIQUE KEY u2 (a, (b * 2)), KEY ((a * 2)));
INSERT INTO t_nokey_{phase} VALUES (1, 1);
CREATE TABLE u_{phase} (id INT, a INT, PRIMARY KEY (id DESC), KEY (a DESC));
INSERT INTO u_{phase} VALUES (1, 1);
