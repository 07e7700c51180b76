/*
 * readable.h - values as a person reads them, by what the schema block of a message says: there a decimal is base64 of its bytes, a date or
 * a time a number. Messages without a schema block are shown as they stand. One thread.
 */
#ifndef ENGINE_READABLE_H
#define ENGINE_READABLE_H

#include "engine/messages/message.h"

enum { READABLE_ROOM = 96 };

struct readable {
	struct readable_field *fields; /* those that are not shown as they stand */
	size_t count;
	unsigned turn; /* of the schema block that it was made from */
};

/* Made again only when the schema block is another one. */
void readable_learn(struct readable *r, const struct payload_at *at);
/* The text of a value; NULL: as it stands. */
const char *readable_text(const struct readable *r, const struct json_slice *name, const struct json_slice *value,
		char out[READABLE_ROOM]);
void readable_done(struct readable *r);

#endif
