-- Updates that change nothing write nothing.
-- before
CREATE DATABASE rows_unchanged;
-- both
USE rows_unchanged;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT, ts TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP);
INSERT INTO t_{phase} VALUES (1, 1, NULL), (2, 2, NULL);
-- after
USE rows_unchanged;
SET timestamp = 1600000000;
UPDATE t_snapshot SET v = v;
UPDATE t_snapshot SET v = 1;
UPDATE t_snapshot SET v = 3 WHERE id = 7;
