-- Savepoints: what was rolled back is not there.
-- before
CREATE DATABASE rows_savepoint;
-- both
USE rows_savepoint;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES (1, 1);
-- after
USE rows_savepoint;
BEGIN;
INSERT INTO t_snapshot VALUES (2, 2);
SAVEPOINT s1;
UPDATE t_snapshot SET v = 9;
INSERT INTO t_snapshot VALUES (3, 3);
ROLLBACK TO s1;
INSERT INTO t_snapshot VALUES (4, 4);
RELEASE SAVEPOINT s1;
COMMIT;
BEGIN;
INSERT INTO t_snapshot VALUES (5, 5);
ROLLBACK;
BEGIN;
SAVEPOINT a;
INSERT INTO t_stream VALUES (6, 6);
SAVEPOINT b;
DELETE FROM t_stream WHERE id = 1;
ROLLBACK TO b;
COMMIT;
