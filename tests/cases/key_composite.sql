-- Composite keys: order of the key's columns, another order than the table's.
-- before
CREATE DATABASE key_composite;
-- both
USE key_composite;
CREATE TABLE t_{phase} (a INT, b VARCHAR(10), c DATE, v INT, PRIMARY KEY (c, a, b));
INSERT INTO t_{phase} VALUES (1, 'x', '2020-01-01', 1), (2, 'ü"\\', '0101-01-01', 2);
UPDATE t_{phase} SET v = 3; UPDATE t_{phase} SET b = 'moved' WHERE a = 1; DELETE FROM t_{phase} WHERE a = 2;
