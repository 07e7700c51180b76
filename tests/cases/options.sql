-- Columns that the options of the modes options_* mask, hash, truncate, describe; tables that they key otherwise.
-- only: options_envelope options_flat options_old
-- before
CREATE DATABASE options;
-- both
USE options;
CREATE TABLE person_{phase} (
  id INT PRIMARY KEY, name VARCHAR(40), secret VARCHAR(30) NOT NULL, note TEXT, tag CHAR(10), nick VARCHAR(64),
  nc NCHAR(6), kind ENUM('red','green') DEFAULT 'red', flags SET('a','b','c'), price DECIMAL(10,2), img VARBINARY(20), raw BLOB,
  at TIMESTAMP(3) NULL, doc JSON, hidden INT COMMENT 'not for all', word VARCHAR(20) DEFAULT 'none'
);
INSERT INTO person_{phase} VALUES
  (1, 'Käthe', 's3cret', 'a longer note', 'tag', 'kit', 'zoë', 'green', 'a,c', 12.50, x'0102030405', x'ff00ff00', '2024-02-03 04:05:06.789', '{"a":1}', 5, 'w'),
  (2, NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (3, '😀', 'x', '12😀45', '😀😀', REPEAT('n', 64), '12345€', 'red', '', -0.01, x'', x'', '1999-12-31 23:59:59.999', '[]', -1, 'ä"\\');
CREATE TABLE pair_{phase} (a INT NOT NULL, b VARCHAR(10), c INT, `d e` VARCHAR(10), PRIMARY KEY (a));
INSERT INTO pair_{phase} VALUES (1, 'x', 10, 'p'), (2, 'y', 20, NULL);
CREATE TABLE keyed_{phase} (`1st` INT PRIMARY KEY, _under VARCHAR(10), `weiß-nicht` INT);
INSERT INTO keyed_{phase} VALUES (1, 'x', 10), (2, 'y', 20);
-- after
UPDATE person_snapshot SET secret = 'new', hidden = 6 WHERE id = 1;
UPDATE person_snapshot SET hidden = 7 WHERE id = 1;
UPDATE person_stream SET id = 30 WHERE id = 3;
DELETE FROM person_stream WHERE id = 2;
START TRANSACTION;
UPDATE pair_snapshot SET b = 'z' WHERE a = 1;
UPDATE pair_stream SET c = 21 WHERE a = 2;
INSERT INTO pair_stream VALUES (3, 'new', 30, 'q'), (4, NULL, NULL, NULL);
DELETE FROM pair_snapshot WHERE a = 2;
COMMIT;
UPDATE keyed_snapshot SET _under = 'w' WHERE `1st` = 1;
DELETE FROM keyed_stream WHERE `1st` = 2;
