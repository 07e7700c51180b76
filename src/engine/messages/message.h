/*
 * message.h - what one message of the log says, read from its text alone: payload, operation, the row before and after. Pure; slices
 * point into the record. A text that is no JSON is a message, too: its payload is the whole of it.
 */
#ifndef ENGINE_MESSAGE_H
#define ENGINE_MESSAGE_H

#include <stdbool.h>

#include "core/json.h"
#include "row/record.h"

/* Where the payload begins, behind the schema block: messages of a topic mostly have the same one. */
struct payload_at {
	char *prefix;  /* of the last message: up to and with "payload": */
	size_t len;    /* 0: it had none */
	unsigned turn; /* rises when it is another one */
};
void payload_at_done(struct payload_at *at);
/* The text without the schema block; the whole when there is none. */
void payload_find(struct payload_at *at, const char *text, size_t len, const char **payload, size_t *payload_len);

struct message {
	char op; /* Debezium's c r u d t; s: a row of a flat message; -: tombstone; ?: none of these */
	struct json_slice before, after, source; /* objects, else kind JSON_NULL */
};
/* payload: of a message with a value; NULL: a tombstone. */
void message_read(struct message *m, const char *payload, size_t len);
/* "db.table" as the message says it; false: it does not. */
bool message_table(const struct message *m, char *out, size_t size);
bool json_find(const struct json_slice *object, const char *name, struct json_slice *out);

/* Fields of both rows, in the order of the newer one; a slice of kind JSON_ERROR: the row does not have it. Nonzero ends it. */
typedef int message_field(void *arg, const struct json_slice *name, const struct json_slice *before,
		const struct json_slice *after);
void message_fields(const struct message *m, message_field *field, void *arg);
bool slices_equal(const struct json_slice *a, const struct json_slice *b);
/* A value as it stands in the text, strings with their quotes. */
const char *slice_raw(const struct json_slice *s, size_t *len);

#endif
