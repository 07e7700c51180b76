-- No primary key: the first unique index that allows no NULL is the key.
-- before
CREATE DATABASE keys_unique;
-- both
USE keys_unique;
CREATE TABLE a_{phase} (a INT NOT NULL UNIQUE, b INT);
CREATE TABLE b_{phase} (a INT, b INT NOT NULL, c INT NOT NULL, UNIQUE (a), UNIQUE KEY u (b, c));
CREATE TABLE c_{phase} (a INT NOT NULL, b INT NOT NULL, UNIQUE KEY (b), UNIQUE KEY (a));
INSERT INTO a_{phase} VALUES (1, 1);
INSERT INTO b_{phase} VALUES (NULL, 1, 2);
INSERT INTO c_{phase} VALUES (1, 2);
UPDATE a_{phase} SET b = 2;
UPDATE b_{phase} SET a = 2;
DELETE FROM c_{phase};
