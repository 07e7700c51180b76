-- sql_mode NO_BACKSLASH_ESCAPES: a backslash in a default is one.
-- alone: Debezium does not know the mode and stops
-- after
CREATE DATABASE ddl_no_backslash; USE ddl_no_backslash;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'c:\dir\', b INT COMMENT 'x\');
INSERT INTO t VALUES (1, 'x', 1);
SET sql_mode = '';
ALTER TABLE t ADD c INT;
INSERT INTO t VALUES (2, 'x', 1, 2);
