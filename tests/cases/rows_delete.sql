-- Deletes: a value that says so, a tombstone, a key that comes back.
-- before
CREATE DATABASE rows_delete;
-- both
USE rows_delete;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(20) DEFAULT 'dflt');
INSERT INTO t_{phase} VALUES (1, 'a'), (2, NULL), (3, 'c');
DELETE FROM t_{phase} WHERE id = 1;
INSERT INTO t_{phase} VALUES (1, 'again');
UPDATE t_{phase} SET v = NULL WHERE id = 3;
DELETE FROM t_{phase} WHERE id IN (2, 3);
-- after
USE rows_delete;
DELETE FROM t_snapshot;
