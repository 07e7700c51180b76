-- Rows of some hundred kilobytes, a statement of more than a megabyte, a thousand rows in one.
-- before
CREATE DATABASE rows_big;
USE rows_big;
SET SESSION cte_max_recursion_depth = 5000;
-- both
USE rows_big;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v LONGTEXT, b LONGBLOB);
-- after
USE rows_big;
INSERT INTO t_snapshot VALUES (1, REPEAT('x', 300000), REPEAT(x'00ff', 100000)), (2, REPEAT('ü', 100000), NULL);
SET @s = CONCAT('INSERT INTO t_snapshot VALUES (3, ''', REPEAT('y', 700000), ''', NULL), (4, ''', REPEAT('z', 500000), ''', '''')');
PREPARE p FROM @s;
EXECUTE p;
UPDATE t_snapshot SET b = 'u' WHERE id = 1;
SET SESSION cte_max_recursion_depth = 5000;
INSERT INTO t_stream WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i, CONCAT('row ', i), NULL FROM n;
UPDATE t_stream SET v = 'all' WHERE id % 2 = 0;
DELETE FROM t_stream WHERE id % 10 = 0;
