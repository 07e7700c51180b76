/* starrocks.h - the parts of the StarRocks sink: types, statements, the body of a load, HTTP, SQL. For src/sink
 * only. */
#ifndef SINK_STARROCKS_H
#define SINK_STARROCKS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"
#include "row/collapse.h"
#include "row/schema.h"
#include "sink/sink.h"

/* starrocks_types.c */

enum starrocks_kind {
	SR_BOOLEAN,
	SR_TINYINT,
	SR_SMALLINT,
	SR_INT,
	SR_BIGINT,
	SR_LARGEINT,
	SR_FLOAT,
	SR_DOUBLE,
	SR_DECIMAL,
	SR_DATE,
	SR_DATETIME,
	SR_VARCHAR,
	SR_VARBINARY,
	SR_JSON,
	SR_OTHER /* exists there, but we never create it: ARRAY, HLL, BITMAP */
};

struct starrocks_type {
	enum starrocks_kind kind;
	uint32_t length; /* VARCHAR: bytes */
	uint8_t precision, scale;
	bool is_char;	 /* a VARCHAR that is called CHAR */
	const char *why; /* static */
};

#define SR_VARCHAR_MAX 1048576
#define SR_KEY_BYTES 128 /* primary_key_limit_size of the backends */

int starrocks_type_of(const struct column *c, bool in_key, bool exact, struct starrocks_type *out); /* -1: no type */
void starrocks_type_print(const struct starrocks_type *t, char *out, size_t size);
void starrocks_type_parse(const char *text, struct starrocks_type *out); /* as information_schema writes it */
unsigned starrocks_key_width(enum starrocks_kind kind); /* bytes that each value takes of a key; 0: its own length */
bool starrocks_type_takes(const struct starrocks_type *have,
		const struct starrocks_type *want); /* every value of want */
/* Not every value of want, but a load finds those that it does not take before it is sent: starrocks_body.c. */
bool starrocks_type_checks(const struct starrocks_type *have, const struct starrocks_type *want);

/* starrocks_ddl.c */

struct starrocks_column {
	char *name;
	struct starrocks_type type;
	bool nullable, key; /* key: of its table, whatever model that has */
	char *preset;	    /* its DEFAULT; NULL: none, or not asked for */
	char *comment;	    /* NULL as preset */
};

struct starrocks_columns { /* a table as StarRocks has it; count 0: there is none */
	struct starrocks_column *items;
	size_t count;
	uint64_t form; /* as information_schema shows it, before DESC said more; 0: as it is here */
	char model[4]; /* of its keys: PRI, DUP, AGG or UNI; empty: no column is a key */
};

void starrocks_columns_add(struct starrocks_columns *have, const char *name, const char *type, bool nullable, bool key);
void starrocks_columns_done(struct starrocks_columns *have);
bool starrocks_columns_replace(const struct starrocks_columns *have); /* a row the one with its key */
const struct starrocks_column *starrocks_columns_find(const struct starrocks_columns *have, const char *name);
bool starrocks_name_is_plain(const char *name);		/* no control characters */
void starrocks_name(struct buf *b, const char *name);	/* `name` */
void starrocks_string(struct buf *b, const char *text); /* "text" */
int starrocks_create(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, struct err *err);
void starrocks_why(struct buf *b, const struct schema *schema);
void starrocks_put_table(struct buf *b, const struct schema *schema);	  /* `db`.`table` */
int starrocks_schema_check(const struct schema *schema, struct err *err); /* what no statement can put right */
/* A column that is there, with another type: all else as it is, which MODIFY COLUMN has to say again. */
void starrocks_put_have(struct buf *b, const struct starrocks_column *have, const struct starrocks_type *type);

/* `column` = "text" of the rows that are this source's. Nothing is put where the table is its alone; false then. */
bool starrocks_put_source(struct buf *b, const char *word, const char *column, const char *source);

/* starrocks_fit.c */

/* Puts the next ALTER TABLE into sql, or nothing when the table takes rows of the schema as it is. */
int starrocks_alter(struct buf *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct starrocks_columns *have, struct err *err);
/* What the statement that starrocks_alter() gives makes of the columns. */
void starrocks_pretend(const struct sink_conf *conf, const struct schema *schema, struct starrocks_columns *have);
/* ERR_CONFIG: the table's model wants an aggregate function for a new column. */
int starrocks_add_check(const struct schema *schema, unsigned at, const struct starrocks_columns *have,
		struct err *err);
/* The columns that do not take all values of their sources, and stay so: each value is checked; nothing: there are none. */
void starrocks_narrow(struct buf *out, const struct sink_conf *conf, const struct schema *schema,
		const struct starrocks_columns *have);

/* starrocks_prepare.c */

struct starrocks_sql;
struct starrocks_record;
int starrocks_table_read(struct starrocks_sql *sql, const char *db, const char *table, struct starrocks_columns *have,
		struct err *err);
int starrocks_table_prepare(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct starrocks_columns *have, struct err *err);
#define STARROCKS_COLUMN_FIELDS \
	"COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_KEY, COLUMN_DEFAULT, COLUMN_COMMENT"
void starrocks_column_take(struct starrocks_columns *have,
		const struct starrocks_record *r);		       /* of information_schema */
uint64_t starrocks_columns_form(const struct starrocks_columns *have); /* a sum: in any order, and of parts */
int starrocks_owner(struct starrocks_sql *sql, const char *db, const char *table, char name[SINK_OWNER],
		struct err *err); /* starrocks_owner.c */
int starrocks_own(struct starrocks_sql *sql, const char *db, const char *table, const char *name, struct err *err);
int starrocks_table_look(struct starrocks_sql *sql, const struct sink_names *names, struct sink_state *out,
		struct err *err);

void starrocks_put_column(struct buf *b, const struct schema *schema, unsigned at,
		const char *preset); /* name, type, NULL, default, comment */
/* Waits a little for the table's latest schema change. 0: there is none that runs. ours: one that failed is an error. */
int starrocks_job_wait(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema, bool ours,
		struct err *err);

/* starrocks_alter.c */
int starrocks_table_alter(struct starrocks_sql *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct ddl_alter *alter, bool allowed, bool *gap, struct err *err);

/* starrocks_follow.c: schema.change of a table */

/* ERR_CONFIG: the table stops instead; statement: what would be done. */
int starrocks_change_check(const struct schema *schema, bool allowed, const char *statement, struct err *err);
/* StarRocks has refused a statement: is that told, and the table goes on? Then err is empty. */
bool starrocks_tolerates(const struct schema *schema, struct err *err);

/* starrocks_target.c */

struct starrocks_cell { /* a column of the schema as the table takes it */
	struct starrocks_type type;
	bool nullable, key;
	bool left_out;	  /* the table does not have it */
	bool narrow_real; /* FLOAT for a DOUBLE: a value that it would round is refused */
	char *name;	  /* the table's spelling */
	char *prefix;	  /* ,"name": */
	uint32_t prefix_len;
};

struct starrocks_target { /* how rows of one schema version are written; does not change */
	_Atomic unsigned refs;
	uint64_t version;
	struct schema *schema; /* a reference */
	bool append;	       /* rows are only added: the table has no __op */
	bool replaces;	       /* as in sink_state */
	unsigned row_columns,
			row_key; /* that rows have; the column of the source, which is the last one, stands in `source` */
	char *source;		 /* ,"name":"text"; empty: there is none */
	size_t source_len, source_key; /* source_key: bytes that it takes of the key */
	struct starrocks_cell *cells;
	size_t row_room; /* bytes of a row without its texts */
};

struct starrocks_target *starrocks_target_new(const struct schema *schema, const struct starrocks_columns *have,
		struct err *err);
struct starrocks_target *starrocks_target_ref(struct starrocks_target *t);
void starrocks_target_free(struct starrocks_target *t); /* one reference; NULL allowed */
/* The value of the `columns` header; present NULL: all. */
void starrocks_target_columns(const struct starrocks_target *t, const bool *present, struct buf *out);

/* starrocks_body.c */

#define STARROCKS_VALUE_ROOM 72 /* any value but text and bytes, with quotes */

struct starrocks_body {
	struct buf buf;
	size_t rows, limit; /* limit: bytes that end a body */
	int64_t zone_us;
	char problem[240];
};

enum starrocks_row { ROW_ADDED, ROW_BAD, ROW_OTHER, ROW_FULL };

void starrocks_body_init(struct starrocks_body *b, size_t limit, int64_t zone_us);
void starrocks_body_done(struct starrocks_body *b);
void starrocks_body_begin(struct starrocks_body *b);
/* ROW_BAD: problem says why. ROW_OTHER: its present columns are not `present`. ROW_FULL: send first. None of them
 * adds. */
enum starrocks_row starrocks_body_add(struct starrocks_body *b, const struct starrocks_target *t, const bool *present,
		const struct collapsed *row);
void starrocks_body_end(struct starrocks_body *b);
/* Of one value, as a row has it, alone in the buffer; false: problem says why not. */
bool starrocks_body_value(struct starrocks_body *b, const struct starrocks_cell *cell, const struct value *v);

/* starrocks_tables.c: what is known of the tables of one StarRocks, by several handles. db: as it is called there. @thread any */

struct starrocks_tables;
struct starrocks_tables *starrocks_tables_new(void);
struct starrocks_tables *starrocks_tables_ref(struct starrocks_tables *t);
void starrocks_tables_unref(struct starrocks_tables *t);
/* NULL: nothing is known for this version. Else a reference. */
struct starrocks_target *starrocks_tables_find(struct starrocks_tables *t, const char *db, const struct schema *schema);
/* A reference more; have: what it was made of. */
void starrocks_tables_put(struct starrocks_tables *t, const char *db, struct starrocks_target *target,
		const struct starrocks_columns *have);
void starrocks_tables_drop(struct starrocks_tables *t, const char *db,
		const char *table); /* the table is looked at again */
/* Before a load: all tables are asked for again, in one query, when that is due; what has changed is forgotten. */
int starrocks_tables_refresh(struct starrocks_tables *t, struct starrocks_sql *sql, const char *db, const char *table,
		struct err *err);
void starrocks_tables_doubt(struct starrocks_tables *t, const char *db,
		const char *table); /* that is due for it: a load was refused */
void starrocks_tables_doubt_all(struct starrocks_tables *t);

/* starrocks_http.c */

#define STARROCKS_FE_PORT 8030
#define STARROCKS_BE_PORT 8040

struct starrocks_answer {
	bool sent; /* the request with the body left: it may have been carried out */
	char status[64], existing[32];
	char message[400], error_url[512];
	int64_t total, loaded, filtered;
	struct sink_phases phases;
};

struct starrocks_load { /* one Stream Load */
	const char *db, *table, *label, *columns;
	bool partial;
	const char *compression; /* of the body; NULL: none */
	const char *body;
	size_t len;
};

struct starrocks_http;
struct starrocks_http *starrocks_http_new(const struct sink_conf *conf, struct err *err);
void starrocks_http_free(struct starrocks_http *h);
void starrocks_http_cancel(struct starrocks_http *h); /* what runs ends at once, as what comes. @thread any */
int starrocks_http_load(struct starrocks_http *h, const struct starrocks_load *load, struct starrocks_answer *answer,
		struct err *err);
int starrocks_http_state(struct starrocks_http *h, const char *db, const char *label, char state[32], struct err *err);
/* An empty request: does something that speaks HTTP answer at "http://host:port"? Without credentials. */
int starrocks_http_probe(struct starrocks_http *h, const char *url, struct err *err);
/* ERR_DENIED: the user may not load the table. Asks a frontend where a load would go, and begins none. backend: "http://host:port" of that, to
 * be freed; NULL: it says none. */
int starrocks_http_may_load(struct starrocks_http *h, const char *db, const char *table, char **backend,
		struct err *err);
/* Where the backend is reached, by be.map; an own string */
char *starrocks_http_mapped(struct starrocks_http *h, const char *url);
/* The index-th of be.http as a URL; NULL: there are not so many */
const char *starrocks_http_direct(const struct starrocks_http *h, unsigned index);
int starrocks_http_fetch(struct starrocks_http *h, const char *url, struct buf *out,
		struct err *err); /* no credentials */

/* starrocks_pack.c */

enum starrocks_compression { COMPRESS_NONE, COMPRESS_LZ4, COMPRESS_ZSTD };
const char *starrocks_pack_name(int compression); /* as the header has it; NULL: none */
int starrocks_pack(int compression, const char *body, size_t len, struct buf *out, struct err *err);

/* starrocks_sql.c */

struct starrocks_record {	      /* lent during the callback */
	char *const *names, **values; /* NULL: SQL NULL */
	const unsigned long *lengths; /* of the values, which may hold zeros */
	unsigned count;
};
const char *starrocks_record_get(const struct starrocks_record *r, const char *name);

struct starrocks_sql *starrocks_sql_new(const struct sink_conf *conf); /* connects when first used */
void starrocks_sql_free(struct starrocks_sql *s);
void starrocks_sql_cancel(struct starrocks_sql
				*s); /* what runs ends at once, and nothing is connected to any more. @thread any */
int starrocks_sql_run(struct starrocks_sql *s, const char *statement,
		void (*each)(void *, const struct starrocks_record *), void *context, struct err *err);

/* starrocks_check.c */

int starrocks_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err);
void starrocks_remedies(struct report *r); /* what it may find */

/* Every statement that the table needs, whatever table.create says, and why it needs no more. */
int starrocks_ddl_alter(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
		struct err *err);

/* starrocks_read.c; the connection is lent */

struct sink_reader *starrocks_reader(struct starrocks_sql *sql, struct sink *sink, const struct schema *schema,
		struct err *err);

/* starrocks_check_table.c */

void starrocks_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count);

#endif
