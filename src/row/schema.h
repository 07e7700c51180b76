/*
 * schema.h - the columns of one table as of one position. Immutable once published and counted: batches, decoders and
 * encoders hold a reference, so a DDL makes a new schema and rows in flight keep theirs.
 *
 * The load half builds the same struct from a message (a Connect schema knows less: then `type` is the nearest MySQL
 * type and `exact` is false).
 */
#ifndef ROW_SCHEMA_H
#define ROW_SCHEMA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "row/column_type.h"

/* Room for db.table: MySQL's names are up to 64 characters, of up to four bytes each. Names are keys: none is ever cut. */
enum { TABLE_NAME_ROOM = 2 * 64 * 4 + 2 };

enum column_default { DEFAULT_NONE, DEFAULT_NULL, DEFAULT_LITERAL, DEFAULT_EXPRESSION, DEFAULT_NOW };

struct column {
	const char *name; /* UTF-8 */
	enum column_type type;
	uint32_t length; /* CHAR(n), VARCHAR(n): characters; BINARY(n): bytes; BIT(n): bits; VECTOR(n): dimensions; TINYINT(1): 1; 0: not given */
	uint8_t precision; /* DECIMAL(p,s), FLOAT(M,D): M */
	uint8_t scale;	   /* DECIMAL s, FLOAT(M,D): D; fraction digits of TIME, DATETIME, TIMESTAMP */
	bool has_scale;	   /* FLOAT(M,D), DOUBLE(M,D) written with D */
	bool is_unsigned, zerofill, nullable, autoinc, generated, invisible;
	bool is_boolean;	  /* BOOL or BOOLEAN as written in a live DDL */
	uint16_t collation;	  /* MySQL collation id; 0 unknown */
	const char *charset;	  /* "utf8mb4"; NULL for types without */
	uint16_t labels;	  /* ENUM, SET: how many */
	const char *const *label; /* UTF-8, unquoted */
	enum column_default default_kind;
	const char *default_text; /* DEFAULT_LITERAL: the value as text, as MySQL reads it; of BINARY also 0x.. */
	const char *comment;	  /* NULL: none */
	const char *type_name; /* what a live DDL called the type, upper case: "NATIONAL VARCHAR"; NULL: by its own name */
	const char *type_text; /* as DDL writes it, lower case: "int unsigned", "varchar(255)"; for people and `ddl` */
};

struct schema_index { /* as MySQL has it; what the key is made from when a later DDL takes the present one away */
	const char *name;
	bool primary, unique, functional; /* functional: a part of it is an expression */
	const char *const *columns;	  /* without the expressions */
	unsigned ncolumns;
};

struct schema {
	_Atomic unsigned refs;
	struct arena arena;	/* owns every text below */
	const char *db, *table; /* interned */
	const char *charset;	/* default charset of the table; may be NULL */
	uint16_t collation;	/* default collation of the table; 0 unknown */
	const char *comment;
	struct column *columns;
	unsigned ncolumns;
	unsigned *key; /* column indexes in key order; nkey 0: no key */
	unsigned nkey;
	struct schema_index *indexes; /* as far as they are known; always with the key */
	unsigned nindexes;
	bool key_is_unique_index;   /* the key is a unique index, not the primary key */
	bool exact;		    /* from MySQL, not from a message */
	struct {		    /* of the copy that a target gets (sink_route.c); texts interned */
		bool append;	    /* it has no key: rows are only added */
		const char *suffix; /* what its CREATE TABLE ends with; NULL: the target's own */
		int change;	    /* enum schema_change: how it follows the source */
		/* Of a table that several sources are loaded into: the last column, which rows do not have, and what it holds for
		 * this source; NULL: none. */
		const char *source_column, *source;
		bool source_in_key; /* as the last part of the key */
	} at_target;
	uint64_t version;      /* process-wide, rising; a new schema has a new version: cache by it */
	void *_Atomic slot[4]; /* caches of other rooms, filled once, freed by slot_free; index: enum schema_slot */
	void (*slot_free[4])(void *);
};

enum schema_change { FOLLOW_EVOLVE, FOLLOW_TRY, FOLLOW_LENIENT, FOLLOW_IGNORE, FOLLOW_EXCEPTION, FOLLOW_ASK };

enum schema_slot { SCHEMA_SLOT_FORMAT, SCHEMA_SLOT_SCRIPT, SCHEMA_SLOT_SINK, SCHEMA_SLOT_SOURCE };

/* Build: schema_new(), schema_add_column() for each, schema_set_key(); then treat as const. Texts are copied. */
struct schema *schema_new(const char *db, const char *table);
struct column *schema_add_column(struct schema *s, const struct column *like);	/* copies texts and labels */
void schema_add_index(struct schema *s, const struct schema_index *like);	/* copies */
void schema_add_primary(struct schema *s);					/* the key, as the primary one */
int schema_set_key(struct schema *s, const char *const *names, unsigned count); /* -1: no such column */
struct schema *schema_clone(const struct schema *s); /* editable, new version, refs 1, no slots */
struct schema *schema_ref(struct schema *s);
void schema_unref(struct schema *s); /* NULL allowed */
int schema_column(const struct schema *s, const char *name,
		size_t len); /* index or -1; case-insensitive like MySQL (ASCII) */
bool schema_is_key(const struct schema *s, unsigned column);
bool schema_equal(const struct schema *a,
		const struct schema *b); /* same columns, types, keys: slots and version apart */
enum type_class column_class(const struct column *c);
bool column_is_text(const struct column *c);				/* has a character set */
bool column_is_binary(const struct column *c);				/* BINARY, VARBINARY, BLOBs */
void column_type_print(const struct column *c, char *out, size_t size); /* "decimal(10,2) unsigned" */

#endif
