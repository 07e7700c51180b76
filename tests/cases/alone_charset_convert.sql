-- ALTER TABLE .. CONVERT TO CHARACTER SET, and a default that later columns take.
-- alone: Debezium goes on with the old character set
-- before
CREATE DATABASE alone_charset_convert;
USE alone_charset_convert;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), b TEXT) DEFAULT CHARSET = utf8mb4;
INSERT INTO t VALUES (1, 'ä', 'ö');
-- after
USE alone_charset_convert;
ALTER TABLE t CONVERT TO CHARACTER SET latin1;
INSERT INTO t VALUES (2, 'äöü', 'ß');
ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4;
INSERT INTO t VALUES (3, '日本', '😀');
ALTER TABLE t DEFAULT CHARACTER SET latin1, ADD COLUMN d VARCHAR(10);
INSERT INTO t VALUES (4, 'é', 'é', 'é');
