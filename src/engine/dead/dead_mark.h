/* dead_mark.h - letters are closed: a mark after them in their topic says so, which, how, by whom. */
#ifndef ENGINE_DEAD_MARK_H
#define ENGINE_DEAD_MARK_H

#include "engine/dead/dead_wish.h"

struct dead_pick { /* a letter that something is done with */
	int64_t id;
	const char *table; /* interned */
	char *key;	   /* NULL: unknown */
	char op;	   /* '-': unknown */
	char *topic;	   /* NULL: it has no message */
	int64_t partition, offset;
	int failed; /* 1: it stays open */
};
struct dead_picks {
	struct dead_pick *items;
	size_t count, cap;
};
int dead_picks_take(const struct dead_look *look, const struct dead_wish *w, struct dead_picks *out, struct err *err);
void dead_picks_free(struct dead_picks *p);

/* Durable on return. purpose: of the writer's name, so that two may be at work at once. */
int dead_publish(struct engine *e, const char *purpose, const struct batch *b, struct err *err);

/* Durable on return, and known to the ledger. Those that have failed are left out. */
int dead_mark(struct engine *e, const struct dead_pick *picks, size_t count, const char *how, const char *who,
		struct err *err);

#endif
