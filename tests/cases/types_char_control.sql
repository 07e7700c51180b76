-- Every control character, DEL, and those beyond that JSON may escape.
-- before
CREATE DATABASE types_char_control;
-- both
USE types_char_control;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, v VARCHAR(100)
) DEFAULT CHARSET = utf8mb4;
INSERT INTO t_{phase} VALUES
  (1, x'0001020304050607'),
  (2, x'08090a0b0c0d0e0f'),
  (3, x'1011121314151617'),
  (4, x'18191a1b1c1d1e1f'),
  (5, x'7f'),
  (6, x'e280a8e280a9'),
  (7, x'c280c29f'),
  (8, x'efbfbdefbfbe'),
  (9, x'efbbbf61'),
  (10, '<>&\'');
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
