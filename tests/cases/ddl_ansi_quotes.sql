-- sql_mode ANSI_QUOTES: double quotes are names.
-- after
CREATE DATABASE ddl_ansi_quotes; USE ddl_ansi_quotes;
SET sql_mode = 'ANSI_QUOTES';
CREATE TABLE "t a" ("id" INT PRIMARY KEY, "select" INT, "b ""q""" VARCHAR(10) DEFAULT 'x "y"');
INSERT INTO "t a" VALUES (1, 1, NULL);
ALTER TABLE "t a" ADD COLUMN "c`d" INT, RENAME COLUMN "select" TO "from";
INSERT INTO "t a" VALUES (2, 2, 'b', 2);
CREATE TABLE "plain" ("id" INT PRIMARY KEY, "v" VARCHAR(4) DEFAULT 'd');
INSERT INTO "plain" VALUES (1, NULL);
ALTER TABLE "ddl_ansi_quotes"."plain" ADD "w" INT AFTER "id";
INSERT INTO "plain" VALUES (2, 2, NULL);
