/*
 * mysql_snapshot.h - the captured tables as of one position of the binlog: schemas first, then rows, streamed. What is
 * hard: rows and position must be of the same moment, the lock that ensures it must be short, and a snapshot that was
 * interrupted must not leave rows behind that no longer exist.
 *
 * Same moment: mysql_moment.h. Rows in the order of table names and keys, from several connections: mysql_lanes.h.
 *
 * Interrupted: every batch's position carries the place that was reached (struct snapshot_place). The moment itself is
 * lost with its connections, so the rest is read beside the stream (mysql_fill.h), which begins at the position of the
 * moment. Where that cannot be, the log holds rows of an earlier attempt, and some of them may have been deleted since:
 * the next attempt (`again`) puts a CHANGE_TRUNCATE, marked SNAPSHOT_TRUE, for each table before all rows, also for
 * tables that are empty or gone now. It is the snapshot's own and does not depend on skip_truncate: whoever passes
 * changes on lets truncates through whose mark is not SNAPSHOT_NO. The same holds when a snapshot is taken anew because
 * the binlog was purged.
 */
#ifndef SOURCE_MYSQL_SNAPSHOT_H
#define SOURCE_MYSQL_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "row/batch.h"
#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_filter.h"
#include "source/server/mysql_conn.h"
#include "source/snapshot/mysql_chunk.h"

struct snapshot_table {
	const char *db, *name;		/* interned */
	struct schema *schema;		/* of the rows: without columns that are left out; NULL when error is set */
	char *create;			/* SHOW CREATE TABLE, as it is told; until then */
	uint64_t rows_total, row_bytes; /* the server's estimates */
	uint64_t rows_read, chunks_read;
	struct chunk_wish wish;	  /* lent by the configuration */
	struct chunk_table chunk; /* open while it is planned and read */
	int64_t time_us;	  /* the server's clock when its reading began, whole seconds */
	bool ask_rows;		  /* whether it is empty is still to be asked */
	bool empty, gone, done;
	char *error;
};

int snapshot_table_order(const struct snapshot_table *a,
		const struct snapshot_table *b); /* by database and name, bytes */

struct mysql_snapshot;

struct snapshot_setup {
	const struct mysql_conf *conf;
	const struct mysql_filter *filter;
	struct catalog *catalog; /* filled; what it knows of captured tables before is what `again` clears */
	unsigned host;
	bool again; /* the log may hold rows of an earlier attempt */
	bool rows;  /* false: schemas only (no_data) */
};

/* The moment and the names of the tables. Their definitions come with the first steps. */
struct mysql_snapshot *mysql_snapshot_open(const struct snapshot_setup *setup, struct err *err);
void mysql_snapshot_close(struct mysql_snapshot *s); /* NULL allowed */
/* 1: the batch has changes; 0: nothing came within the time; 2: the batch is the last one; -1. */
int mysql_snapshot_next(struct mysql_snapshot *s, struct batch *b, int timeout_ms, struct err *err);
/* While nobody asks for rows, so that what is purged then is noticed too: looks twice a second at the most; 0 or -1. */
int mysql_snapshot_watch(struct mysql_snapshot *s, struct err *err);
struct snapshot_table *mysql_snapshot_tables(struct mysql_snapshot *s, size_t *count); /* borrowed */

struct snapshot_progress {
	uint64_t rows_read, rows_total;
	bool begins;			    /* what the tables are is still being read: */
	size_t defined, definitions;	    /* of so many it is known, of how many */
	const struct snapshot_table *table; /* being read; NULL: none */
	size_t asked;			    /* the server was asked for rows of the tables before this one */
	double rows_per_s;		    /* lately */
	int64_t left_ms;		    /* -1 unknown */
	int64_t keeps_ms;		    /* how long the server still keeps the binlog of the moment; -1: no limit */
};
void mysql_snapshot_progress(const struct mysql_snapshot *s, struct snapshot_progress *out);
/* A lock on the server is held for the steps to come: they must not be put off. */
bool mysql_snapshot_is_urgent(const struct mysql_snapshot *s);
bool mysql_snapshot_has_given(const struct mysql_snapshot *s); /* any change */
/* A warning for a person, once; NULL: none. */
const char *mysql_snapshot_said(struct mysql_snapshot *s, char *out, size_t size);

/* How far the rows in the log reach, as text in a position (struct position, progress). Tables before this one, in the
 * order of database and name by bytes, are whole. */
struct snapshot_place {
	char *db, *table;
	char *bound; /* of its last row in the log (mysql_chunk.h); NULL: read without bounds */
	bool begun;  /* some of its rows are in the log */
};

void snapshot_place_print(const struct snapshot_place *p, struct buf *out);
/* False: the text is none of a snapshot's; out is to be freed on true. */
bool snapshot_place_parse(struct snapshot_place *out, const char *text);
void snapshot_place_done(struct snapshot_place *p);

/* snapshot.select.statement.overrides: whether both settings agree; what is given for a table (lent by conf). */
int snapshot_wish_check(const struct mysql_conf *conf, struct err *err);
struct chunk_wish snapshot_wish_of(const struct mysql_conf *conf, const char *db, const char *table);

/* Also for other users of a server's tables: SHOW CREATE TABLE of all captured tables into the catalog. */
struct snapshot_list {
	struct snapshot_table *items;
	size_t count;
};
int snapshot_list_read(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct catalog *catalog, struct err *err);
/* One table, of which db and name are set. A definition that is not understood fills t->error; only a lost connection is
 * a failure. What it fills is the caller's to free. */
int snapshot_read_table(struct snapshot_table *t, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct catalog *catalog, struct err *err);
/* Names and estimates only, without asking for definitions. */
int snapshot_list_names(struct snapshot_list *list, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct err *err);
/* Names only, in one question: the captured tables, and those of the others that `which` wants. */
int snapshot_list_split(struct snapshot_list *captured, struct snapshot_list *others, enum other_tables which,
		struct mysql_conn *conn, const struct mysql_filter *filter, struct err *err);
/* Estimates of a list in order, for those that have rows. */
int snapshot_list_estimate(struct snapshot_list *list, struct mysql_conn *conn, struct err *err);
int snapshot_read_databases(struct mysql_conn *conn, struct catalog *catalog, struct err *err);

struct snapshot_reader { /* for those who read definitions in bulk (mysql_show.h) */
	const struct mysql_filter *filter;
	struct catalog *catalog;
};
void snapshot_take_captured(void *reader, struct snapshot_table *t, const char *create, size_t len);
void snapshot_take_other(void *reader, struct snapshot_table *t, const char *create, size_t len);
void snapshot_list_free(struct snapshot_list *list);
/* file, pos and (with gtid_mode ON) gtids of the server now. */
int snapshot_read_position(struct mysql_conn *conn, bool gtids, struct position *out, struct err *err);

#endif
