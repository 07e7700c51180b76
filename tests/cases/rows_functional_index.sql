-- Functional and multi-valued indexes: their hidden columns are no fields.
-- before
CREATE DATABASE rows_functional_index;
-- both
USE rows_functional_index;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a INT, b VARCHAR(20), j JSON, INDEX f ((a + 1)), INDEX g ((LOWER(b))), INDEX m ((CAST(j->'$.n' AS UNSIGNED ARRAY))), UNIQUE INDEX d (a DESC));
INSERT INTO t_{phase} VALUES (1, 2, 'X', '{"n": [1, 2]}'), (2, 3, NULL, NULL);
UPDATE t_{phase} SET b = 'Y' WHERE a + 1 = 3;
-- after
USE rows_functional_index;
INSERT INTO t_snapshot VALUES (3, 4, 'Z', '{}');
DELETE FROM t_snapshot WHERE id = 1;
