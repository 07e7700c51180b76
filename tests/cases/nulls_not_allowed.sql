-- NOT NULL without a default: required fields.
-- before
CREATE DATABASE nulls_not_allowed;
-- both
USE nulls_not_allowed;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a INT NOT NULL, b VARCHAR(5) NOT NULL, c DECIMAL(5,2) NOT NULL, d DATETIME NOT NULL, e BLOB NOT NULL, f JSON NOT NULL, g DOUBLE NOT NULL, h TIME NOT NULL, i BIT(3) NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, 0, '', 0, '2020-01-01', '', '{}', 0, '00:00:00', 0);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
