-- CONVERT TO CHARACTER SET: text written after it is in the new character set.
-- after
CREATE DATABASE ddl_convert_charset; USE ddl_convert_charset;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10), b TEXT) CHARSET latin1;
INSERT INTO t VALUES (1, 'é', 'ü');
ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4;
INSERT INTO t VALUES (2, 'é€', 'ü😀');
ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO t VALUES (3, 'é€', 'ü😀');
