/*
 * load_place.h - a partition's place: what the load half stores beside the consumer offset, and what it makes of it when
 * it comes back. Pure functions; no thread, no log, no target.
 *
 * A place belongs to one log. It has an epoch, a random number that is part of every label, so a label counts only for
 * the log that it was made for; and a mark, the last message that is covered, with a fingerprint: a log that does not
 * have this message at this offset is another log, whatever its name, its topic id or its length.
 */
#ifndef ENGINE_LOAD_PLACE_H
#define ENGINE_LOAD_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/loader.h"
#include "row/record.h"
#include "row/schema.h"

enum { PLACE_TEXT = 704, PLACE_LABEL = 132, PLACE_NAME = 49 /* of a pipeline: settings_check() */ };

/* Something is missing at the target until the table is read again: stored, so that a restart does not forget it. */
enum place_gap {
	GAP_NONE,
	GAP_LOG_REPLACED,
	GAP_OFFSETS_LOST,
	GAP_OFFSETS_MOVED,
	GAP_TARGET_LOST,
	GAP_TARGET_OLD,
	GAP_NO_KEY,
	GAP_KEYS_MOVED,
	GAP_TARGET_OTHER,
	GAP_COUNT
};

struct place {
	int64_t intent;	   /* the range from the offset to here was begun; -1 none */
	int64_t truncated; /* id of the last TRUNCATE passed; -1 none */
	int64_t epoch;	   /* 0: the version before wrote this; its labels have none */
	int64_t mark;	   /* offset of the last message before intent, or before the offset; -1 none is known */
	uint64_t print;	   /* that message's fingerprint */
	bool put;	   /* the last range left a row at the target */
	bool again;	   /* it begins with messages that were loaded before, and nothing has been since */
	bool named;	   /* the topic's name says which table it is */
	bool fresh; /* nothing of its topic was loaded, and the target may have rows of before: not looked at yet */
	char label[PLACE_LABEL]; /* of the last range loaded; "" none */
	uint64_t columns;	 /* place_columns() of the rows loaded last; 0: not known */
	enum place_gap gap;
	uint64_t target;     /* which table, of what kind of target, it was loaded into; 0: not known */
	uint64_t cluster;    /* and of which cluster; 0: not known, or there is none */
	char by[PLACE_NAME]; /* the pipeline that stored it; "": a version before, or another program */
	bool column;	     /* a column could not follow its name: it has no values at the target */
	enum loader loader;
	uint64_t job;	    /* of Routine Load that has it; 0: none */
	int64_t partitions; /* that its topic had when the place began; 0: a version before wrote this */
	int64_t state_at; /* what the scripts keep had the sum `state` as of this offset, at most the place's; -1: not known */
	uint64_t state;
};

void place_begin(struct place *p); /* a place of which nothing is known, with an epoch of its own */
size_t place_print(char *out, size_t size, const struct place *p);
/* false: no place of ours (another program has stored the offset); p is begun. */
bool place_parse(const char *text, struct place *p);
uint64_t place_fingerprint(const struct record *r);
/* Is the target another one than was loaded into? What is not known on one side does not count. The place is of this target from now on. */
bool place_moves(struct place *p, uint64_t target, uint64_t cluster);
uint64_t place_columns(const struct schema *s); /* which columns it has, in any order */

/*
 * How many partitions a topic had before it has `now`, as the places of its partitions tell, in whichever processes they are; any
 * order, *before is 0 at first. true: this partition was among them.
 */
bool place_was_before(const struct place *p, int32_t partition, unsigned now, unsigned *before);
/* A key is in partition hash mod count: with twice or three times as many, keys move to new partitions only. */
bool place_keys_moved(unsigned before, unsigned now);

/* As the group has it of a partition: was something of it loaded? */
bool place_has_loaded(int64_t committed, const char *metadata);

enum place_finding {
	PLACE_GOES_ON,
	PLACE_NEW,     /* nothing was ever stored */
	PLACE_MOVED,   /* another program has stored the offset */
	PLACE_TRIMMED, /* the log has removed messages that were not loaded */
	PLACE_REPLACED /* the log is shorter than what was loaded from it */
};
/* committed -1: none. The log has [low, high); both -1: not known. Sets the place and the offset to begin with. */
enum place_finding place_find(struct place *p, int64_t *next, int64_t committed, const char *metadata, int64_t low,
		int64_t high);
/* The log is another one: all of it is new. */
void place_replaced(struct place *p, int64_t *next, int64_t low);

#endif
