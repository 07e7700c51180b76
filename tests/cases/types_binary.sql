-- BINARY, padded with zeros in both phases, and VARBINARY.
-- before
CREATE DATABASE types_binary;
-- both
USE types_binary;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BINARY(8), b VARBINARY(300), c BINARY, d VARBINARY(0), e BINARY(16) NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, x'', x'', x'', x'', x''),
  (2, x'0001020304050607', REPEAT(x'ff00', 150), x'ff', x'', x'00'),
  (3, 'ab', x'00', 'a', x'', REPEAT(x'fb', 16)),
  (4, x'6162000000000000', x'2020', x'00', NULL, x'20'),
  (5, NULL, NULL, NULL, NULL, x'0d0a'),
  (6, x'fbff00', x'fbff00', x'3e', x'', x'fbff00');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
