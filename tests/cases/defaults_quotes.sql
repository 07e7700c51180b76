-- Defaults with quotes, backslashes and line ends.
-- before
CREATE DATABASE defaults_quotes;
-- both
USE defaults_quotes;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'it''s', b VARCHAR(20) DEFAULT 'a\\b', c VARCHAR(20) DEFAULT 'say "hi"', d VARCHAR(20) DEFAULT 'one\ntwo', e VARCHAR(20) DEFAULT 'c\'d', f VARCHAR(20) DEFAULT '%_'
);
INSERT INTO t_{phase} VALUES
  (1, 'x', 'x', 'x', 'x', 'x', 'x'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
