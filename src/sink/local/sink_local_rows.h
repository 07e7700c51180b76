/* sink_local_rows.h - the statements of one table of the warehouse, and rows through them. They belong to a sink, so to its thread. */
#ifndef SINK_SINK_LOCAL_ROWS_H
#define SINK_SINK_LOCAL_ROWS_H

#include "row/collapse.h"
#include "sink/base/sink_ops.h"
#include "sink/local/sink_local.h"

#define PARTIALS_MAX 16 /* sets of present columns with a statement ready, per table */

struct local_partial { /* an upsert that sets some columns only */
	bool *present;
	sqlite3_stmt *stmt;
};

struct local_table { /* statements for one version of one schema */
	uint64_t version;
	struct schema *schema; /* a reference */
	struct local_db *db;
	sqlite3_stmt *upsert, *delete;
	struct local_partial partial[PARTIALS_MAX];
	unsigned npartial;
	enum local_class *class;
	char *scratch; /* texts bound to the current row */
};

struct local_table *local_table_new(struct local_db *db, struct schema *schema, struct err *err); /* db: lent */
void local_table_free(struct local_table *t);
/* The first key column that the row lacks. NULL: it has all. */
const char *local_key_problem(const struct schema *schema, const struct value *row, bool is_delete);
/* SQLITE_OK, or why not: err may say more. */
int local_row_write(struct local_table *t, int64_t zone_us, const struct collapsed *c, struct err *err);
bool local_is_row_fault(int code); /* refused because of this row's values; anything else ends the load */

#endif
