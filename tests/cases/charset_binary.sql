-- CHARACTER SET binary: the column becomes binary; in a live DDL Debezium keeps it a text.
-- before
CREATE DATABASE charset_binary;
-- both
USE charset_binary;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, a VARCHAR(20) CHARACTER SET binary, b CHAR(4) CHARACTER SET binary, c TEXT CHARACTER SET binary);
INSERT INTO t_{phase} VALUES (1, 'abc', 'ab', 'x'), (2, x'ff00fe', x'80', x'c3'), (3, NULL, NULL, NULL);
-- after
USE charset_binary;
INSERT INTO t_snapshot SELECT id + 10, a, b, c FROM t_stream;
