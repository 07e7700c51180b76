-- ALTER USER .. DISCARD OLD PASSWORD.
-- alone: Debezium stops on it
-- after
CREATE DATABASE ddl_users_discard; USE ddl_users_discard;
CREATE TABLE t (id INT PRIMARY KEY);
CREATE USER 'ddl_d'@'localhost' IDENTIFIED BY 'Secret-1';
ALTER USER 'ddl_d'@'localhost' DISCARD OLD PASSWORD;
DROP USER 'ddl_d'@'localhost';
INSERT INTO t VALUES (1);
