-- ZEROFILL and display widths: unsigned, and the zeros are not in the value.
-- before
CREATE DATABASE types_int_zerofill;
-- both
USE types_int_zerofill;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, a INT ZEROFILL, b INT(3) ZEROFILL, c TINYINT(4), d BIGINT(20) UNSIGNED ZEROFILL, e SMALLINT(2) UNSIGNED
);
INSERT INTO t_{phase} VALUES
  (1, 0, 0, 0, 0, 0),
  (2, 4294967295, 7, -128, 18446744073709551615, 65535),
  (3, NULL, NULL, NULL, NULL, NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
