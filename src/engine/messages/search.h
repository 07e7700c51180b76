/* search.h - does a message hold a text, or match a regular expression? Keys and payloads are looked at as they stand in the log, without
 * their schema blocks, whose words are in every message. */
#ifndef ENGINE_SEARCH_H
#define ENGINE_SEARCH_H

#include <regex.h>
#include <stdbool.h>

#include "core/err.h"
#include "engine/messages/message.h"

struct search {
	const char *text; /* lent; NULL: any */
	size_t text_len;
	bool has_regex;
	regex_t regex;
	struct payload_at key, value;
};

int search_init(struct search *s, const char *text, const char *regex, struct err *err);
void search_done(struct search *s);
bool search_matches(struct search *s, const struct record *r);

#endif
