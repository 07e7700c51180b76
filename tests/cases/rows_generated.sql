-- Generated columns, stored and virtual: fields like others.
-- before
CREATE DATABASE rows_generated;
-- both
USE rows_generated;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a INT, s INT AS (a * 2) STORED, v VARCHAR(20) AS (CONCAT('v', a)) VIRTUAL, n INT GENERATED ALWAYS AS (a + 1) STORED NOT NULL, j JSON, x VARCHAR(20) AS (j->>'$.x'));
INSERT INTO t_{phase} (id, a, j) VALUES (1, 5, '{"x": "y"}'), (2, 0, NULL);
UPDATE t_{phase} SET a = 6 WHERE id = 1;
DELETE FROM t_{phase} WHERE id = 2;
-- after
USE rows_generated;
INSERT INTO t_snapshot (id, a) VALUES (10, 1);
