-- A database made under a session's own character_set_server takes that one.
-- after
SET character_set_server = latin1;
CREATE DATABASE ddl_database_session_charset; USE ddl_database_session_charset;
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(10));
INSERT INTO t VALUES (1, 'é');
