-- POINT with and without a spatial reference.
-- before
CREATE DATABASE types_point;
-- both
USE types_point;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, p POINT, q POINT NOT NULL, r POINT SRID 4326
);
INSERT INTO t_{phase} VALUES
  (1, ST_GeomFromText('POINT(1 2.5)'), ST_GeomFromText('POINT(0 0)'), ST_GeomFromText('POINT(1 2)', 4326)),
  (2, ST_GeomFromText('POINT(-1.5 1e300)'), ST_GeomFromText('POINT(1e-7 1e7)', 3857), NULL),
  (3, NULL, ST_GeomFromText('POINT(-0.1 0.001)'), NULL);
-- after
INSERT INTO t_snapshot SELECT * FROM t_stream AS s ON DUPLICATE KEY UPDATE t_snapshot.id = s.id + 100;
DELETE FROM t_snapshot ORDER BY id LIMIT 2;
