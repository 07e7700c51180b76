-- JSON with an unsigned number of 32 bits from an SQL value.
-- before
CREATE DATABASE types_json_uint32;
-- both
USE types_json_uint32;
CREATE TABLE IF NOT EXISTS u (id INT PRIMARY KEY, u INT UNSIGNED);
INSERT IGNORE INTO u VALUES (1, 3000000000);
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_OBJECT('n', 5)),
  (2, (SELECT JSON_OBJECT('n', u) FROM u)),
  (3, (SELECT JSON_ARRAY(u, u) FROM u));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
