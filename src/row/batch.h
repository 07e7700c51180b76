/*
 * batch.h - what the stages hand to each other: changes, records, and the one arena that both live in. A stage reads
 * one of the two and fills the other; nothing is copied in between. Freed, or reset and used again, in one call.
 *
 * What holds of every batch: records that were read are of its partition, their offsets rise and lie in [from, to); each
 * schema of a change is held.
 *
 * Who holds it: a stage during its step, the worker before and after, the queue in between. Never two at once.
 */
#ifndef ROW_BATCH_H
#define ROW_BATCH_H

#include "core/arena.h"
#include "row/change.h"
#include "row/position.h"
#include "row/record.h"

struct batch {
	struct arena arena;
	struct change *changes; /* growing arrays, own memory */
	size_t nchanges, cap_changes;
	struct record *records;
	size_t nrecords, cap_records;
	struct arena_mark undecoded; /* when `decoded`: where the arena was before the records were read as changes */
	bool decoded;
	struct schema **schemas; /* references held until the reset */
	size_t nschemas, cap_schemas;
	struct schema **schema_set; /* the same as a hash set of 2 * cap_schemas pointers */

	/* capture half: where to resume once all of this batch is in the log */
	struct position position;
	bool txn_open;	   /* the batch ends inside a source transaction */
	bool snapshot_end; /* the last batch of the initial snapshot */
	bool position_due; /* the position says something new that no row tells: it must not wait for one */

	/* load half: the contiguous range of one partition that the records are from */
	const char *topic; /* interned */
	int32_t partition;
	int64_t from, to; /* offsets [from, to) ; gaps (transaction markers) are inside */

	int64_t born_us; /* monotonic, when the first byte of it was read; for latencies */
	int64_t complete_us; /* capture half: all that was committed up to this time is in it or before it; 0: it does not say */
	int64_t newest_commit_us; /* wall, commit time of its last change; 0 unknown */
	size_t bytes;		  /* payload bytes, for rates and ceilings */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);			   /* NULL allowed */
void batch_reset(struct batch *b);			   /* empties, keeps the memory */
struct change *batch_add_change(struct batch *b);	   /* zeroed; the pointer is valid until the next add */
struct record *batch_add_record(struct batch *b);	   /* zeroed, partition PARTITION_BY_KEY */
void batch_hold_schema(struct batch *b, struct schema *s); /* takes one reference of its own, once per schema */
bool batch_is_sound(const struct batch *b); /* the rules above hold; looks at every row, so for must_debug() */
struct value *batch_row(struct batch *b, const struct schema *s); /* ncolumns values, all VALUE_ABSENT */

#endif
