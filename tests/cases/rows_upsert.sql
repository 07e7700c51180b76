-- INSERT .. ON DUPLICATE KEY UPDATE, also one that changes the key or nothing.
-- before
CREATE DATABASE rows_upsert;
-- both
USE rows_upsert;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT, n INT DEFAULT 0);
INSERT INTO t_{phase} VALUES (1, 1, 0), (2, 1, 0);
-- after
USE rows_upsert;
INSERT INTO t_snapshot VALUES (1, 5, 0) ON DUPLICATE KEY UPDATE v = v + 1;
INSERT INTO t_snapshot VALUES (3, 5, 0), (2, 6, 0) AS new ON DUPLICATE KEY UPDATE v = new.v, n = t_snapshot.n + 1;
INSERT INTO t_snapshot VALUES (1, 0, 0) ON DUPLICATE KEY UPDATE id = 11;
INSERT INTO t_snapshot VALUES (2, 0, 0) ON DUPLICATE KEY UPDATE id = id;
INSERT INTO t_stream VALUES (1, 5, 0) ON DUPLICATE KEY UPDATE v = 7;
