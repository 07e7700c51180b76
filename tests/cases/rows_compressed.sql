-- Compressed transactions.
-- before
CREATE DATABASE rows_compressed;
-- both
USE rows_compressed;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(200));
INSERT INTO t_{phase} VALUES (1, REPEAT('a', 200));
-- after
USE rows_compressed;
SET SESSION binlog_transaction_compression = ON;
INSERT INTO t_snapshot VALUES (2, REPEAT('b', 200)), (3, REPEAT('c', 200));
BEGIN;
UPDATE t_snapshot SET v = 'u' WHERE id < 3;
INSERT INTO t_stream VALUES (4, 'd');
DELETE FROM t_snapshot WHERE id = 3;
COMMIT;
SET SESSION binlog_transaction_compression = OFF;
INSERT INTO t_snapshot VALUES (5, 'e');
