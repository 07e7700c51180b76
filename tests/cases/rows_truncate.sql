-- TRUNCATE and what comes after it.
-- before
CREATE DATABASE rows_truncate;
-- both
USE rows_truncate;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES (1, 1);
-- after
USE rows_truncate;
TRUNCATE TABLE t_snapshot;
INSERT INTO t_snapshot VALUES (1, 2);
TRUNCATE t_stream;
