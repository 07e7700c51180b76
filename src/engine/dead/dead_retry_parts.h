/*
 * dead_retry_parts.h - between dead_retry.c and dead_edit.c: one table whose letters are tried again, with a connection to MySQL of
 * its own. Everything blocks for as long as MySQL, the log and the load take. @thread who asked
 */
#ifndef ENGINE_DEAD_RETRY_PARTS_H
#define ENGINE_DEAD_RETRY_PARTS_H

#include "engine/dead/dead_retry.h"
#include "engine/verify/verify_parts.h"

struct retry { /* of one table */
	struct dead_doing *d;
	struct verify_job job;
	struct verify_table table;
	struct batch *rows;
	size_t done, failed;
};

int retry_open(struct retry *t, const char *name, struct err *err);
void retry_close(struct retry *t); /* also after an open that failed */
/* The letter's key as a bound; the caller frees, NULL: err. */
char *retry_bound(struct retry *t, const struct dead_pick *p, struct err *err);
int retry_find(struct retry *t, const char *bound,
		struct err *err); /* MySQL's row of it, into t->rows; none: no change */
int retry_message(struct retry *t, const struct dead_pick *p, struct batch *b,
		struct err *err);							/* the letter's, as it was */
int retry_order(struct retry *t, const char *const *bounds, size_t n, struct err *err); /* read again, into the log */
int retry_pass(struct retry *t, struct err *err); /* all that the log has by now has passed the load */

#endif
