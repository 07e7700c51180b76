-- Comments of tables and columns, changed.
-- after
CREATE DATABASE ddl_comments; USE ddl_comments;
CREATE TABLE t (id INT PRIMARY KEY COMMENT 'the key', a INT COMMENT 'it''s "a"; b') COMMENT='a table, with; marks';
INSERT INTO t VALUES (1, 1);
ALTER TABLE t COMMENT = 'another', MODIFY a INT COMMENT 'changed';
INSERT INTO t VALUES (2, 2);
ALTER TABLE t COMMENT '';
INSERT INTO t VALUES (3, 3);
