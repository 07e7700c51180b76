-- Row image MINIMAL: what the image lacks is missing, so these rows become dead letters; FULL goes on.
-- alone: Debezium stops on the first row
-- before
CREATE DATABASE alone_image_minimal;
USE alone_image_minimal;
CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(10), n INT);
INSERT INTO t VALUES (1, 'a', 1);
-- after
USE alone_image_minimal;
SET SESSION binlog_row_image = MINIMAL;
INSERT INTO t VALUES (2, 'b', 2);
SET SESSION binlog_row_image = FULL;
INSERT INTO t VALUES (3, 'c', 3);
UPDATE t SET v = 'd' WHERE id = 3;
