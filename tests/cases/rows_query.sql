-- The text of a statement, for modes that ask for it.
-- before
CREATE DATABASE rows_query;
-- both
USE rows_query;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(40));
-- after
USE rows_query;
INSERT INTO t_snapshot VALUES (1, 'it''s "q" \\ ü😀');
INSERT /* comment */ INTO t_snapshot
  VALUES (2, 'two'),
  (3, 'three'); -- tail
UPDATE t_snapshot SET v = CONCAT(v, '!') WHERE id < 3;
SET SESSION binlog_rows_query_log_events = OFF;
DELETE FROM t_snapshot WHERE id = 1;
