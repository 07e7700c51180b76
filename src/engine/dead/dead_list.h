/* dead_list.h - dead letters for people and programs, a line of JSON each. With or without a running engine. */
#ifndef ENGINE_DEAD_LIST_H
#define ENGINE_DEAD_LIST_H

#include "engine/dead/dead_wish.h"

/* One letter: what is known of it; whole: with the message and the row that was to be loaded. unmasked: also where a script masks. */
void dead_print(struct buf *b, const struct dead_seen *seen, bool whole, bool unmasked);

/* dead-list, dead-show, dead-groups: e NULL: nothing runs, the letters are counted for this one answer. */
int dead_tell(struct log *log, const struct settings *s, struct dead_ledger *ledger, const struct engine_request *r,
		engine_emit *emit, void *arg, struct err *err);

#endif
