-- Temporary tables leave no trace, rows copied from them do.
-- before
CREATE DATABASE rows_temporary;
-- both
USE rows_temporary;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
CREATE TEMPORARY TABLE tmp (id INT, v INT);
INSERT INTO tmp VALUES (1, 1), (2, 2);
INSERT INTO t_{phase} SELECT * FROM tmp;
UPDATE tmp SET v = 9;
DROP TEMPORARY TABLE tmp;
