-- VECTOR.
-- before
CREATE DATABASE types_vector;
-- both
USE types_vector;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, v VECTOR(3), w VECTOR
);
CREATE TABLE texts_{phase} (
  id INT PRIMARY KEY, v VECTOR(3), a VARCHAR(9) CHARACTER SET latin1, b BLOB, c VARCHAR(9) CHARACTER SET gbk
);
INSERT INTO texts_{phase} VALUES (1, STRING_TO_VECTOR('[1,2,3]'), 'é', x'ff00', '表'), (2, NULL, 'x', NULL, 'y');
INSERT INTO t_{phase} VALUES
  (1, STRING_TO_VECTOR('[1, 1.1, -0.5]'), STRING_TO_VECTOR('[0]')),
  (2, NULL, NULL),
  (3, STRING_TO_VECTOR('[1e10, 1e-10, 3.4e38]'), STRING_TO_VECTOR('[1,2,3,4,5]'));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
