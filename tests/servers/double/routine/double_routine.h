/*
 * double_routine.h - Routine Load jobs that read Kafka. sql_routine.c parses and shows them, routine_task.c runs them: one
 * thread a job, which consumes what is there, puts it into one transaction, and commits rows and offsets together.
 *
 * Everything in a job is under the store's lock, except what the thread keeps for itself. Jobs are never freed. Figures
 * (Statistic) count from the start of the process; state, properties and offsets survive it.
 */
#ifndef DOUBLE_ROUTINE_H
#define DOUBLE_ROUTINE_H

#include "load/double_load.h"
#include "double_server.h"

enum routine_state {
	ROUTINE_NEED_SCHEDULE,
	ROUTINE_RUNNING,
	ROUTINE_PAUSED,
	ROUTINE_STOPPED, /* from here on: final */
	ROUTINE_CANCELLED
};
/* StarRocks' InternalErrorCode, as far as jobs have them. */
enum {
	ROUTINE_REPLICA_FEW = 3,
	ROUTINE_PARTITIONS = 4,
	ROUTINE_DB = 5,
	ROUTINE_TABLE = 6,
	ROUTINE_MANUAL_PAUSE = 100,
	ROUTINE_MANUAL_STOP = 101,
	ROUTINE_BAD_ROWS = 102,
	ROUTINE_TASK_ABORT = 104
};

#define ROUTINE_PROPERTIES 64
#define ROUTINE_PARTITIONS_MAX 256
#define ROUTINE_OFFSET_BEGINNING (-2)
#define ROUTINE_OFFSET_END (-1)

struct routine_property {
	char *key, *value;
};
struct routine_properties {
	struct routine_property items[ROUTINE_PROPERTIES];
	unsigned count;
};
struct routine_partition {
	int32_t id;
	int64_t next;	/* the next message's offset, or ROUTINE_OFFSET_.. */
	int64_t latest; /* the log's end when it was looked at last; -1: not yet */
};

struct routine {
	uint64_t id;
	char *db_name, *name, *table_name;
	struct db *db;
	char *columns, *where;		      /* as written; NULL: none */
	struct routine_properties job, kafka; /* PROPERTIES, FROM KAFKA */
	bool pinned;			      /* kafka_partitions were named */
	enum routine_state state;
	char *reason, *other, *error_url; /* NULL: none */
	int64_t created_ms, paused_ms, ended_ms;
	struct routine_partition partitions[ROUTINE_PARTITIONS_MAX];
	unsigned npartitions, changes; /* changes: statements that have altered it */
	uint64_t total, errors, unselected, bytes, committed, aborted, tasks, task_ms;
	uint64_t window_rows, window_errors;
	bool has_thread;
	struct routine *next; /* newest first */
};

const char *routine_state_name(enum routine_state state);
const char *routine_get(const struct routine_properties *p, const char *key); /* NULL: not given */
void routine_put(struct routine_properties *p, const char *key, const char *value);
int64_t routine_number(const struct routine *j, const char *key, int64_t otherwise);
struct routine_partition *routine_partition(struct routine *j, int32_t id); /* made when new; NULL: too many */
/* The plan of its rows; under the lock. */
int routine_plan(struct routine *j, struct table *table, struct plan *p, struct err *err);
void routine_pause(struct store *s, struct routine *j, int code, const char *text);  /* also into the log */
void routine_cancel(struct store *s, struct routine *j, int code, const char *text); /* its table is gone */
/* Is the topic there? Asks Kafka, so without the lock. */
int routine_topic_check(const struct routine *j, struct err *err);

void routines_start(struct server *s); /* the thread that gives each job its own */

#endif
