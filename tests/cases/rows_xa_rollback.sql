-- An XA transaction that was prepared and rolled back: it never happened, but Debezium has sent it.
-- before
CREATE DATABASE rows_xa_rollback;
-- both
USE rows_xa_rollback;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES (1, 1);
-- after
USE rows_xa_rollback;
XA START 'r'; INSERT INTO t_snapshot VALUES (2, 2); UPDATE t_snapshot SET v = 9 WHERE id = 1; XA END 'r'; XA PREPARE 'r'; XA ROLLBACK 'r';
INSERT INTO t_snapshot VALUES (3, 3);
