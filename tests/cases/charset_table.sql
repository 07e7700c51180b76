-- A table's default character set and collation, and columns with their own.
-- before
CREATE DATABASE charset_table;
-- both
USE charset_table;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20) CHARACTER SET latin1, c VARCHAR(20) COLLATE utf8mb4_bin, d VARCHAR(20) CHARACTER SET utf16 COLLATE utf16_bin, e ENUM('ä','б') CHARACTER SET cp1251 DEFAULT 'б', f SET('é','ü') CHARACTER SET latin1) DEFAULT CHARACTER SET = latin2 COLLATE latin2_general_ci;
INSERT INTO t_{phase} VALUES (1, 'ąę', 'äß', '日本', '😀', 'б', 'é,ü'), (2, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
USE charset_table;
INSERT INTO t_snapshot SELECT id + 10, a, b, c, d, e, f FROM t_stream;
UPDATE t_stream SET a = 'ł', b = 'ÿ' WHERE id = 1;
