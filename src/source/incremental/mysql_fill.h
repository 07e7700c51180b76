/*
 * mysql_fill.h - snapshots of tables while the stream goes on: chunk by chunk, each put into the stream exactly where
 * it belongs. No signal table is written, nothing is locked, keys are not compared. The place is found so:
 *
 *  1. S is what the stream has given out. Wait until the engine shows all of S (mysql_fill_view.h); the stream goes on.
 *  2. Open a view, then read the end of the binlog, B. S is in the view, and all that is in the view stands before B.
 *  3. Read the chunk's rows from the view and hold them; the stream goes on.
 *  4. When the stream has passed B, between two transactions, give out the held rows, but those whose key an event
 *     behind S has touched: the stream's row is as new, or newer.
 *
 * So no row is lost, and none that is older follows a newer one. TRUNCATE and DDL of the table between S and the end
 * drop the chunk, which is read anew. A table whose rows cannot be found by key (mysql_chunk.h) is given out as one: its
 * view is taken again and again until no event touches the table between S and B, at last under a short lock; the
 * stream waits while its rows pass.
 *
 * Driven by the source between its batches, in its one thread; nothing here waits longer than a short query. A failure
 * of its connection is not one of the stream: it is told in the status, and tried again.
 */
#ifndef SOURCE_MYSQL_FILL_H
#define SOURCE_MYSQL_FILL_H

#include <stdbool.h>
#include <stdint.h>

#include "row/batch.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/decode/mysql_gtid.h"
#include "source/incremental/mysql_fill_plan.h"
#include "source/server/mysql_conf.h"

struct mysql_fill;

struct fill_setup { /* lent; given anew with every connection of the stream */
	const struct mysql_conf *conf;
	const struct mysql_filter *filter;
	struct catalog *catalog;
	unsigned host;
};

struct fill_place {		      /* of the stream, between two transactions */
	const struct gtid_set *gtids; /* what it has given out; NULL: no GTIDs */
	const char *file;
	uint64_t pos;
};

enum fill_step { FILL_NOTHING, FILL_WORKING, FILL_ROWS };

struct mysql_fill *mysql_fill_new(void);
void mysql_fill_free(struct mysql_fill *f); /* NULL allowed */
void mysql_fill_setup(struct mysql_fill *f, const struct fill_setup *setup);
void mysql_fill_hang_up(struct mysql_fill *f); /* what is read and not given out is dropped; the plan stays */

struct fill_plan *mysql_fill_plan(struct mysql_fill *f); /* borrowed */
void mysql_fill_changed(struct mysql_fill *f);		 /* somebody has changed the plan */
/* The plan as text, borrowed until the next change; NULL: nothing is planned. `mark` is kept with it for whoever gives
 * orders: see source_mark(). */
const char *mysql_fill_progress(struct mysql_fill *f);
int mysql_fill_restore(struct mysql_fill *f, const char *progress, struct err *err); /* NULL: an empty plan */

bool mysql_fill_rests(const struct mysql_fill *f); /* it is between two chunks, and would begin one */
/* Between two transactions. FILL_ROWS: mysql_fill_rows() has something for a batch now, before the stream goes on;
 * FILL_WORKING: call again soon; FILL_NOTHING: it waits for the stream or for time to pass, or has nothing to do. */
enum fill_step mysql_fill_step(struct mysql_fill *f, const struct fill_place *at);
void mysql_fill_rows(struct mysql_fill *f, struct batch *b, const struct fill_place *at, size_t max_rows,
		size_t max_bytes);
/* Must the stream stop at this place, if it is between two transactions? */
bool mysql_fill_waits(const struct mysql_fill *f);
bool mysql_fill_met(const struct mysql_fill *f, const char *file, uint64_t pos);
/* What the stream has just put into a batch; from `from` on. */
void mysql_fill_note(struct mysql_fill *f, const struct batch *b);

struct fill_end {	/* of the last table that is over */
	unsigned count; /* how many were before, and it */
	uint64_t rows;
	bool whole; /* else it was given up */
};
const struct fill_end *mysql_fill_end(const struct mysql_fill *f);

/* What happened, for the log: the next line, or NULL. The caller frees. */
char *mysql_fill_news(struct mysql_fill *f);
void mysql_fill_tell(struct mysql_fill *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void mysql_fill_status(const struct mysql_fill *f, struct source_fill_status *out);

#endif
