-- JSON with binary, bits, geometry and years from SQL values.
-- before
CREATE DATABASE types_json_opaque;
-- both
USE types_json_opaque;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, j JSON
);
INSERT INTO t_{phase} VALUES
  (1, JSON_OBJECT('b', x'fbff00')),
  (2, JSON_OBJECT('bit', b'1010')),
  (3, JSON_OBJECT('g', ST_GeomFromText('POINT(1 2)'))),
  (4, JSON_OBJECT('y', CAST(2020 AS YEAR)));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
