-- Each kind of geometry.
-- before
CREATE DATABASE types_geometry;
-- both
USE types_geometry;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, g GEOMETRY, l LINESTRING, po POLYGON, mp MULTIPOINT, ml MULTILINESTRING, mpo MULTIPOLYGON, gc GEOMETRYCOLLECTION, gd GEOMCOLLECTION
);
INSERT INTO t_{phase} VALUES
  (1, ST_GeomFromText('POINT(1 2.5)', 4326), ST_GeomFromText('LINESTRING(0 0, 1 1, 2 0)'), ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))'), ST_GeomFromText('MULTIPOINT(1 1, 2 2)'), ST_GeomFromText('MULTILINESTRING((0 0, 1 1), (2 2, 3 3))'), ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))'), ST_GeomFromText('GEOMETRYCOLLECTION EMPTY')),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))'), NULL, NULL, NULL, NULL, NULL, NULL, ST_GeomFromText('GEOMETRYCOLLECTION(GEOMETRYCOLLECTION EMPTY)'));
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
