-- Foreign-key cascades: in the binlog of MySQL 9, not before.
-- before
CREATE DATABASE rows_cascade;
-- both
USE rows_cascade;
CREATE TABLE p_{phase} (id INT PRIMARY KEY, v INT);
CREATE TABLE c_{phase} (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p_{phase} (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE n_{phase} (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES p_{phase} (id) ON DELETE SET NULL);
INSERT INTO p_{phase} VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO c_{phase} VALUES (10, 1), (11, 1), (12, 2);
INSERT INTO n_{phase} VALUES (20, 1), (21, 3);
-- after
USE rows_cascade;
DELETE FROM p_snapshot WHERE id = 1;
UPDATE p_snapshot SET id = 22 WHERE id = 2;
DELETE FROM p_stream;
