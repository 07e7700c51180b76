-- NCHAR, NVARCHAR and their spellings: utf8mb3.
-- before
CREATE DATABASE types_national;
-- both
USE types_national;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a NCHAR(5), b NVARCHAR(5), c NATIONAL CHAR(5), d NATIONAL VARCHAR(5), e NCHAR VARYING(5), f CHARACTER(5), g CHARACTER VARYING(5), h CHAR VARYING(5)
);
INSERT INTO t_{phase} VALUES
  (1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  (2, 'äöüß日', '日本', 'ñ', 'é', 'ü', 'ö', 'ß', '€'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
