/* rows.h - messages as the load would decode them, a batch at a time, for who looks at the log. One thread. */
#ifndef ENGINE_ROWS_H
#define ENGINE_ROWS_H

#include "core/err.h"
#include "engine/settings/settings.h"
#include "log/log.h"
#include "row/batch.h"

struct message_rows {
	struct log *log; /* lent, as the next */
	const struct settings *settings;
	struct format_decoder *decoder;
	struct history *history; /* NULL until a message needs it: it has no schema block */
	struct batch *in;
};

int rows_open(struct message_rows *r, struct log *log, const struct settings *s, struct err *err);
void rows_close(struct message_rows *r);
void rows_add(struct message_rows *r, const struct record *record); /* copies it. All of a batch are of one topic */
int rows_decode(struct message_rows *r, struct err *err);	    /* fills r->in->changes */

#endif
