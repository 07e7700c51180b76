-- RENAME into another database.
-- database: ddl_rename_database2
-- after
CREATE DATABASE ddl_rename_database; CREATE DATABASE ddl_rename_database2; USE ddl_rename_database;
CREATE TABLE a (id INT PRIMARY KEY, a INT);
INSERT INTO a VALUES (1, 1);
RENAME TABLE a TO ddl_rename_database2.a;
INSERT INTO ddl_rename_database2.a VALUES (2, 2);
ALTER TABLE ddl_rename_database2.a RENAME TO ddl_rename_database.z;
INSERT INTO z VALUES (3, 3);
DROP DATABASE ddl_rename_database2;
