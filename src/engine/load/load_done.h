/*
 * load_done.h - the loads of the last while, as who looks at the load wants them: table, range, label, rows, bytes, how long each
 * part took, and how it ended. A ring of the newest; nothing of it is needed to go on.
 *
 * Owner: the load half. Added to by sink threads, once a load; read by whoever asks. It has a lock of its own.
 */
#ifndef ENGINE_LOAD_DONE_H
#define ENGINE_LOAD_DONE_H

#include "engine/engine.h"
#include "sink/sink.h"

enum { LOADS_KEPT = 512 };

struct load_done {
	uint64_t number; /* since the start, from 1 */
	int64_t at_us;	 /* wall: when it ended */
	char table[TABLE_NAME_ROOM];
	int32_t partition;
	int64_t from, to;	 /* offsets [from, to) */
	uint64_t messages, rows; /* that came, and that are left of them: the last change of each key */
	uint64_t bad;		 /* rows that the target cannot take */
	int64_t prepare_us;	 /* the table was looked at and made ready */
	int64_t load_us;	 /* the call of the target */
	struct sink_phases phases;
	uint64_t bytes;		      /* sent; 0 unknown */
	const char *result;	      /* loaded, duplicate, refused, later: static */
	char label[160], detail[200]; /* what the target said, or why not */
};

struct loads_done;
struct loads_done *loads_done_new(void);
void loads_done_free(struct loads_done *d);
void loads_done_add(struct loads_done *d, struct load_done *one); /* gives it its number */
/* The newest n, the newest first: a line of JSON each. table NULL: of all */
void loads_done_print(struct loads_done *d, const char *table, int64_t n, engine_emit *emit, void *arg);

#endif
