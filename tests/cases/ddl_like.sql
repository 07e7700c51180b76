-- CREATE TABLE .. LIKE in both spellings, from another database, IF NOT EXISTS.
-- after
CREATE DATABASE ddl_like; USE ddl_like;
CREATE TABLE t (id INT UNSIGNED NOT NULL, b VARCHAR(10) CHARACTER SET latin1 DEFAULT 'é', c ENUM('x','y'), PRIMARY KEY (id, c));
CREATE TABLE u LIKE t;
INSERT INTO u VALUES (1, NULL, 'x');
CREATE TABLE v (LIKE ddl_like.t);
INSERT INTO v VALUES (1, 'é', 'y');
CREATE TABLE IF NOT EXISTS v LIKE u;
ALTER TABLE v ADD d INT;
INSERT INTO v VALUES (2, 'b', 'y', 2);
