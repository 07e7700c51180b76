-- A whole ALTER TABLE inside a version comment.
-- alone: Debezium skips the statement and stops at the next row
-- after
CREATE DATABASE ddl_comment_statement; USE ddl_comment_statement;
CREATE TABLE t (id INT PRIMARY KEY, a INT);
INSERT INTO t VALUES (1, 1);
/*!40101 ALTER TABLE t ADD c INT */;
INSERT INTO t VALUES (2, 2, 2);
