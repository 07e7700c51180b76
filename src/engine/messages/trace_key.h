/*
 * trace_key.h - the key of a row as people write it: 4711, id=4711, or "a=1 b=x". A value is the column's as the message has it, strings
 * with or without their quotes. Pure.
 */
#ifndef ENGINE_TRACE_KEY_H
#define ENGINE_TRACE_KEY_H

#include "core/err.h"
#include "engine/messages/message.h"

enum { TRACE_PARTS = 16 };

struct trace_key {
	char text[600];
	struct {
		const char *name, *value;
	} parts[TRACE_PARTS]; /* name NULL: the only field of the key */
	size_t nparts;
};

int trace_key_parse(struct trace_key *k, const char *text, struct err *err);
/* Does a message's key, or its row where it has no key, hold these values? */
bool trace_key_matches(const struct trace_key *k, const struct json_slice *object, bool is_key);
/* A quick look at the bytes, so that few are parsed: false means that it cannot match. */
bool trace_key_may_match(const struct trace_key *k, const char *p, size_t len);

#endif
