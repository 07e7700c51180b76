-- Integers of each width, signed and unsigned, at their ends.
-- before
CREATE DATABASE types_int;
-- both
USE types_int;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, t TINYINT, tu TINYINT UNSIGNED, t1 TINYINT(1), s SMALLINT, su SMALLINT UNSIGNED,
  m MEDIUMINT, mu MEDIUMINT UNSIGNED, i INT, iu INT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED
);
INSERT INTO t_{phase} VALUES
  (1, -128, 0, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0),
  (2, 127, 255, 1, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, 18446744073709551615),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, -1, 128, 2, -1, 32768, -1, 8388608, -1, 2147483648, -1, 9223372036854775808);
-- after
INSERT INTO t_snapshot SELECT id + 10, t, tu, t1, s, su, m, mu, i, iu, b, bu FROM t_stream;
UPDATE t_snapshot SET t = 5, bu = bu - 1 WHERE id IN (2, 12);
UPDATE t_snapshot SET id = 40 WHERE id = 4;
DELETE FROM t_snapshot WHERE id = 1;
