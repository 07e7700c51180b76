/*
 * double_sql.h - statements. Each kind is a function in a table; all share one struct. Relations are what SELECT and
 * SHOW print from: columns and rows, with WHERE, ORDER BY and LIMIT over them.
 */
#ifndef DOUBLE_SQL_H
#define DOUBLE_SQL_H

#include "sql/double_expr.h"
#include "double_mysql.h"

struct sql {
	struct session *session; /* NULL while the log is replayed */
	struct server *server;	 /* NULL as well */
	struct store *store;
	const char *db; /* of USE */
	const char *text;
	bool all; /* SHOW ALL */
	struct arena *arena;
	struct lex lex;
	struct err *err;
};

struct name {
	const char *db, *table;
};

int sql_fail(struct sql *q, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int sql_needs(struct sql *q, enum right right);	     /* RIGHT_COUNT: none */
int sql_table_name(struct sql *q, struct name *out); /* [db.]table */
struct db *sql_db(struct sql *q, const char *name);  /* NULL: err says so; under the lock */
struct table *sql_table(struct sql *q, const struct name *name);
int sql_end(struct sql *q);			 /* nothing may follow */
const char *sql_time(struct sql *q, int64_t ms); /* NULL for 0 */
const char *sql_number(struct sql *q, uint64_t v);

/* sql_ddl.c, sql_alter.c, sql_column.c: under the lock; logged by the caller. */
int sql_create(struct sql *q);
int sql_drop(struct sql *q);
int sql_truncate(struct sql *q);
int sql_alter(struct sql *q);
int sql_column_def(struct sql *q, struct column *c);
int sql_check_column(struct sql *q, const struct column *c);
int sql_properties(struct sql *q, int (*take)(struct sql *q, const char *key, const char *value, void *ctx), void *ctx);

/* sql_rows.c: by itself under the lock */
int sql_delete(struct sql *q);
int sql_update(struct sql *q);
int sql_explain(struct sql *q); /* of these two */

/* sql_show.c, sql_select.c, sql_information.c, sql_routine.c */
int sql_show(struct sql *q);
int sql_describe(struct sql *q);
int sql_select(struct sql *q);
int sql_show_routine_load(struct sql *q);
int sql_routine_load(struct sql *q, const char *verb); /* "CREATE", .. */

struct relation {
	const char *const *names;
	const struct type *types; /* NULL: all text */
	unsigned ncolumns;
	bool show; /* declared VARCHAR(30) */
	uint64_t nrows;
	const struct cell *cells; /* rows one after the other, or .. */
	struct table *table;	  /* .. rows of a table, at these offsets */
	const struct schema *schema;
	uint64_t *offsets; /* freed by relation_done() */
};

/* A relation that is made row by row out of texts in the arena. */
struct rows {
	struct sql *q;
	struct relation r;
	struct cell *cells;
	uint64_t room;
};
void rows_init(struct rows *rows, struct sql *q, const char *const *names, unsigned ncolumns);
void rows_add(struct rows *rows, const char *const *texts);
int rows_print(struct rows *rows); /* with what stands in the statement: WHERE, ORDER BY, LIMIT */
void relation_row(const struct sql *q, const struct relation *r, uint64_t i, struct cell *cells, struct arena *scratch);
void relation_done(struct relation *r);
int sql_information(struct sql *q, const char *table, struct rows *rows); /* information_schema.table */
int sql_loads_history(struct sql *q, const char *table,
		struct rows *rows); /* _statistics_.table, of which there is one, since 3.3 */

/* sql_query.c: the tail of a statement over a relation; items NULL: all columns. */
struct item {
	struct expr *expr;
	const char *name, *aggregate; /* "count", .. or NULL */
	struct type type;
};
int sql_query(struct sql *q, const struct relation *r, struct item *items, unsigned nitems);
int relation_column(void *ctx, const char *name); /* ctx: struct relation */
const struct type *relation_type(void *ctx, int column);

#endif
