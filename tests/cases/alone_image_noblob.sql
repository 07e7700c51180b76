-- Row image NOBLOB: rows whose blobs are all there.
-- alone: Debezium stops on the first row that lacks a blob
-- before
CREATE DATABASE alone_image_noblob;
USE alone_image_noblob;
CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10), b BLOB);
INSERT INTO t VALUES (1, 'a', 'x');
-- after
USE alone_image_noblob;
SET SESSION binlog_row_image = NOBLOB;
INSERT INTO t VALUES (2, 'b', 'blob');
UPDATE t SET b = 'other' WHERE id = 1;
SET SESSION binlog_row_image = FULL;
INSERT INTO t VALUES (3, 'c', NULL);
