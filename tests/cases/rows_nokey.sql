-- Tables without a key.
-- before
CREATE DATABASE rows_nokey;
-- both
USE rows_nokey;
CREATE TABLE nokey_{phase} (a INT, b VARCHAR(20));
INSERT INTO nokey_{phase} VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
UPDATE nokey_{phase} SET b = 'y' WHERE a = 1;
DELETE FROM nokey_{phase} WHERE a IS NULL;
-- after
USE rows_nokey;
INSERT INTO nokey_snapshot SELECT * FROM nokey_stream;
DELETE FROM nokey_snapshot LIMIT 1;
