/*
 * load_parts.h - between the files of the load half.
 *
 *   read thread    log_reader_poll() -> records     (the supervisor's own thread; the reader belongs to it)
 *   script thread  format_decode(), script_run() -> changes
 *   sink threads   gather, collapse, load; a table always belongs to the same one
 *
 * The rule that everything here serves: a range of offsets is loaded under a label made from the range, and the range is
 * stored beside the consumer offset before the load is sent. After a crash the same range goes out under the same label.
 */
#ifndef ENGINE_LOAD_PARTS_H
#define ENGINE_LOAD_PARTS_H

#include <stdatomic.h>

#include "core/clock.h"

#include "engine/engine_parts.h"

struct load;

/* A batch as read, and what decoding and the script made of it. Freed when its last piece is loaded. */
struct load_item {
	struct load *load;
	unsigned refs;			/* sink thread only, once it has it */
	uint64_t generation;		/* of the assignment it was read under */
	struct batch *in, *out;		/* out may be in itself, when there is no script */
	struct table_meter *meter;
	struct load_part *assign;	/* not NULL: no rows, but a partition that begins here (generation's first item) */
	bool forget_all;		/* no rows: drop every partition of older generations and report */
};
struct load_item *load_item_new(struct load *l);
void load_item_free(struct load_item *item);

/* A run of changes of one item, and the offsets that it covers. */
struct piece {
	struct load_item *item;
	size_t first, count;
	int64_t from, to;
	size_t bytes;
	bool truncate;
};

/* One partition of one topic, from its committed offset on. Owned by its sink thread. */
struct load_part {
	const char *topic;		/* interned */
	int32_t partition;
	uint64_t generation;
	int64_t next;			/* everything before it is loaded */
	int64_t committed;		/* everything before it is stored as loaded */
	int64_t intent;			/* stored with the offset: the range [committed, intent) was begun; -1 none */
	int64_t truncated;		/* id of the last TRUNCATE that this partition has passed; -1 none */
	struct piece *pieces;		/* waiting, in offset order */
	size_t npieces, cap_pieces;
	size_t bytes, rows;
	int64_t arrived;		/* offset behind the last piece */
	int64_t last_load_us, retry_at_us;	/* monotonic */
	size_t limit;			/* records in a range while a bad row is being looked for; 0: no limit */
	struct backoff backoff;
	struct table_meter *meter;
};

struct load_worker;

struct load {
	struct half half;		/* first: a half is its load */
	struct shared *sh;
	/* the session */
	struct log_reader *reader;
	struct queue *to_script;
	struct load_worker **workers;
	size_t nworkers;
	struct history *history;
	_Atomic uint64_t generation;	/* rises when partitions come or go; older items are dropped */
	_Atomic int unforgotten;	/* sink threads that still hold older generations */
	_Atomic uint64_t reload;	/* rises when scripts have to be compiled anew */
	_Atomic uint64_t loads;
	_Atomic size_t buffered;	/* message bytes between the reader and the targets */
	struct queue *spare;		/* batches to use again */
	_Atomic bool drained;		/* no more is read: load what is there at once */
	struct err failure;		/* under half.lock */
	bool failed;			/* under half.lock */
	struct { const char *topic, *table; int32_t partition; bool paused; } *owned;	/* read thread */
	size_t nowned;
	struct log_assigned *assigned;	/* read thread; room for MAX_ASSIGNED */
	char target[256];		/* under half.lock */
};
#define MAX_ASSIGNED 4096

struct batch *load_batch_get(struct load *l);
void load_fail(struct load *l, const struct err *err);
void load_table_name(const struct load *l, const char *topic, char *out, size_t size);	/* "prefix.db.table" -> "db.table" */
struct load_worker *load_worker_for(struct load *l, const char *topic);
void *load_script_thread(void *load);	/* load_script.c */

/* load_worker.c */
struct load_worker *load_worker_start(struct load *l, int index, struct err *err);
struct queue *load_worker_queue(struct load_worker *w);
void load_worker_join(struct load_worker *w);	/* its queue is closed by then */

/* load_range.c: pure; which pieces make the next load, its label, its text beside the offset */
size_t part_due_pieces(const struct load_part *p, const struct sink_conf *conf, int64_t *to);
void part_add(struct load_part *p, const struct piece *piece);
void part_drop_before(struct load_part *p, int64_t offset);	/* pieces or parts of pieces below offset */
bool piece_split(const struct piece *whole, int64_t offset, struct piece *head);	/* head: below offset; false: all of it is */
void range_label(char *out, size_t size, const char *name, const struct schema *schema, int32_t partition, int64_t from, int64_t to);
size_t range_metadata(char *out, size_t size, int64_t intent, int64_t truncated);
void range_metadata_parse(const char *text, int64_t *intent, int64_t *truncated);

#endif
