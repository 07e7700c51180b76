-- DDL that Debezium cannot parse: CHAR .. BYTE, ASCII, UNICODE, SRID behind NOT NULL, a column inside a version comment.
-- alone: Debezium stops
-- before
CREATE DATABASE alone_ddl_text;
USE alone_ddl_text;

-- after
USE alone_ddl_text;
CREATE TABLE a (id INT PRIMARY KEY, a CHAR(4) BYTE, b VARCHAR(5) ASCII, c VARCHAR(5) UNICODE, g POINT NOT NULL SRID 0 /*!80000 , x INT */);
INSERT INTO a VALUES (1, x'00ff', 'b', 'ü', ST_GeomFromText('POINT(1 2)'), 5);
CREATE TABLE h (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2;
ALTER TABLE h ADD PARTITION PARTITIONS 2;
INSERT INTO h VALUES (1);
