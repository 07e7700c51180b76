-- No key at all: inserts, updates, deletes.
-- after
CREATE DATABASE key_none; USE key_none;
CREATE TABLE t_nokey (a INT, b VARCHAR(10));
INSERT INTO t_nokey VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
UPDATE t_nokey SET b = 'y' WHERE a = 1 LIMIT 1; DELETE FROM t_nokey WHERE a IS NULL;
