/*
 * fuzz_payload.c - a compressed transaction. The first byte says what the rest is: inner events that are compressed
 * here, so that damage reaches behind the decompressor, or the body of the event as it is. Memory is bound by the
 * ceiling whatever a length claims.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "core/xalloc.h"
#include "source/decode/mysql_event.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "payload";

enum { EVENT_MAX = 1 << 16, TOTAL_MAX = 1 << 22, HEADER_MAX = 32 };

static void unpack(const uint8_t *body, size_t len)
{
	struct event e = { .header.type = EVENT_TRANSACTION_PAYLOAD, .body = body, .len = len }, inner;
	struct payload *p = payload_new(EVENT_MAX);
	size_t raw_len, total = 0;
	const void *raw;
	struct err err = { 0 };

	if (payload_open(p, &e, &err) == 0)
		while (total < TOTAL_MAX && payload_next(p, &inner, &raw, &raw_len, &err) > 0) {
			FUZZ_ASSERT(raw_len <= EVENT_MAX && inner.len <= raw_len);
			FUZZ_ASSERT(inner.body >= (const uint8_t *)raw &&
					inner.body + inner.len <= (const uint8_t *)raw + raw_len);
			total += raw_len;
		}
	payload_free(p);
}

static size_t put_lenenc(uint8_t *p, size_t v)
{
	p[0] = 0xfd;
	p[1] = (uint8_t)v;
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)(v >> 16);
	return 4;
}

static void pack(const uint8_t *events, size_t len)
{
	size_t room = ZSTD_compressBound(len), at = 0, packed;
	uint8_t *body = xmalloc(room + HEADER_MAX);
	uint8_t *data = xmalloc(room);

	packed = ZSTD_compress(data, room, events, len, 1);
	body[at++] = 2; /* compression: zstd */
	body[at++] = 1;
	body[at++] = 0;
	body[at++] = 1; /* the size */
	body[at++] = 4;
	at += put_lenenc(body + at, packed);
	body[at++] = 0; /* end of the header */
	memcpy(body + at, data, packed);
	unpack(body, at + packed);
	free(data);
	free(body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 1 << 20)
		return 0;
	if (data[0] & 1)
		unpack(data + 1, size - 1);
	else
		pack(data + 1, size - 1);
	return 0;
}
