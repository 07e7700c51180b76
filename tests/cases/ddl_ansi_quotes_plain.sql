-- ANSI_QUOTES without quotes inside names.
-- after
CREATE DATABASE ddl_ansi_quotes_plain; USE ddl_ansi_quotes_plain;
SET sql_mode = 'ANSI';
CREATE TABLE "plain" ("id" INT PRIMARY KEY, "v" VARCHAR(4) DEFAULT 'd', "r" REAL);
INSERT INTO "plain" VALUES (1, NULL, 1.5);
ALTER TABLE "plain" ADD "w" INT AFTER "id";
INSERT INTO "plain" VALUES (2, 2, NULL, 2.25);
