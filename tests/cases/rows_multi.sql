-- One statement that changes several tables, several rows.
-- before
CREATE DATABASE rows_multi;
-- both
USE rows_multi;
CREATE TABLE a_{phase} (id INT PRIMARY KEY, v INT);
CREATE TABLE b_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO a_{phase} VALUES (1, 1), (2, 2), (3, 3);
INSERT INTO b_{phase} VALUES (1, 10), (2, 20), (4, 40);
-- after
USE rows_multi;
UPDATE a_snapshot JOIN b_snapshot USING (id) SET a_snapshot.v = b_snapshot.v, b_snapshot.v = b_snapshot.v + 1;
DELETE a_snapshot, b_snapshot FROM a_snapshot JOIN b_snapshot USING (id) WHERE id = 2;
UPDATE a_stream, b_stream SET a_stream.v = 0, b_stream.v = 0 WHERE a_stream.id = b_stream.id;
INSERT INTO a_stream SELECT id + 10, v FROM a_snapshot;
