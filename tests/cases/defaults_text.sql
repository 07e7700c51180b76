-- Defaults of texts.
-- before
CREATE DATABASE defaults_text;
-- both
USE defaults_text;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'dflt', b CHAR(5) NOT NULL DEFAULT '', c VARCHAR(20) DEFAULT NULL, d VARCHAR(20) DEFAULT 'ünï', e VARCHAR(20) DEFAULT 'NULL', f VARCHAR(20) DEFAULT _utf8mb4'intro', g VARCHAR(20) DEFAULT 'two words', h VARCHAR(20) DEFAULT '😀', i VARCHAR(20) DEFAULT "double", j CHAR(3) DEFAULT '1'
);
INSERT INTO t_{phase} VALUES
  (1, 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'),
  (2, NULL, DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
