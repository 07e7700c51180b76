-- Geometry that may not be NULL: the field is optional all the same.
-- before
CREATE DATABASE types_geometry_not_null;
-- both
USE types_geometry_not_null;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, g GEOMETRY NOT NULL, l LINESTRING NOT NULL
);
INSERT INTO t_{phase} VALUES
  (1, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('LINESTRING(0 0, 1 1)'));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
