-- Composite keys, in another order than the columns; a key with a default.
-- before
CREATE DATABASE keys_composite;
-- both
USE keys_composite;
CREATE TABLE a_{phase} (a INT, b VARCHAR(10), c DATE, v INT, PRIMARY KEY (c, a, b));
CREATE TABLE d_{phase} (v INT, k INT NOT NULL DEFAULT 7, s VARCHAR(5) DEFAULT 'x' PRIMARY KEY);
INSERT INTO a_{phase} VALUES (1, 'x', '2020-01-01', 1), (2, 'y', '2020-01-02', 2);
INSERT INTO d_{phase} (v) VALUES (1);
UPDATE a_{phase} SET v = 5;
DELETE FROM a_{phase} WHERE a = 1;
