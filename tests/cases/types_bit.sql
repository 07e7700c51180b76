-- BIT of each width: boolean, or little-endian bytes.
-- before
CREATE DATABASE types_bit;
-- both
USE types_bit;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a BIT, b BIT(1), c BIT(2), d BIT(8), e BIT(9), f BIT(12), g BIT(33), h BIT(63), i BIT(64)
);
INSERT INTO t_{phase} VALUES
  (1, b'0', b'0', b'0', b'0', b'0', b'0', b'0', b'0', b'0'),
  (2, b'1', b'1', b'11', b'11111111', b'111111111', b'111100001111', 0x1FFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF),
  (3, b'1', b'0', b'10', b'10000000', b'100000000', b'100000000001', 0x100000000, 0x4000000000000001, 0x8000000000000000),
  (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
