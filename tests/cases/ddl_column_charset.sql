-- Character sets by column, in CREATE, ADD and MODIFY.
-- before
CREATE DATABASE ddl_column_charset;
-- both
USE ddl_column_charset;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a VARCHAR(10) CHARACTER SET latin1, b VARCHAR(10) COLLATE cp1251_general_ci, c CHAR(5) CHARSET utf16, d TEXT CHARACTER SET sjis COLLATE sjis_bin, e ENUM('é','ж') CHARACTER SET utf8mb3);
INSERT INTO t_{phase} VALUES (1, 'é', 'ж', '€', 'カ', 'ж');
ALTER TABLE t_{phase} MODIFY a VARCHAR(10) CHARACTER SET utf8mb4, ADD f VARCHAR(10) CHARACTER SET gbk;
INSERT INTO t_{phase} VALUES (2, '€', 'ж', '€', 'カ', 'é', '汉');
UPDATE t_{phase} SET b = 'z';
ALTER TABLE t_{phase} CHANGE b b VARCHAR(12) CHARACTER SET latin2 COLLATE latin2_hungarian_ci;
INSERT INTO t_{phase} VALUES (3, '€', 'ő', '€', 'カ', 'é', '汉');
