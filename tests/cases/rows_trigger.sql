-- Rows that triggers and procedures write.
-- before
CREATE DATABASE rows_trigger;
-- both
USE rows_trigger;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v INT);
CREATE TABLE l_{phase} (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20));
CREATE TRIGGER tr_{phase} AFTER UPDATE ON t_{phase} FOR EACH ROW INSERT INTO l_{phase} (what) VALUES (CONCAT(OLD.v, '>', NEW.v));
CREATE PROCEDURE p_{phase}() UPDATE t_{phase} SET v = v + 1;
INSERT INTO t_{phase} VALUES (1, 1), (2, 2);
CALL p_{phase}();
-- after
USE rows_trigger;
CALL p_snapshot();
UPDATE t_snapshot SET v = 0;
