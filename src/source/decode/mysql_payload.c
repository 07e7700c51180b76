/*
 * mysql_payload.c - TRANSACTION_PAYLOAD: a whole transaction, compressed with zstd. A small event can unpack to
 * gigabytes. So it is decompressed as a stream into a buffer that holds one inner event, and an inner event above the
 * ceiling is an error before its memory is taken.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_event.h"

enum payload_field { PAYLOAD_END = 0, PAYLOAD_SIZE = 1, PAYLOAD_COMPRESSION = 2, PAYLOAD_UNCOMPRESSED_SIZE = 3 };
enum { COMPRESSION_ZSTD = 0, COMPRESSION_NONE = 255 };

struct payload {
	ZSTD_DCtx *zstd;
	ZSTD_inBuffer in;
	struct buf event; /* the inner event that was handed out last */
	size_t max_event_bytes;
	unsigned compression;
};

struct payload *payload_new(size_t max_event_bytes)
{
	struct payload *p = xcalloc(1, sizeof(*p));

	p->max_event_bytes = max_event_bytes;
	buf_init(&p->event, max_event_bytes);
	return p;
}

void payload_free(struct payload *p)
{
	if (p == NULL)
		return;
	ZSTD_freeDCtx(p->zstd);
	buf_done(&p->event);
	free(p);
}

static int payload_header_parse(struct payload *p, struct bytes *b, uint64_t *size, struct err *err)
{
	p->compression = COMPRESSION_NONE;
	*size = 0;
	for (;;) {
		uint64_t type = bytes_lenenc(b), len;
		struct bytes field;

		if (type == PAYLOAD_END)
			return b->failed
					? err_set(err, ERR_FATAL, 0, "TRANSACTION_PAYLOAD event: its header has no end")
					: 0;
		len = bytes_lenenc(b);
		field = bytes_of(b->at, 0);
		if (bytes_take(b, len))
			field.end += len;
		if (type == PAYLOAD_SIZE)
			*size = bytes_lenenc(&field);
		else if (type == PAYLOAD_COMPRESSION)
			p->compression = (unsigned)bytes_lenenc(&field);
		if (b->failed || field.failed)
			return err_set(err, ERR_FATAL, 0, "TRANSACTION_PAYLOAD event: field %llu ends outside",
					(unsigned long long)type);
	}
}

static int payload_zstd_start(struct payload *p, struct err *err)
{
	if (p->zstd == NULL)
		p->zstd = ZSTD_createDCtx();
	if (p->zstd == NULL)
		return err_set(err, ERR_FATAL, 0, "zstd: no memory for a decompressor");
	ZSTD_DCtx_reset(p->zstd, ZSTD_reset_session_only);
	return 0;
}

int payload_open(struct payload *p, const struct event *e, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	uint64_t size;

	p->in = (ZSTD_inBuffer){ 0 };
	if (payload_header_parse(p, &b, &size, err) < 0)
		return -1;
	if (p->compression != COMPRESSION_ZSTD && p->compression != COMPRESSION_NONE)
		return err_set(err, ERR_FATAL, 0,
				"TRANSACTION_PAYLOAD event: compression %u is not known; set binlog_transaction_compression=OFF",
				p->compression);
	if (size != bytes_left(&b))
		return err_set(err, ERR_FATAL, 0, "TRANSACTION_PAYLOAD event: says %llu bytes, has %zu",
				(unsigned long long)size, bytes_left(&b));
	p->in = (ZSTD_inBuffer){ .src = b.at, .size = size };
	return p->compression == COMPRESSION_ZSTD ? payload_zstd_start(p, err) : 0;
}

static size_t payload_copy(struct payload *p, char *to, size_t len)
{
	size_t left = p->in.size - p->in.pos, n = len < left ? len : left;

	memcpy(to, (const char *)p->in.src + p->in.pos, n);
	p->in.pos += n;
	return n;
}

/* Fills `len` bytes unless the transaction ends before. Returns how many, or -1. */
static int64_t payload_next_read(struct payload *p, char *to, size_t len, struct err *err)
{
	ZSTD_outBuffer out = { .dst = to, .size = len };

	if (p->compression == COMPRESSION_NONE)
		return (int64_t)payload_copy(p, to, len);
	while (out.pos < out.size) {
		size_t in_before = p->in.pos, out_before = out.pos;
		size_t rc = ZSTD_decompressStream(p->zstd, &out, &p->in);

		if (ZSTD_isError(rc))
			return err_set(err, ERR_FATAL, 0, "TRANSACTION_PAYLOAD event: zstd: %s", ZSTD_getErrorName(rc));
		if (p->in.pos == in_before && out.pos == out_before)
			break;
	}
	return (int64_t)out.pos;
}

static int payload_size_check(const struct payload *p, size_t size, struct err *err)
{
	if (size < EVENT_HEADER_LEN)
		return err_set(err, ERR_FATAL, 0, "compressed transaction: inner event of %zu bytes", size);
	if (size > p->max_event_bytes)
		return err_set(err, ERR_FATAL, 0,
				"compressed transaction: inner event of %zu bytes, the ceiling is %zu", size,
				p->max_event_bytes);
	return 0;
}

int payload_next(struct payload *p, struct event *out, const void **raw, size_t *raw_len, struct err *err)
{
	static const struct event_format inner = { .checksum = false };
	int64_t got;
	size_t size;
	char *at;

	buf_reset(&p->event);
	at = buf_reserve(&p->event, EVENT_HEADER_LEN);
	if (at == NULL)
		return err_set(err, ERR_FATAL, 0, "compressed transaction: ceiling of %zu bytes", p->max_event_bytes);
	got = payload_next_read(p, at, EVENT_HEADER_LEN, err);
	if (got <= 0)
		return (int)got;
	size = got == EVENT_HEADER_LEN ? (size_t)bytes_le((const uint8_t *)at + 9, 4) : (size_t)got;
	if (payload_size_check(p, size, err) < 0)
		return -1;
	p->event.len = EVENT_HEADER_LEN;
	at = buf_reserve(&p->event, size - EVENT_HEADER_LEN);
	if (at == NULL)
		return err_set(err, ERR_FATAL, 0,
				"compressed transaction: inner event of %zu bytes, the ceiling is %zu", size,
				p->max_event_bytes);
	got = payload_next_read(p, at, size - EVENT_HEADER_LEN, err);
	if (got < 0)
		return -1;
	if ((size_t)got != size - EVENT_HEADER_LEN)
		return err_set(err, ERR_FATAL, 0, "compressed transaction: ends within an event of %zu bytes", size);
	p->event.len = size;
	*raw = p->event.data;
	*raw_len = size;
	return event_open(out, &inner, *raw, size, err) < 0 ? -1 : 1;
}
