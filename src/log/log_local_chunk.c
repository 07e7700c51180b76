/*
 * log_local_chunk.c - many records of one partition as one value of the database: a packed sequence of records,
 * compressed as one zstd frame. The frame's checksum is what finds a flipped bit; the head names the partition, so that
 * a value in the wrong place is found as well. Incompressible data costs a few bytes more than it is.
 *
 * Nothing read back is believed. Every length is checked against what is left.
 */
#include "log/log_local.h"

#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"

enum {
	MAGIC = 0x31434c4d, /* "MLC1" */
	LEVEL = 1,
	UNPACKED_MAX = 0x7fffffff
};

#define NO_BYTES UINT32_MAX /* the length of a null key or value */

struct chunk_head {
	uint32_t magic, part, count, zero;
};

struct record_head {
	uint32_t key_len, value_len, nheaders, zero;
	int64_t timestamp_ms;
};

struct header_head {
	uint32_t name_len, value_len;
};

static uint32_t stored_len(const void *p, uint32_t len)
{
	return p ? len : NO_BYTES;
}

static char *put(char *to, const void *p, size_t len)
{
	if (p && len)
		memcpy(to, p, len);
	return p ? to + len : to;
}

void chunk_start(struct chunk_builder *c, const struct local_part *p)
{
	const struct chunk_head head = { .magic = MAGIC, .part = p->id };

	buf_reset(&c->raw);
	buf_put(&c->raw, &head, sizeof head);
	c->count = 0;
	c->min_ms = INT64_MAX;
	c->max_ms = INT64_MIN;
}

static size_t record_size(const struct record *r)
{
	size_t size = sizeof(struct record_head) + (r->key ? r->key_len : 0) + (r->value ? r->value_len : 0);

	for (uint32_t i = 0; i < r->nheaders; i++)
		size += sizeof(struct header_head) + strlen(r->headers[i].name) +
				(r->headers[i].value ? r->headers[i].len : 0);
	return size;
}

int chunk_add(struct chunk_builder *c, const struct record *r, int64_t now_ms, struct err *err)
{
	const struct record_head head = {
		.key_len = stored_len(r->key, r->key_len),
		.value_len = stored_len(r->value, r->value_len),
		.nheaders = r->nheaders,
		.timestamp_ms = r->timestamp_ms ? r->timestamp_ms : now_ms,
	};
	size_t size = record_size(r);
	char *to = size <= RECORD_MAX ? buf_reserve(&c->raw, size) : NULL;

	if (!to)
		return err_set(err, ERR_DATA, 0, "embedded log: topic %s: a record of %zu bytes, expected at most %d",
				r->topic, size, RECORD_MAX);
	to = put(to, &head, sizeof head);
	to = put(to, r->key, r->key_len);
	to = put(to, r->value, r->value_len);
	for (uint32_t i = 0; i < r->nheaders; i++) {
		const struct record_header *h = &r->headers[i];
		const struct header_head hh = { (uint32_t)strlen(h->name), stored_len(h->value, h->len) };

		to = put(to, &hh, sizeof hh);
		to = put(to, h->name, hh.name_len);
		to = put(to, h->value, h->len);
	}
	c->raw.len += size;
	c->count++;
	if (head.timestamp_ms < c->min_ms)
		c->min_ms = head.timestamp_ms;
	if (head.timestamp_ms > c->max_ms)
		c->max_ms = head.timestamp_ms;
	return 0;
}

void *chunk_seal(const struct chunk_builder *c, ZSTD_CCtx *z, size_t *len)
{
	size_t bound = ZSTD_compressBound(c->raw.len);
	char *out = xmalloc(bound);

	memcpy(c->raw.data + offsetof(struct chunk_head, count), &c->count, sizeof c->count);
	ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	*len = ZSTD_compress2(z, out, bound, c->raw.data, c->raw.len);
	if (ZSTD_isError(*len))
		abort(); /* the room is the bound and the parameters are fixed */
	return xrealloc(out, *len);
}

/* ---- reading ---- */

int chunk_open(struct chunk_cursor *c, const struct local_topic *t, const struct local_part *p, int64_t base,
		const void *data, size_t len, ZSTD_DCtx *z, struct arena *a)
{
	unsigned long long size = data ? ZSTD_getFrameContentSize(data, len) : 0;
	struct chunk_head head;
	char *raw;

	if (size < sizeof head || size > UNPACKED_MAX) /* the library's error codes are above that */
		return -1;
	raw = arena_alloc(a, size);
	if (ZSTD_decompressDCtx(z, raw, size, data, len) != size)
		return -1;
	memcpy(&head, raw, sizeof head);
	if (head.magic != MAGIC || head.part != p->id)
		return -1;
	*c = (struct chunk_cursor){
		.at = raw + sizeof head,
		.end = raw + size,
		.topic = t->name,
		.partition = p->number,
		.offset = base,
		.left = head.count,
	};
	return 0;
}

static int take(struct chunk_cursor *c, void *out, size_t len)
{
	if ((size_t)(c->end - c->at) < len)
		return -1;
	memcpy(out, c->at, len);
	c->at += len;
	return 0;
}

static int take_bytes(struct chunk_cursor *c, uint32_t stored, const char **p, uint32_t *len)
{
	*p = NULL;
	*len = 0;
	if (stored == NO_BYTES)
		return 0;
	if ((size_t)(c->end - c->at) < stored)
		return -1;
	*p = c->at;
	*len = stored;
	c->at += stored;
	return 0;
}

static int take_headers(struct chunk_cursor *c, struct record *r, uint32_t n, struct arena *a)
{
	struct header_head hh;
	const char *name;
	uint32_t name_len;

	if ((size_t)(c->end - c->at) / sizeof hh < n)
		return -1;
	r->headers = arena_alloc(a, n * sizeof *r->headers);
	for (r->nheaders = 0; r->nheaders < n; r->nheaders++) {
		struct record_header *h = &r->headers[r->nheaders];

		if (take(c, &hh, sizeof hh) || take_bytes(c, hh.name_len, &name, &name_len) || !name)
			return -1;
		h->name = intern_n(name, name_len);
		if (take_bytes(c, hh.value_len, &h->value, &h->len))
			return -1;
	}
	return 0;
}

int chunk_next(struct chunk_cursor *c, struct record *r, struct arena *a)
{
	struct record_head head;

	if (c->left == 0)
		return c->at == c->end ? 0 : -1;
	*r = (struct record){ .topic = c->topic, .partition = c->partition, .offset = c->offset };
	if (take(c, &head, sizeof head))
		return -1;
	if (take_bytes(c, head.key_len, &r->key, &r->key_len) ||
			take_bytes(c, head.value_len, &r->value, &r->value_len))
		return -1;
	if (head.nheaders && take_headers(c, r, head.nheaders, a))
		return -1;
	r->timestamp_ms = head.timestamp_ms;
	c->left--;
	c->offset++;
	return 1;
}
