/*
 * query_cache.h - what the server has answered to lookup{ query = ".." }. Answers of a query are kept for their age, at most so many; the one that was
 * asked for first goes first. All queries of a script keep their answers in one room of so many bytes; when it is full, the
 * oldest answer of the query that holds the most goes.
 *
 * Owner: the script. Who asks the server, script_query.c knows.
 */
#ifndef SCRIPT_QUERY_QUERY_CACHE_H
#define SCRIPT_QUERY_QUERY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query_answer {
	struct query_answer *next;	     /* of the same slot */
	struct query_answer *before, *after; /* by age */
	uint64_t hash;
	int64_t asked_us;
	size_t key_len, len; /* of what follows: the key, then name and value of each column (query_column()) */
	bool found;	     /* false: the server has no such row */
	char bytes[];
};

struct query_cache {
	struct query_room *room;
	struct query_cache *beside; /* in the same room */
	struct query_answer **slots;
	struct query_answer *first, *last; /* by age */
	size_t nslots, count, bytes, max;
};

struct query_room {
	struct query_cache *caches;
	size_t bytes, max_bytes;
	int64_t keep_us; /* answers that were asked for from then on may be more than max */
	bool lost;	 /* one of these had to go for want of room; who looks clears it */
};

void query_cache_begin(struct query_cache *c, struct query_room *room);
/* NULL: not known, or asked for before good_us. */
const struct query_answer *query_cached(const struct query_cache *c, const char *key, size_t len, int64_t good_us);
/* bytes: the columns, len of them; the key's answer of before goes, and old ones until there is room. */
const struct query_answer *query_keep(struct query_cache *c, const char *key, size_t key_len, const char *bytes,
		size_t len, bool found, int64_t now_us);
void query_forget(struct query_cache *c);
/* The column behind *at, from 0 on; value NULL: SQL NULL. false: there are no more. */
bool query_column(const struct query_answer *a, size_t *at, const char **name, const char **value, size_t *len);

struct buf;
void query_put_column(struct buf *b, const char *name, const char *value, size_t len); /* as query_column() reads it */

#endif
