/*
 * double_store.h - what the double holds: databases, Primary Key tables, their rows, the labels of loads, schema
 * changes.
 *
 * One lock guards it all; whoever calls a function below holds it (store_lock), except where it says otherwise. The
 * log is written under that lock on purpose: the order of the log is the order of commits. Schemas never change once
 * made and tables and transactions are never freed, so a load may parse its body without the lock.
 */
#ifndef DOUBLE_STORE_H
#define DOUBLE_STORE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "store/double_spare.h"
#include "store/double_type.h"
#include "store/double_wal.h"

enum model { MODEL_PRIMARY, MODEL_DUPLICATE, MODEL_AGGREGATE, MODEL_UNIQUE };
enum aggregate { AGG_NONE, AGG_SUM, AGG_MAX, AGG_MIN, AGG_REPLACE, AGG_REPLACE_IF_NOT_NULL };

struct column {
	char *name, *comment;
	enum aggregate aggregate; /* of a value column of an Aggregate table */
	uint32_t id;		  /* stays over schema changes */
	struct type type;
	bool nullable, has_default, default_now;
	char *preset; /* the DEFAULT's text; NULL with has_default: DEFAULT NULL */
};

struct schema {
	uint16_t index;		 /* in table->schemas, and in each row */
	unsigned ncolumns, nkey; /* key columns come first */
	enum model model;
	struct column *columns;
};

/* A row: this head, a cell per column of its schema (length or CELL_LEN_.., then bytes), then the encoded key. */
struct row_head {
	uint32_t size; /* all of it */
	uint16_t schema;
	uint8_t op, key_len;
};
enum { OP_UPSERT, OP_DELETE };
#define CELL_LEN_NULL UINT32_MAX
#define CELL_LEN_ABSENT (UINT32_MAX - 1) /* only in rows of a partial update, before they are committed */

struct row_slot {
	uint64_t offset; /* in the log; 0: never used, 1: deleted */
	uint64_t hash;
};

#define SCHEMAS_MAX 1024
struct table {
	uint64_t id;
	char *name, *comment;
	struct db *db;
	struct schema *schemas[SCHEMAS_MAX], *schema; /* all that ever were, and the newest */
	unsigned nschemas;
	uint32_t next_column;
	char *buckets, *properties; /* as SHOW CREATE TABLE prints them */
	char *hash_columns;
	bool fast_evolution, dropped;
	int64_t created_ms;
	struct row_slot *slots; /* open addressing, a power of two */
	uint64_t nslots, nused, nrows;
	uint64_t loads, loaded_rows, loaded_bytes; /* for /stats, since the start */
	uint64_t versions;			   /* that compaction has not merged yet */
	int64_t compacted_ms;
	struct table *next;
};

struct db {
	uint64_t id;
	char *name;
	bool dropped;
	struct table *tables;
	struct db *next;
};

enum alter_state { ALTER_PENDING, ALTER_WAITING, ALTER_RUNNING, ALTER_FINISHED, ALTER_CANCELLED };
struct alter {
	uint64_t id, txn;
	struct table *table;
	enum alter_state state;
	int64_t created_ms, due_ms, finished_ms;
	struct schema *schema; /* what the table gets */
	char *message;
	struct alter *next; /* newest first */
};

enum txn_state { TXN_UNKNOWN, TXN_PREPARE, TXN_PREPARED, TXN_COMMITTED, TXN_VISIBLE, TXN_ABORTED };

struct load_counts {
	uint64_t total, loaded, filtered, unselected, bytes;
};

struct txn_part {
	struct table *table;
	struct buf rows;
	uint64_t nrows;
	bool partial;
	uint32_t merge_column; /* column id; 0: none */
};

#define TXN_PARTS 64
struct txn {
	uint64_t id;
	char *label, *user, *table; /* table as named at the beginning; may be NULL */
	struct db *db;
	enum txn_state state;
	bool busy;		 /* a request works on it */
	bool forgotten;		 /* its label is known no more */
	bool multi, transaction; /* begun through /api/transaction */
	int64_t begun_ms, load_ms, committed_ms, finished_ms, visible_ms, deadline_ms;
	int64_t timeout_ms, prepared_timeout_ms;
	struct load_counts counts;
	struct txn_part parts[TXN_PARTS];
	unsigned nparts, nloads;
	uint64_t headers; /* hash of the load headers */
	unsigned backend; /* that holds it */
	char *reason, *error_url;
	char *progress;	  /* of a Routine Load task: the offsets that it covers; NULL: none */
	struct txn *next; /* newest first */
};

/* What _statistics_.loads_history has of a load that is visible, when its label is forgotten. */
#define LOADS_PAST 4096
struct load_past {
	char *label, *db, *table;
	int64_t finished_ms;
};

struct store {
	pthread_mutex_t lock;
	struct wal wal;
	char *dir;
	struct spares spares; /* has its own lock */
	struct db *dbs;
	struct alter *alters;
	struct txn *txns;
	struct load_past past[LOADS_PAST]; /* a ring; label NULL: free */
	unsigned past_at;
	struct routine *routines; /* double_routine.h; newest first */
	uint64_t next_id, next_txn;
	bool replaying;
	int64_t replay_ms; /* the time of the record that is replayed */
	int64_t label_keep_ms;
	unsigned label_keep_num;
	uint64_t max_versions, compactions; /* of a table; merged in a second */
	uint64_t pending_offset;	    /* rows that are applied but not yet in the log */
	const char *pending;
	int (*run_sql)(struct store *s, const char *db, const char *sql, struct err *err); /* replays DDL */
};

int store_open(struct store *s, const char *dir, struct err *err);
void store_lock(struct store *s); /* also finishes what is due by now: schema changes, timeouts, retention */
void store_unlock(struct store *s);
int64_t store_now_ms(const struct store *s);
int store_log_sql(struct store *s, const char *db, const char *sql, struct err *err);

/* double_catalog.c */
struct db *store_db(struct store *s, const char *name);
struct db *store_db_create(struct store *s, const char *name);
struct table *store_table(struct db *db, const char *name);
struct table *store_table_add(struct store *s, struct db *db, const char *name);
struct schema *schema_make(unsigned ncolumns);
struct schema *schema_copy(const struct schema *from, unsigned room);  /* room for more columns; names are shared */
int schema_find(const struct schema *s, const char *name, size_t len); /* any case, as StarRocks does */
/* no more than SCHEMAS_MAX: ask table->nschemas first */
void table_set_schema(struct table *t, struct schema *s);
struct alter *store_alter_add(struct store *s, struct table *t, struct schema *schema, int64_t delay_ms);
struct alter *store_alter_running(struct store *s, const struct table *t);
/* One version more with each load, fewer with time. */
uint64_t table_versions(struct store *s, struct table *t);
int table_crowded(struct store *s, struct table *t, struct err *err); /* -1: Too many versions, in StarRocks' words */
void store_alter_settle(struct store *s, int64_t now_ms);
int store_alter_done(struct store *s, uint64_t id, bool good);
const char *alter_state_name(enum alter_state state);

/* double_aggregate.c */
extern const struct model_row {
	const char *keys, *key, *model; /* in a statement; COLUMN_KEY; what information_schema calls it */
} models[];
bool aggregate_find(const char *name, enum aggregate *out);
const char *aggregate_name(enum aggregate aggregate);
/* What the column of an Aggregate table holds once `add` has come to `old`; texts in scratch or theirs. */
struct cell aggregate_cell(const struct column *c, struct cell old, struct cell add, struct arena *scratch);

/* double_rows.c */
uint64_t row_hash(const char *key, size_t len);
const char *store_row(const struct store *s, uint64_t offset);
uint64_t table_find(const struct store *s, const struct table *t, const char *key, size_t len); /* 0: none */
void table_apply(struct store *s, struct table *t, const char *rows, uint64_t offset, uint64_t len);
void table_truncate(struct table *t);
/* sorted by key; caller frees */
uint64_t *table_offsets(const struct store *s, const struct table *t, uint64_t *count);
/* The cells of a row as the newest schema sees them. Works without the lock. */
void row_cells(const struct table *t, const struct schema *schema, const char *row, struct cell *cells,
		struct arena *scratch);

/* double_label.c */
/* the newest of that name, or NULL */
struct txn *store_label(struct store *s, const struct db *db, const char *label);
/* NULL: the label is taken */
struct txn *store_txn_begin(struct store *s, struct db *db, const char *label, const char *user);
/* needs no lock: the caller has t busy */
struct txn_part *txn_part(struct store *s, struct txn *t, struct table *table);
int store_txn_prepare(struct store *s, struct txn *t, struct err *err);
int store_txn_commit(struct store *s, struct txn *t, struct err *err);
void store_txn_abort(struct store *s, struct txn *t, const char *reason);
void store_txn_release(struct store *s, struct txn *t); /* a request has done with it: not busy */
void store_label_settle(struct store *s, int64_t now_ms);
/* Of all that are visible, also while a request still waits for its answer; history: those of _statistics_.loads_history, too. Until the
 * double starts again. */
void store_label_forget(struct store *s, bool history);
int store_load_replay(struct store *s, uint64_t offset, const char *p, uint64_t len, struct err *err);
const char *txn_state_name(enum txn_state state);
/* routine_job.c: "jobid p=next p=next", what a transaction says of the offsets that it covers. */
void routine_progress_take(struct store *s, const char *text);

#endif
