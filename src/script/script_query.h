/*
 * script_query.h - lookup{ query = ".." } of one script: its statements, and what the server has answered. Answers are kept for their age,
 * at most so many; the one that was asked for first goes first.
 *
 * Owner: the script. The server is asked by struct script_asker (script.h), in the thread that runs the script.
 */
#ifndef SCRIPT_SCRIPT_QUERY_H
#define SCRIPT_SCRIPT_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query_answer {
	struct query_answer *next, *older; /* of the same slot; the one that came after it */
	uint64_t hash;
	int64_t asked_us;
	size_t key_len, len; /* of what follows: the key, then name and value of each column (query_column()) */
	bool found;	     /* false: the server has no such row */
	char bytes[];
};

struct query_cache {
	struct query_answer **slots;
	struct query_answer *first, *last; /* by age */
	size_t nslots, count, bytes;
};

/* NULL: not known, or older than age_us. */
const struct query_answer *query_cached(const struct query_cache *c, const char *key, size_t len, int64_t now_us,
		int64_t age_us);
/* bytes: the columns, len of them; the key's answer of before goes, and old ones until there are at most max, of max_bytes. */
const struct query_answer *query_keep(struct query_cache *c, const char *key, size_t key_len, const char *bytes,
		size_t len, bool found, int64_t now_us, size_t max, size_t max_bytes);
void query_forget(struct query_cache *c);
/* The column behind *at, from 0 on; value NULL: SQL NULL. false: there are no more. */
bool query_column(const struct query_answer *a, size_t *at, const char **name, const char **value, size_t *len);

struct buf;
void query_put_column(struct buf *b, const char *name, const char *value, size_t len); /* as query_column() reads it */

#endif
