-- Rows written through a view; one view over another.
-- before
CREATE DATABASE rows_view;
-- both
USE rows_view;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
CREATE VIEW v_{phase} AS SELECT id, v FROM t_{phase} WHERE v > 0;
INSERT INTO v_{phase} VALUES (1, 1), (2, 2);
UPDATE v_{phase} SET v = 5 WHERE id = 1;
DELETE FROM v_{phase} WHERE id = 2;
