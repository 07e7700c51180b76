-- Tagged GTIDs: rows like any others.
-- alone: Debezium keeps the GTID and the time of the transaction before, and fails at the next binlog file
-- before
CREATE DATABASE alone_gtid_tagged;
USE alone_gtid_tagged;
CREATE TABLE t (id INT PRIMARY KEY, v INT);
INSERT INTO t VALUES (1, 1);
-- after
USE alone_gtid_tagged;
SET GTID_NEXT = 'AUTOMATIC:blue';
INSERT INTO t VALUES (2, 2);
UPDATE t SET v = 3 WHERE id = 1;
SET GTID_NEXT = 'AUTOMATIC';
INSERT INTO t VALUES (4, 4);
FLUSH BINARY LOGS;
SET GTID_NEXT = 'AUTOMATIC:green';
DELETE FROM t WHERE id = 2;
SET GTID_NEXT = 'AUTOMATIC';
