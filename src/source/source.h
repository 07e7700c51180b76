/*
 * source.h - MySQL as a source of changes: preflight, snapshot, then the binlog stream. The only header of this room that
 * the engine includes.
 *
 * Bytes and batches: a source knows no thread, queue, log or screen. The engine calls source_step() in a loop from one
 * thread; each call returns within a second. Positions are given, not stored: the engine keeps them in the log.
 */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/report.h"
#include "row/batch.h"
#include "row/table_check.h"
#include "source/server/mysql_conf.h"
#include "source/server/mysql_kept.h"

/* One table of the snapshot that runs, or of the last one: the initial one, or those beside the stream. */
enum reading_state { READING_WAITS, READING_RUNS, READING_DONE, READING_ENDED }; /* ended: before its last row */
struct source_reading {
	const char *db, *table; /* interned */
	uint64_t rows, total;	/* given out; the server's estimate, 0 unknown */
	int64_t begun_us;	/* monotonic, of the initial snapshot's */
	uint32_t chunks;	/* whose rows are given out */
	float rows_per_s;
	uint8_t state; /* enum reading_state */
};

/* A table whose rows are refused; texts are copies. */
struct source_table {
	char name[TABLE_NAME_ROOM]; /* db.table */
	char error[512];
};

struct source_status {
	enum { SOURCE_CONNECTING, SOURCE_SNAPSHOT, SOURCE_STREAMING, SOURCE_IDLE, SOURCE_STUCK, SOURCE_STOPPED } state;
	char why[200];	  /* idle, slow or stuck, in words; "" when nothing is streamed */
	char said[400];	  /* the last thing that a person should know, though capture goes on */
	unsigned says;	  /* how often something was said: `said` has news when it rises */
	char server[128]; /* "127.0.0.1:3306 MySQL 9.7.0" */
	char gtids[4096]; /* executed by us, cut with ... */
	char file[256];
	uint64_t pos;
	char server_gtids[4096], server_file[256]; /* asked once in a while */
	uint64_t server_pos;
	int64_t behind_bytes; /* -1 unknown */
	struct binlog_kept kept;
	int64_t server_us;	      /* wall, when that was asked */
	uint64_t events, rows, bytes; /* read since the start */
	uint64_t reconnects;
	int64_t last_event_us;	/* wall, when the last event or heartbeat came */
	int64_t last_commit_us; /* commit time of the last transaction read */
	bool snapshot_begins;	/* what the tables are is still being read; `why` says how far */
	unsigned snapshot_tables_done, snapshot_tables_total;
	uint64_t snapshot_rows_done, snapshot_rows_total;
	char snapshot_table[TABLE_NAME_ROOM]; /* being read */
	uint64_t snapshot_chunks;	      /* of it, read */
	double snapshot_rows_per_s;
	int64_t snapshot_left_ms;  /* estimate; -1 unknown */
	int64_t snapshot_keeps_ms; /* how long the server still keeps the binlog that has to follow; -1: no limit */
	struct source_fill_status fill;
};

enum source_step {
	SOURCE_BATCH,	/* the batch has changes, or at least a newer position (heartbeat, skipped tables) */
	SOURCE_NOTHING, /* nothing within the time; call again */
	SOURCE_END,	/* initial_only: done */
	/* A step that has to connect may take connect.timeout.ms a host, one that begins a snapshot the lock's time limit. */
	SOURCE_FAILED /* err says why; ERR_RETRY: call again after a pause, the source connects again by itself */
};

struct source;

/* conf is lent until source_close(); the texts in it must not move. resume: NULL or unset: no position yet. history: the schemas as of resume, for servers with minimal row metadata. */
struct source *source_open(const struct mysql_conf *conf, const char *name, const struct position *resume,
		struct schema *const *history, size_t nhistory, struct err *err);
/* -1: the position is of another server than those of conf, which will never have what was captured there; err says so. A server
 * that does not answer is no news. Takes as long as a connection. @thread any */
int source_knows(const struct mysql_conf *conf, const struct position *at, struct err *err);
/* Between source_open() and the first step: what the history says of a database. */
void source_know_database(struct source *s, const char *db, unsigned collation);
/* timeout_ms: how long to wait for the first change; what has come by then is given out at once, and a batch is never
 * held back while the socket has no more bytes. */
enum source_step source_step(struct source *s, struct batch *b, int timeout_ms, struct err *err);
/* Between source_open() and the first step: an initial snapshot clears all tables first, because the log has rows of an
 * earlier life. */
void source_clear_first(struct source *s);
/* Instead of a step, while a person holds the capture: nothing is read, but how far the server has gone is asked on. */
void source_look(struct source *s);
void source_close(struct source *s);

/* Snapshots of tables while the stream goes on. What an order means is asked of the server first, without a source: it may
 * take as long as a connection does. @thread any */
struct source_plan;
struct source_plan *source_plan_new(const struct mysql_conf *conf, const struct source_order *order, struct err *err);
char *source_plan_text(const struct source_plan *plan); /* its tables, as JSON; the caller frees */
/* Of one table by its name, asked of the server when its turn comes; one that cannot be carried out is told then. */
struct source_plan *source_plan_later(const struct source_order *order);
/* Of rows of one captured table, by a condition (source_reader_where()); NULL: all of them, into an emptied target. */
struct source_plan *source_plan_rows(const struct mysql_conf *conf, const char *db, const char *table,
		const char *where, struct err *err);
/* Rows that the target has, by their keys (source_reader_bound(), ';' between): a delete for each that MySQL does not have. */
struct source_plan *source_plan_gone(const struct mysql_conf *conf, const char *db, const char *table,
		const char *bounds, struct err *err);
void source_plan_free(struct source_plan *plan); /* NULL allowed */
/* The source uses the plan, too, until it is carried out or the source is closed. The answer is how many it was given with
 * this one; -1: refused. @thread any */
int source_take_plan(struct source *s, struct source_plan *plan, struct err *err);
/* How many of them, in that order, the position of the last batch holds or has done with. @thread the one that steps */
unsigned source_plans_given(const struct source *s);
/* A message of Debezium's signal topic; NULL: none, only the mark is kept. mark: any text that tells the caller where to
 * go on; source_mark() gives back the one of the last signal whose effect is in the position. @thread any */
void source_signal(struct source *s, const char *text, size_t len, const char *mark);
char *source_mark(struct source *s); /* of the position that the source was opened with; the caller frees; NULL: none */
char *source_fills(struct source *s); /* what is planned, as JSON; the caller frees; NULL: nothing. @thread any */
/* What happened, a line for the log; the caller frees; NULL: nothing. @thread the one that steps */
char *source_news(struct source *s);
/* What may change without a restart: lists of tables and columns, limits. conf is lent like the first one, which has to
 * live on. A table that is captured from now on is read beside the stream. @thread any */
int source_login_check(const struct mysql_conf *conf,
		struct err *err); /* ssl.* and auth.plugins, which belong together */
/* What `check` asks of the server, a line for each setting and grant; and what a server can refuse. For docs/problems.md. */
void source_remedies(struct report *checks, struct report *refusals);
int source_conf_check(const struct mysql_conf *conf, struct err *err);
void source_reload(struct source *s, const struct mysql_conf *conf);
/* Whose tables are all covered by the last position that was given out, or were when the source was opened; NULL: none's
 * yet. For the next source. @thread the one that steps */
const struct mysql_conf *source_settled(struct source *s);
/* The lists that say which tables are captured, as text to be kept with the position; the caller frees. */
char *source_lists(const struct mysql_conf *conf);
/* Between source_open() and the first step: the lists as of the position, where they are known. Tables that came since
 * are read beside the stream. */
int source_captured_before(struct source *s, const char *lists, struct err *err);

/* Is there a captured table of this name, by the server's own rule of case? -1: not known yet. @thread the one that steps */
int source_captures(struct source *s, const char *db_table);
/* The same for a pattern: whether `matches` says so of any captured table, db.table. */
int source_captures_any(struct source *s, bool matches(const void *arg, const char *db_table), const void *arg);
/* Calls back for each captured table, db.table; how many, -1: not known yet. @thread the one that steps */
int source_each_captured(struct source *s, void each(void *arg, const char *db_table), void *arg);
char *source_nearest(struct source *s,
		const char *db_table); /* the captured table that may be meant, or NULL; the caller frees */

void source_status(struct source *s, struct source_status *out); /* @thread any */
struct source_reading *source_readings(struct source *s,
		size_t *count); /* in the order in which they are read; the caller frees. @thread any */
struct source_table *source_tables(struct source *s,
		size_t *count); /* those that are stopped; the caller frees. @thread any */
/* How many tables were stopped so far: source_tables() has news when it rises. @thread any */
unsigned source_stops(struct source *s);
int source_stop_table(struct source *s, const char *db_table,
		const char *why); /* the table's rows are refused from now on; @thread any */

/* Tables whose rows at the target differ from MySQL because of a statement that told no rows (docs/ddl.md), until they
 * are read again. @thread any */
struct source_difference {
	char *table; /* db.table */
	char *why;
	bool mending; /* it is read again by itself */
};
unsigned source_differs(struct source *s);				       /* rises when the list changes */
struct source_difference *source_differences(struct source *s, size_t *count); /* a copy, for: */
void source_differences_free(struct source_difference *list, size_t count);

const char *source_library(void); /* the client library that is linked, with its version */

/* Preflight; adds to the report, -1 only when the server cannot be reached at all. */
int source_check(const struct mysql_conf *conf, struct report *report, struct err *err);
/* Counts the rows that raise a question, table by table, and adds them to the checks: within the limits, else of a
 * sample. A table that cannot be counted says why. -1: the server cannot be reached. */
int source_check_tables(const struct mysql_conf *conf, struct table_check *const *checks, size_t count,
		const struct source_limits *limits, struct err *err);
/* The schemas of captured tables as they are now (information_schema, SHOW CREATE TABLE); for `ddl`, `check`. Caller unrefs and frees.
 * fold: names of tables that differ in case only are one on this server (lower_case_table_names); NULL allowed. */
int source_schemas(const struct mysql_conf *conf, struct schema ***out, size_t *count, bool *fold, struct err *err);

/*
 * A table's rows as they are now, to be compared with a target: in chunks of its key, or by key, on a connection of its own.
 * Plain SELECTs: nothing is locked. A bound is the key of a row as text (snapshot/mysql_chunk.h). @thread one at a time
 */
/*
 * source_lookup.c: one row by a SELECT, on a connection of its own that only reads, within about a second. One thread. conf is lent.
 * source_lookup_row(): how many rows there are, 2 for more than one; calls back for each column of the first (value NULL: SQL NULL). -1: err,
 * ERR_DATA where the server refuses the statement.
 */
struct source_lookup;
struct source_lookup *source_lookup_new(const struct mysql_conf *conf);
void source_lookup_free(struct source_lookup *l); /* NULL allowed */
int source_lookup_row(struct source_lookup *l, const char *sql,
		void told(void *arg, const char *column, const char *value, size_t len), void *arg, struct err *err);

struct source_reader;
struct source_reader *source_reader_open(const struct mysql_conf *conf, const char *db_table, struct err *err);
void source_reader_close(struct source_reader *r);  /* NULL allowed */
void source_reader_cancel(struct source_reader *r); /* what runs fails soon, and all that comes. @thread any */
struct schema *source_reader_schema(struct source_reader *r); /* without columns that are left out; borrowed */
const char *source_reader_unkeyed(
		const struct source_reader *r); /* why its rows cannot be read by key; NULL: they can */
const char *source_reader_partly(
		const struct source_reader *r); /* a setting that leaves rows out of its snapshots; NULL: none */
/* The rows behind a key (NULL: the first), each as a CHANGE_READ of the batch, bounds beside it in the batch's arena. They
 * end with `rows`, or with the one that makes them `bytes` large. */
struct source_chunk {
	const char **bounds; /* one for each change */
	bool last;	     /* no row is behind them */
};
int source_reader_chunk(struct source_reader *r, const char *after, uint64_t rows, size_t bytes, struct batch *b,
		struct source_chunk *out, struct err *err);
int source_reader_keys(struct source_reader *r, const char *const *bounds, size_t n, struct batch *b,
		struct source_chunk *out, struct err *err);
struct source_text {
	const char *p;
	size_t len;
};
/* The bound of a key as text, one a part: numbers and times (UTC) as MySQL prints them, bytes as hex digits, texts in UTF-8.
 * For source_reader_keys() only. The caller frees; NULL: err. */
char *source_reader_bound(struct source_reader *r, const struct source_text *key, struct err *err);
char *source_reader_where(struct source_reader *r, const char *const *bounds, size_t n,
		struct err *err); /* as a condition; the caller frees */
/* How far the server's binlog is: all that was read stands before it. */
int source_reader_moment(struct source_reader *r, struct position *out, struct err *err);
bool source_position_covers(const struct position *have, const struct position *want);
/* Names of all captured tables, db.table. */
int source_table_names(const struct mysql_conf *conf, char ***out, size_t *count, struct err *err);

/* What lies behind a position: has a statement of the schema history been carried out by then? gtid: its own, or NULL. */
struct source_past;
struct source_past *source_past_new(const struct position *until, struct err *err);
void source_past_free(struct source_past *p); /* NULL allowed */
bool source_past_has(const struct source_past *p, const struct position *at, const char *gtid);

#endif
