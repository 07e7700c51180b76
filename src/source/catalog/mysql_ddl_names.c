/*
 * mysql_ddl_names.c - see mysql_ddl_names.h. The order is that of Java's buckets, so the hash is that of a Java string,
 * over the UTF-16 of "db.table", and the number of buckets is that of a set that has grown to this size.
 */
#include "source/catalog/mysql_ddl_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"

enum { FEWEST_BUCKETS = 16, NAMES_MAX = 1 << 24 };

struct placed {
	uint32_t bucket;
	unsigned at; /* within a bucket, the order of arrival */
};

/* The next character of valid UTF-8; a stray byte is one character, as it cannot occur in a name. */
static uint32_t next_character(const unsigned char **p)
{
	const unsigned char *s = *p;
	unsigned more = *s >= 0xf0 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc0 ? 1 : 0;
	uint32_t c = more ? *s & (0x3fu >> more) : *s;

	for (s++; more && (*s & 0xc0) == 0x80; more--)
		c = c << 6 | (*s++ & 0x3fu);
	*p = s;
	return c;
}

static uint32_t java_hash(uint32_t hash, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		uint32_t c = next_character(&p);

		if (c >= 0x10000) {
			hash = 31 * hash + (0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		hash = 31 * hash + c;
	}
	return hash;
}

static uint32_t bucket_of(const struct table_id *id, uint32_t buckets)
{
	uint32_t hash = java_hash(java_hash(java_hash(0, id->db), "."), id->table);

	return (hash ^ hash >> 16) & (buckets - 1);
}

static int by_bucket(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

const char *ddl_names_join(struct arena *arena, const struct table_id *ids, unsigned count)
{
	struct placed *order = arena_alloc(arena, (count + 1u) * sizeof(*order));
	uint32_t buckets = FEWEST_BUCKETS;
	const char *text;
	struct buf names;

	while (count > buckets / 4 * 3)
		buckets *= 2;
	for (unsigned i = 0; i < count; i++)
		order[i] = (struct placed){ .bucket = bucket_of(&ids[i], buckets), .at = i };
	qsort(order, count, sizeof(*order), by_bucket);
	buf_init(&names, NAMES_MAX);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(&names, ',');
		buf_puts(&names, ids[order[i].at].table);
	}
	text = arena_dup(arena, names.data ? names.data : "", names.len);
	buf_done(&names);
	return text;
}
