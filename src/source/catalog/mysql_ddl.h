/*
 * mysql_ddl.h - one DDL statement as a struct: what it does, to which tables, with which columns and keys. Parsing
 * knows no catalog; what depends on one (default character sets, the key) is left open here and settled by
 * mysql_catalog.c.
 */
#ifndef SOURCE_MYSQL_DDL_H
#define SOURCE_MYSQL_DDL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/err.h"
#include "row/schema.h"
#include "source/catalog/mysql_ddl_lexer.h"

enum ddl_verb {
	VERB_NOTHING,
	VERB_CONTROL,
	VERB_ROWS,
	VERB_CREATE_TABLE,
	VERB_CREATE_LIKE,
	VERB_ALTER_TABLE,
	VERB_DROP_TABLE,
	VERB_RENAME_TABLE,
	VERB_TRUNCATE,
	VERB_CREATE_DATABASE,
	VERB_ALTER_DATABASE,
	VERB_DROP_DATABASE
};

struct ddl_name {
	const char *db; /* NULL: the default database */
	const char *table;
};

struct ddl_charset {			 /* as given; NULL: not given */
	const char *charset, *collation; /* canonical names */
	bool is_default;		 /* CHARACTER SET DEFAULT */
	bool binary;			 /* the BINARY attribute: the set's _bin collation */
};

enum ddl_default_form { DEFAULT_FORM_STRING, DEFAULT_FORM_NUMBER, DEFAULT_FORM_BITS }; /* number: also TRUE, FALSE */

struct ddl_default { /* how the literal in column.default_text was written; mysql_default.c settles it */
	enum ddl_default_form form;
	size_t len;	     /* of a string, whose text may hold a zero byte */
	const char *charset; /* _latin1'x': its introducer; NULL: none */
	const char *raw;     /* as it stands in the statement */
	bool cuts_fraction;  /* sql_mode TIME_TRUNCATE_FRACTIONAL */
};

enum ddl_place { PLACE_NONE, PLACE_FIRST, PLACE_AFTER };

struct ddl_column {
	struct column column; /* charset and collation are settled later */
	struct ddl_charset charset;
	struct ddl_default literal;
	bool is_text_by_length; /* TEXT(n), BLOB(n): the smallest type that holds column.length characters */
	bool null_given, not_null, primary, unique;
	bool on_update; /* ON UPDATE CURRENT_TIMESTAMP */
	enum ddl_place place;
	const char *after;
};

struct ddl_index {
	const char *name; /* NULL: not given */
	bool primary, unique, functional;
	const char *const *columns;
	unsigned ncolumns;
};

enum ddl_action_kind {
	ACTION_ADD_COLUMN,
	ACTION_CHANGE_COLUMN,
	ACTION_DROP_COLUMN,
	ACTION_RENAME_COLUMN,
	ACTION_SET_DEFAULT,
	ACTION_SET_VISIBLE,
	ACTION_ADD_INDEX,
	ACTION_DROP_INDEX,
	ACTION_DROP_PRIMARY,
	ACTION_RENAME_INDEX,
	ACTION_RENAME_TABLE,
	ACTION_CONVERT,
	/* These change no column: rows come, go, or are another table's. */
	ACTION_DROP_PARTITION,
	ACTION_MOVE_PARTITION,
	ACTION_EXCHANGE,
	ACTION_DISCARD,
	ACTION_IMPORT,
	ACTION_BLACKHOLE
};

struct ddl_action {
	enum ddl_action_kind kind;
	const char *name, *to;	  /* old name; new name */
	struct ddl_column column; /* ADD, CHANGE; SET_DEFAULT: only its default; SET_VISIBLE: only invisible */
	struct ddl_index index;
	struct ddl_name table;	    /* RENAME_TABLE: to; EXCHANGE: with */
	struct ddl_charset charset; /* CONVERT; none given: the database's default */
	struct ddl_action *next;
};

struct ddl_pair { /* DROP: from; RENAME: from, to; with the clause as it stands */
	struct ddl_name from, to;
	const char *text;
	size_t text_len;
};

struct ddl_statement {
	enum ddl_verb verb;
	bool temporary, if_exists, if_not_exists;
	bool opens_txn;	   /* CREATE TABLE .. START TRANSACTION: its rows follow in the same transaction */
	bool only_indexes; /* CREATE INDEX, DROP INDEX as an ALTER TABLE */
	struct ddl_name table, like;
	struct ddl_name view;	    /* CREATE VIEW, ALTER VIEW */
	const char *database;	    /* NULL: the default one */
	struct ddl_charset charset; /* of the table or database */
	const char *comment;	    /* NULL: not given */
	const char *text;	    /* from its first word to its last, without comments around it and ';' */
	size_t text_len;
	const char *text_end; /* NULL, or where the words begin that the server has added for CREATE .. SELECT */
	unsigned nactions;
	struct ddl_action *actions, **tail; /* CREATE TABLE: ADD_COLUMN and ADD_INDEX only */
	struct ddl_pair *pairs;
	unsigned npairs, cap_pairs;
	const char *drop_type; /* DROP TABLE: "RESTRICT", "CASCADE" as written, or NULL */
};

/* -1 (ERR_DATA): not understood; the message has the word. out->table is set as far as it was read. */
int ddl_parse(const char *sql, size_t len, uint64_t sql_mode, unsigned server_version, struct arena *arena,
		struct ddl_statement *out, struct err *err);

#endif
