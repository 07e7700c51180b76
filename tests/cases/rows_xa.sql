-- XA transactions, committed in one and in two phases.
-- before
CREATE DATABASE rows_xa;
-- both
USE rows_xa;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES (1, 1);
-- after
USE rows_xa;
XA START 'a'; INSERT INTO t_snapshot VALUES (2, 2); UPDATE t_snapshot SET v = 5 WHERE id = 1; XA END 'a'; XA PREPARE 'a'; XA COMMIT 'a';
XA START 'b','bq',7; INSERT INTO t_snapshot VALUES (3, 3); XA END 'b','bq',7; XA COMMIT 'b','bq',7 ONE PHASE;
INSERT INTO t_stream VALUES (4, 4);
