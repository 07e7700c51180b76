/*
 * mysql_conf.h - what the parts of this room are told from above: the settings of [mysql], orders for snapshots beside the
 * stream and how far one is, limits of `check`. source.h includes it; nothing here knows a connection.
 */
#ifndef SOURCE_MYSQL_CONF_H
#define SOURCE_MYSQL_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/conf/conf.h"
#include "mysql/login_conf.h"
#include "row/schema.h"

enum snapshot_mode {
	SNAPSHOT_INITIAL,
	SNAPSHOT_INITIAL_ONLY,
	SNAPSHOT_NO_DATA,
	SNAPSHOT_NEVER,
	SNAPSHOT_WHEN_NEEDED
}; /* "initial|initial_only|no_data|never|when_needed" */
enum snapshot_locking { LOCKING_MINIMAL, LOCKING_EXTENDED, LOCKING_NONE }; /* "minimal|extended|none" */

/* What is done about a statement that changes rows without telling them (docs/ddl.md). */
/* What happens to a table whose rows changed without row events: read again, or told as different. REPAIR_AUTO: read again
 * where this process loads what it captures; other readers of the topics would see rows and a TRUNCATE that nobody wrote. */
enum repair { REPAIR_AUTO, REPAIR_DO, REPAIR_WARN }; /* "auto|snapshot|warn", "auto|repair|warn" */

/* Rows that InnoDB changes by foreign keys, without telling them. */

/* Tables that are not captured, of which a snapshot tells the definitions all the same. */
enum other_tables { OTHERS_ALL, OTHERS_OF_CAPTURED_DATABASES, OTHERS_NONE };

struct mysql_conf { /* [mysql]; keys are Debezium's without "database." where it has none in my.cnf */
	char *host; /* host: "a, b, c" is a failover list; each may carry :port */
	int64_t port;
	char *socket; /* socket: unix socket path instead */
	char *user, *password;
	int64_t server_id; /* server.id; 0: chosen from the name, above 1,000,000,000 */
	struct conf_list table_include,
			table_exclude; /* table.include.list: anchored, case-insensitive regular expressions on db.table */
	struct conf_list database_include, database_exclude;
	struct conf_list column_include, column_exclude;
	char *signal_table; /* signal.data.collection: db.table */
	int snapshot_mode, snapshot_locking;
	int64_t snapshot_threads;	     /* snapshot.max.threads */
	struct conf_list snapshot_include;   /* snapshot.include.collection.list: captured tables whose rows are read */
	struct conf_list snapshot_overrides; /* snapshot.select.statement.overrides: db.table */
	struct conf_pairs snapshot_statements; /* snapshot.select.statement.overrides.db.table */
	int64_t snapshot_lock_timeout_ms;      /* snapshot.lock.timeout.ms */
	int64_t chunk_rows;		       /* incremental.snapshot.chunk.size */
	struct conf_list max_load;	       /* snapshot.max.load: "Threads_running=50" */
	struct conf_list throttle_replicas;    /* snapshot.throttle.replicas: host:port */
	int64_t throttle_lag_ms;	       /* snapshot.throttle.lag */
	char *throttle_query;		       /* snapshot.throttle.query: one number, seconds */
	int64_t max_rows_s;		       /* snapshot.max.rows.per.second; 0: no limit */
	struct login_conf login;	       /* ssl.mode .. auth.plugins */
	int64_t connect_timeout_ms;	       /* connect.timeout.ms */
	int64_t answer_timeout_ms; /* of a query; 0: 20 s. Set by whoever asks for more than a moment's work */
	int64_t answer_packet_bytes; /* the largest packet that is read; 0: as the library has it. Set by whoever wants little */
	int64_t heartbeat_ms; /* dead connection: twice this without a byte. connect.heartbeat.ms, default 2000 */
	int64_t heartbeat_interval_ms;		       /* heartbeat.interval.ms: 0 off */
	char *heartbeat_query;			       /* heartbeat.action.query */
	int64_t max_batch_rows, max_batch_bytes;       /* max.batch.size, max.batch.bytes */
	struct conf_list gtid_includes, gtid_excludes; /* gtid.source.includes: regular expressions on server_uuid */
	bool gtid_filter_dml;	   /* gtid.source.filter.dml.events: rows of sources that are left out are dropped */
	bool include_query;	   /* include.query */
	bool enable_time_adjuster; /* enable.time.adjuster */
	int ddl_repair;		   /* ddl.repair */
	bool loads;		   /* set by the engine: this process loads what it captures */
	int foreign_cascade;	   /* foreign.key.cascade */
	bool skip_unparseable_ddl; /* schema.history.internal.skip.unparseable.ddl */
	bool transaction_marks; /* give out CHANGE_BEGIN and CHANGE_END; set by the engine from provide.transaction.metadata */
	bool skip_truncate;	  /* set by the engine from skipped.operations */
	enum other_tables others; /* set by the engine from schema.history.internal.store.only.captured.* */
};

/* ---- snapshots of tables while the stream goes on ---- */
enum order_action { ORDER_NOTHING, ORDER_START, ORDER_STOP, ORDER_PAUSE, ORDER_RESUME, ORDER_LOG };

struct source_order {
	enum order_action action;
	const char *tables; /* db.table or regular expressions, separated by commas; stop: NULL is all */
	const char *where;  /* start: condition of the rows; NULL: all */
	const char *id;	    /* for messages; NULL: none */
	bool truncate;	    /* start: empty the target first */
};

struct source_fill_status {
	unsigned tables; /* waiting or being read; 0: none */
	unsigned orders; /* given, and not yet taken up */
	bool paused;
	char table[TABLE_NAME_ROOM]; /* being read */
	bool begun;		     /* it is being read by this process */
	uint64_t rows, total;	     /* of it; total is the server's estimate, 0 unknown */
	uint32_t chunks;	     /* of it, read by this process */
	double rows_per_s;
	int64_t left_ms;     /* of this table; -1 unknown */
	char throttled[160]; /* "Threads_running 60 > 50"; "": not */
	char waits[200];     /* for what; "" */
	char error[256];     /* why it does not go on; "" */
};

static inline bool mysql_repairs(const struct mysql_conf *conf, int choice)
{
	return choice == REPAIR_DO || (choice == REPAIR_AUTO && conf->loads);
}

/* How much `check` may read to count the rows that raise a question. */
struct source_limits {
	int64_t table_ms, all_ms; /* time for one table's rows, for all of them */
	int64_t sample_rows;	  /* a larger table is counted in its first and last so many; 0: always all rows */
	void (*progress)(void *arg, const char *table, size_t done, size_t total); /* before each table; NULL allowed */
	void *arg;
};

#endif
