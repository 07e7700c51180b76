-- Comments of every form, with and without code in them, at every place.
-- after
CREATE DATABASE ddl_comment_code; USE ddl_comment_code;
/* in front */ CREATE TABLE t (id INT /* the key; */ PRIMARY KEY, -- a line, with ' quotes
 a INT, # another "line"
 b VARCHAR(60) DEFAULT '/* not a comment */ -- nor this') /*!40101 ENGINE=InnoDB */ /*!40000 COMMENT 'x' */ /*!99999 NOT_READ */;
INSERT INTO t VALUES (1, 1, NULL);
ALTER /* a */ TABLE /* b */ t /* c */ ADD /* d */ e /* f */ INT /* g */ AFTER /* h */ a;
INSERT INTO t VALUES (3, 3, 3, 'b');
ALTER TABLE t ADD COLUMN f INT -- the end
;
INSERT INTO t VALUES (4, 4, 4, 'b', 4);
ALTER TABLE t /*!99999 DROP COLUMN b, */ ADD COLUMN g INT;
INSERT INTO t VALUES (5, 5, 5, 'b', 5, 5);
