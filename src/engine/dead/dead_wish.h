/* dead_wish.h - which letters somebody means: by ID, table, reason, time; and the scan over them. */
#ifndef ENGINE_DEAD_WISH_H
#define ENGINE_DEAD_WISH_H

#include "engine/dead/dead_ledger.h"
#include "engine/base/dead_letter.h"

struct dead_wish {
	int64_t *ids; /* rising; NULL: any */
	size_t nids;
	const char *table;	     /* NULL: any, as the next */
	const char *reason;	     /* a part of it, in any case */
	int64_t since_ms, before_ms; /* -1: any */
	bool closed;		     /* also those that are closed */
};
/* some: something has to be said, or all=yes. */
int dead_wish_read(const struct engine_request *r, bool some, struct dead_wish *out, struct err *err);
void dead_wish_done(struct dead_wish *w);

struct dead_look {
	struct log *log; /* lent, as all */
	const struct settings *settings;
	struct dead_ledger *ledger; /* read to the end */
};
struct dead_seen {
	const struct dead_letter *letter;
	const char *table;
	char reason[DEAD_REASON_ROOM]; /* without values */
	bool hidden;		       /* the table's script masks */
	bool open;
};
/* Each letter that is meant, the oldest first; nonzero from each(): enough. */
int dead_scan(const struct dead_look *look, const struct dead_wish *w,
		int (*each)(void *arg, const struct dead_seen *seen), void *arg, struct err *err);

#endif
