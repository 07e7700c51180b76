-- INSERT IGNORE, UPDATE IGNORE: only what was changed.
-- before
CREATE DATABASE rows_ignore;
-- both
USE rows_ignore;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v TINYINT NOT NULL);
INSERT INTO t_{phase} VALUES (1, 1), (2, 2);
-- after
USE rows_ignore;
INSERT IGNORE INTO t_snapshot VALUES (1, 9), (3, 300), (4, NULL), (5, 'x');
UPDATE IGNORE t_snapshot SET id = id + 1 ORDER BY id;
