-- Only unique indexes: NOT NULL in table and column form, several, nullable first.
-- before
CREATE DATABASE key_unique;
-- both
USE key_unique;
CREATE TABLE a_{phase} (x INT NOT NULL, y INT NOT NULL, UNIQUE KEY (y), UNIQUE KEY (x));
INSERT INTO a_{phase} VALUES (1, 2);
CREATE TABLE b_{phase} (x INT NOT NULL UNIQUE, y INT);
INSERT INTO b_{phase} VALUES (1, 2);
CREATE TABLE c_{phase} (x INT, y INT NOT NULL, v INT, UNIQUE KEY ux (x), UNIQUE KEY uy (y));
INSERT INTO c_{phase} VALUES (1, 2, 1), (NULL, 3, 2);
CREATE TABLE d_nokey_{phase} (x INT, y INT NOT NULL, UNIQUE KEY (y, x));
INSERT INTO d_nokey_{phase} VALUES (1, 2), (NULL, 2);
CREATE TABLE e_{phase} (x INT NOT NULL, y INT NOT NULL, z INT, UNIQUE KEY (x, y), PRIMARY KEY (y));
INSERT INTO e_{phase} VALUES (1, 2, 3);
CREATE TABLE f_{phase} (x INT NOT NULL UNIQUE, y INT NOT NULL PRIMARY KEY);
INSERT INTO f_{phase} VALUES (1, 2);
