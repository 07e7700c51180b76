-- A transaction over several tables with statements in between.
-- before
CREATE DATABASE rows_transaction;
-- both
USE rows_transaction;
CREATE TABLE a_{phase} (id INT PRIMARY KEY, v INT);
CREATE TABLE b_{phase} (id INT PRIMARY KEY, v INT);
BEGIN;
INSERT INTO a_{phase} VALUES (1, 1);
INSERT INTO b_{phase} VALUES (1, 1);
UPDATE a_{phase} SET v = 2;
UPDATE b_{phase} SET v = 3;
INSERT INTO a_{phase} VALUES (2, 2);
DELETE FROM b_{phase};
COMMIT;
