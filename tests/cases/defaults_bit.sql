-- Defaults as bit and hex literals.
-- before
CREATE DATABASE defaults_bit;
-- both
USE defaults_bit;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BIT DEFAULT b'1', b BIT(8) DEFAULT b'101', c BIT(1) DEFAULT 1, d BIT(12) NOT NULL DEFAULT b'111100001111', e INT DEFAULT 0x10, f BINARY(4) DEFAULT 0x6162, g VARCHAR(10) DEFAULT 0x6162, h BIT DEFAULT b'0'
);
INSERT INTO t_{phase} VALUES
  (1, 1, 1, 1, 1, 1, 'x', 'x', 1),
  (2, NULL, NULL, NULL, DEFAULT, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
