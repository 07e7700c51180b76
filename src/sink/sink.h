/*
 * sink.h - the contract of the target: tables that take upserts and deletes by key, and that refuse a label twice.
 * Two implementations, the same tests: StarRocks (starrocks_sink.c) and the embedded warehouse (sink_local.c).
 *
 * A sink handle is per worker thread. Calls carry time limits from the configuration, which must outlive the handle.
 * The label: 1 to 128 letters, digits, '_' or '-'.
 */
#ifndef SINK_SINK_H
#define SINK_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/conf/conf.h"
#include "core/err.h"
#include "core/name_map.h"
#include "core/report.h"
#include "mysql/login_conf.h"
#include "row/collapse.h"
#include "row/table_check.h"
#include "row/schema.h"

struct sink_table {		   /* what a table's section says of its target */
	const char *target;	   /* DATABASE.TABLE; NULL: as at the source */
	bool append;		   /* target.mode = append */
	const char *suffix;	   /* table.create.suffix; NULL: ours */
	int change;		   /* schema.change: enum schema_change */
	const char *source_column; /* source.column; NULL: the table is this source's alone */
	int source_value;	   /* source.value: enum source_value */
	bool source_in_key;	   /* source.in.key */
};

enum source_value { SOURCE_TABLE, SOURCE_DATABASE, SOURCE_BOTH /* database.table */ };

struct sink_conf {
	char *name;		  /* [millrace] name: prefix of labels */
	char *state_dir;	  /* the embedded warehouse lives in state_dir/warehouse */
	char *fe_http, *fe_mysql; /* [starrocks] fe.http = host:port[, host:port]; NULL: the embedded warehouse */
	char *user, *password;
	struct sink_password *changed; /* ask sink_password(); NULL: it stays what it was at the start */
	struct login_conf login;       /* of fe.mysql: ssl.mode .. auth.plugins */
	struct conf_list be_map;       /* be.map: hosts that a frontend may redirect to, and where they are reached */
	char *be_http;		       /* be.http: backends that take the loads; NULL: frontends name them */
	char *warehouse;	       /* of a shared-data cluster; NULL: the user's own */
	int compression;	       /* load.compression: "none|lz4_frame|zstd", enum starrocks_compression */
	char *database;		       /* NULL: as at the source */
	void (*table_of)(const void *arg, const char *db_table, struct sink_table *out); /* NULL: no table has any */
	const void *table_arg;
	int load;		 /* load: "stream|routine" */
	bool table_create;	 /* table.create */
	bool not_null;		 /* table.create.not.null */
	int64_t buckets;	 /* table.create.buckets; 0: StarRocks decides */
	int64_t replication_num; /* table.create.replication.num; 0: the cluster's default */
	int64_t load_timeout_ms; /* load.timeout */
	int64_t connect_timeout_ms;
	int64_t max_bytes; /* load.max.bytes of one load, under StarRocks' 100 MB */
	int64_t max_rows;
	int64_t interval_ms; /* load.interval: no more than one load per table within this; 0: 800 StarRocks, 50 embedded */
	char *time_zone;
	int64_t watch_ms;	   /* watch.routine.load: how often jobs are looked at; 0: never */
	struct conf_pairs routine; /* routine.KEY: properties of Routine Load jobs that millrace makes */
};

enum sink_outcome {
	SINK_LOADED,	/* committed (visible or about to be) */
	SINK_DUPLICATE, /* this label was committed before: the same thing */
	SINK_UNKNOWN,	/* nobody can say yet: the same rows again, under the same label */
	SINK_REFUSED /* not, or not all, loaded. err: RETRY, UNREACHABLE: the same label again; others: stop the table */
};

/*
 * A row that the target cannot take: too long for its column, NULL where none may be, not a number. It is left out of
 * the load and named here, its neighbours go in. The same rows under the same label always give the same list, also
 * with SINK_DUPLICATE: after a crash between load and dead letter the engine learns it again.
 */
struct sink_bad {
	uint32_t row;	    /* index into rows, rising */
	const char *reason; /* names the column */
};

struct sink_phases { /* how long each part took at the target, in milliseconds; -1: it does not say */
	int64_t begin_ms, plan_ms, receive_ms, write_ms, publish_ms;
};

struct sink_result {
	uint64_t rows_loaded;
	uint64_t rows_filtered; /* = nbad */
	int64_t ms;
	uint64_t bytes;		    /* of the rows, as they were sent; 0 unknown */
	struct sink_phases phases;  /* of all its loads together */
	bool down;		    /* with REFUSED: the target itself was not there, whatever the table */
	bool too_many_versions;	    /* with REFUSED, UNKNOWN: loads come faster than the target merges them */
	bool doubtful;		    /* sink_begun(): it was loaded now, and nobody can say whether it had been before */
	const struct sink_bad *bad; /* lent until the next call on this handle */
	size_t nbad;
	char detail[256]; /* what the target said */
};

struct sink_password *sink_password_new(void);
void sink_password_free(struct sink_password *p); /* NULL allowed */
/* As it is now; "" when there is none. It stays valid as long as conf. @thread any */
const char *sink_password(const struct sink_conf *conf);
/* What follows is sent the other one. False: it is the same. One thread at a time. */
bool sink_password_change(const struct sink_conf *conf, const char *text);
int sink_login_check(const struct sink_conf *conf, struct err *err); /* ssl.* and auth.plugins, which belong together */

int sink_target_check(const char *target, struct err *err); /* DATABASE.TABLE of a section */
/* What may stand behind the columns, the key and the comment of CREATE TABLE, and nothing else. */
int sink_suffix_check(const char *suffix, struct err *err);
struct sink_names {
	const char *db, *table; /* interned */
	bool append;		/* rows are only added there: target.mode = append */
	const char *suffix;	/* interned; what CREATE TABLE ends with; NULL: ours */
	int change;		/* enum schema_change */
	const char *source_column,
			*source; /* interned; which rows there are this source's: see struct schema; NULL: all */
	bool source_in_key;
};
/* What a table of the source is called at the target. */
void sink_route(const struct sink_conf *conf, const char *db, const char *table, struct sink_names *out);
/* Two sources of one target overwrite each other's rows, unless a column tells them apart: here are those that were seen. */
struct sink_sources {
	struct name_map by_target, by_source;
};
/* The source that `names` clashes with; NULL: none, and it is one of them now. who: what is returned then, lent. */
const void *sink_sources_add(struct sink_sources *s, const struct sink_names *names, const void *who);
void sink_sources_done(struct sink_sources *s);

struct sink;
struct sink *sink_open(const struct sink_conf *conf, struct err *err);
/* One more for another thread; both load into the same tables, so they share what they know of them. They are closed in
 * any order. */
struct sink *sink_open_beside(struct sink *first, struct err *err);
void sink_close(struct sink *s);
void sink_rest(struct sink *s); /* nothing to do for a while: gives back what loads need */
/* The call that runs, and every later one, fails soon with ERR_RETRY: the handle is only good to be closed. @thread any */
void sink_cancel(struct sink *s);
const char *sink_library(void); /* that is linked, with its version */
/* What is wrong with the settings by themselves; asks nobody. */
int sink_conf_check(const struct sink_conf *conf, struct err *err);
int sink_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err);
void sink_remedies(struct report *r); /* what sink_check() may find, at all kinds of targets; for docs/problems.md */
/* What each column becomes at the target, and the room that it has there. A target that does not answer is taken for empty. */
void sink_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count);
int64_t sink_interval_ms(const struct sink *s);

/* Makes sure that the target table can take rows of this schema: creates it (table.create), adds columns, waits for the
 * change to be finished. ERR_CONFIG or ERR_DATA when it cannot. Cheap when nothing changed (by schema->version). */
int sink_prepare(struct sink *s, const struct schema *schema, struct err *err);
/* The same for a table that was loaded into. What it had then and has no more was taken away by somebody: it is not made
 * again, because rows or values would be missing from it. ERR_CONFIG then, and sink_lost(). */
enum sink_had { SINK_HAD_NOTHING, SINK_HAD_TABLE, SINK_HAD_COLUMNS /* all of the schema, and the table */ };
int sink_prepare_had(struct sink *s, const struct schema *schema, enum sink_had had, struct err *err);
/* schema.change = ask, ignore: a person has let the table go on; for the calls that follow on this handle. */
void sink_allow(struct sink *s, bool allowed);
/* Somebody may have changed tables: before the next load they are looked at, for all handles that were opened beside this one. */
void sink_look_again(struct sink *s);
bool sink_lost(const struct sink *s); /* was that the reason of the last failure of it on this handle? */
/*
 * One load of one table under one label. rows are already collapsed: each key once. They may be of several versions of
 * the schema (change->schema tells), each of which sink_prepare() has seen. result is filled whenever LOADED or
 * DUPLICATE is returned. The embedded warehouse loads all or nothing. StarRocks may need several loads for one call (a
 * body too large, rows with different sets of absent columns, bad rows that only StarRocks found): then the last one
 * carries the label itself and the others labels derived from it, so that a committed label always means that
 * everything is in, and sending the same rows under the same label again completes what was begun.
 */
enum sink_outcome sink_load(struct sink *s, const struct schema *schema, const struct collapsed *rows, size_t count,
		const char *label, struct sink_result *result, struct err *err);
/*
 * For the next load of this handle: it was begun before, and a target that forgets labels may have forgotten how it ended. It looks
 * further before it takes rows that are only added. before: the label of the table's last load before it, "" none; lent until the load
 * is over.
 */
void sink_begun(struct sink *s, const char *before);
/*
 * What the target has, without making anything. label: of a range that was loaded; NULL: not asked for. REFUSED means
 * that this target has never had it, which is only said where labels are kept for ever; UNKNOWN: who knows.
 */
struct sink_state {
	bool table, rows; /* is it there, has it any */
	bool replaces;	  /* a row replaces the one with its key, so that rows may be loaded again */
	enum sink_outcome label;
	uint64_t target, cluster; /* which one it is: kind and name; the cluster. 0: it does not say */
};
int sink_look(struct sink *s, const char *db, const char *table, const char *label, struct sink_state *out,
		struct err *err);
/* The name of the pipeline whose table it is: "" nobody's, or it is not there, or the target keeps no names (the embedded warehouse, which
 * one process has alone). sink_own() makes it ours; the table has to be there. */
enum { SINK_OWNER = 64 };
int sink_owner(struct sink *s, const char *db, const char *table, char name[SINK_OWNER], struct err *err);
int sink_own(struct sink *s, const char *db, const char *table, struct err *err);
/* Of the schema only the names count: what a table is, its next row tells. One that is not there is empty. Where several
 * sources share a table, it is emptied of the rows of this one. */
int sink_truncate(struct sink *s, const struct schema *schema, struct err *err);
/*
 * The table follows a statement of the source (row/change.h): columns renamed, dropped and added, or the table dropped. The
 * same call again changes nothing more, so that one that was cut off can be repeated. A column that cannot be renamed
 * (StarRocks before 3.3.2) is NULL afterwards, and *gap set. As the target tells nothing of it afterwards, it is set and -1
 * returned before any value goes: the caller stores it, and calls with *gap true, as it does where one is stored from before.
 * -1 and *gap false then: refused, the values are there still. schema: the table after it.
 */
int sink_alter(struct sink *s, const struct schema *schema, const struct ddl_alter *alter, enum sink_had had, bool *gap,
		struct err *err);
/*
 * What a table has, to be compared with what it should have. A cell is the value's one text (sink_cell.h): equal values are
 * equal bytes, however target and source spell them. Rows come in pages of one statement each, so that nothing is held
 * open at the target.
 */
enum sink_cell_kind { CELL_ABSENT, CELL_NULL, CELL_TEXT }; /* absent: nothing is said about it */
struct sink_cell {
	const char *p;
	uint32_t len;
	uint8_t kind;
};
struct sink_reader;
/* The table of a schema with a key; ERR_DATA: there is none at the target. It knows the columns of now: open another one
 * when they may have changed. */
struct sink_reader *sink_reader_open(struct sink *s, const struct schema *schema, struct err *err);
void sink_reader_close(struct sink_reader *r); /* NULL allowed */
unsigned sink_reader_columns(const struct sink_reader *r);
const char *sink_reader_column(const struct sink_reader *r, unsigned column); /* its name */
bool sink_reader_ordered(const struct sink_reader *r); /* rows lie in the same order of keys as in MySQL */
/* The cells that loading this row gives, one for each column of the target; texts in the arena or the row's. -1: the target
 * refuses the row, why says so. */
int sink_reader_expect(struct sink_reader *r, const struct schema *s, const struct value *row, struct arena *a,
		struct sink_cell *cells, char *why, size_t size);
/* The key of it; a part that the target cannot have is NULL. */
void sink_reader_expect_key(struct sink_reader *r, const struct schema *s, const struct value *row, struct arena *a,
		struct sink_cell *key);
void sink_reader_key(const struct sink_reader *r, const struct sink_cell *cells,
		struct sink_cell *key); /* nkey of them, borrowed */
/* A part of the key as the source has it: times in UTC. Bytes stay hex digits. */
struct sink_cell sink_reader_source(const struct sink_reader *r, unsigned part, const struct sink_cell *c,
		struct arena *a);
struct sink_page {
	const struct sink_cell *after, *upto; /* keys: exclusive, inclusive; NULL: open */
	uint64_t limit;			      /* rows in the order of the key; 0: all, in any order */
	const struct sink_cell *keys;	      /* nkeys > 0: these, nkeys times nkey cells, and nothing else counts */
	size_t nkeys;
};
typedef int sink_reader_row(void *arg, const struct sink_cell *cells); /* lent; -1 ends the page, which fails */
int sink_reader_page(struct sink_reader *r, const struct sink_page *page, sink_reader_row *row, void *arg,
		struct err *err);
/* The CREATE TABLE that sink_prepare() would send, and a line per column saying why; caller frees both. */
char *sink_ddl(const struct sink_conf *conf, const struct schema *schema, char **why, struct err *err);
/* The same, of the table that is there: what it needs to take all values, each ending with ';'. Empty: nothing. */
char *sink_ddl_alter(const struct sink_conf *conf, const struct schema *schema, char **why, struct err *err);

#endif
