/*
 * dead_ledger.h - which dead letters are open, counted from the log: by table and by reason. It is read on from where the last read
 * ended, a part at a time, so that the start waits for nothing; until the end was reached once nothing is said.
 *
 * It knows LEDGER_MAX open letters one by one. Of more it says that there are more.
 *
 * @thread any: every call takes its lock; one reads at a time.
 */
#ifndef ENGINE_DEAD_LEDGER_H
#define ENGINE_DEAD_LEDGER_H

#include "engine/engine_parts.h"

enum { LEDGER_MAX = 200000 };

/* What is new in the log; budget_ms: at the most so long, then the next call goes on; -1: to the end. */
int dead_ledger_read(struct dead_ledger *l, struct log *log, const struct settings *s, int budget_ms, struct err *err);
bool dead_ledger_is_open(struct dead_ledger *l, int64_t id);
int64_t dead_ledger_end(struct dead_ledger *l);	  /* everything before this offset is known; 0: there is no letter */
int64_t dead_ledger_first(struct dead_ledger *l); /* the oldest that is open; -1: none is */

struct dead_group { /* open letters of one table and one reason */
	const char *table;
	char *reason; /* without values */
	uint64_t count;
	int64_t first_ms, last_ms;
	int64_t last_id;
};
/* A copy; the caller frees it with dead_groups_free(). The largest first. */
struct dead_group *dead_ledger_groups(struct dead_ledger *l, size_t *count);
void dead_groups_free(struct dead_group *g, size_t count);
bool dead_ledger_has_key(struct dead_ledger *l, const char *table, const char *key, size_t len,
		int64_t after); /* a letter of it newer than that one */

#endif
