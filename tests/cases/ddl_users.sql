-- Users, roles, grants, passwords.
-- after
CREATE DATABASE ddl_users; USE ddl_users;
CREATE TABLE t (id INT PRIMARY KEY);
INSERT INTO t VALUES (1);
CREATE USER 'ddl_u'@'localhost' IDENTIFIED BY 'Secret-1';
ALTER USER 'ddl_u'@'localhost' IDENTIFIED BY 'Secret-2' RETAIN CURRENT PASSWORD;
CREATE ROLE ddl_r;
GRANT SELECT, INSERT (id) ON ddl_users.t TO 'ddl_u'@'localhost' WITH GRANT OPTION;
GRANT ddl_r TO 'ddl_u'@'localhost';
REVOKE INSERT (id) ON ddl_users.t FROM 'ddl_u'@'localhost';
SET PASSWORD FOR 'ddl_u'@'localhost' = 'Secret-3';
RENAME USER 'ddl_u'@'localhost' TO 'ddl_w'@'localhost';
INSERT INTO t VALUES (2);
DROP ROLE ddl_r; DROP USER 'ddl_w'@'localhost';
FLUSH PRIVILEGES;
INSERT INTO t VALUES (3);
