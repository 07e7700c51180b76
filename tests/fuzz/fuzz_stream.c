/*
 * fuzz_stream.c - a binlog as the network brings it: events one behind the other, cut by the length in their headers,
 * through binlog_packet() and the stream with its catalog, compressed transactions included. Checksums are off, so that
 * damaged events are not turned away at the door. What comes out must hold together, and a failure must name its place.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/server/mysql_binlog.h"
#include "source/stream/mysql_stream.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "stream";

enum { EVENTS_MAX = 200, INNER_MAX = 2000, CHANGES_MAX = 5000 };

static void touch_row(const struct schema *s, const struct value *row)
{
	uint64_t sum = 0;

	for (unsigned i = 0; row && i < s->ncolumns; i++)
		sum ^= value_hash(&row[i], i);
	FUZZ_ASSERT(sum == sum);
}

static void touch(const struct batch *b)
{
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		FUZZ_ASSERT(c->txn && (c->ddl || c->schema));
		if (c->schema) {
			touch_row(c->schema, c->before);
			touch_row(c->schema, c->after);
		}
	}
}

static int take_event(struct binlog *b, struct mysql_stream *st, struct batch *batch, const uint8_t *p, size_t len,
		struct err *err)
{
	struct stream_place at;
	struct event e;

	if (binlog_packet(b, p, len, &e, err) < 0)
		return -1;
	at = (struct stream_place){ .file = b->file, .pos = binlog_event_pos(b, &e), .end = b->pos };
	if (mysql_stream_event(st, batch, &e, &at, err) < 0)
		return -1;
	for (unsigned i = 0; i < INNER_MAX && mysql_stream_has_more(st); i++)
		if (mysql_stream_more(st, batch, err) < 0)
			return -1;
	return mysql_stream_has_more(st) ? -1 : 0;
}

static void take_all(struct binlog *b, struct mysql_stream *st, struct batch *batch, const uint8_t *data, size_t size)
{
	uint8_t *packet = xmalloc(size + 1);
	struct err err = { 0 };
	size_t at = 0;

	for (unsigned i = 0; i < EVENTS_MAX && at + EVENT_HEADER_LEN <= size && batch->nchanges < CHANGES_MAX; i++) {
		size_t len = (size_t)bytes_le(data + at + 9, 4);

		if (len < EVENT_HEADER_LEN || len > size - at)
			len = size - at;
		packet[0] = 0;
		memcpy(packet + 1, data + at, len);
		/* The events of a seed were cut out of a file: they follow each other here. */
		b->pos = bytes_le(packet + 1 + 13, 4) - bytes_le(packet + 1 + 9, 4);
		if (take_event(b, st, batch, arena_dup(&batch->arena, packet, len + 1), len + 1, &err) < 0 &&
				err.msg[0]) {
			FUZZ_ASSERT(strstr(err.msg, "binlog "));
			err_clear(&err);
		}
		at += len;
	}
	free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mysql_conf conf;
	struct binlog b = { .pos = 4, .file = "binlog.000001" };
	struct err err = { 0 };
	struct mysql_filter *filter = mysql_filter_new(&conf, &err);
	struct mysql_undo *undo = xcalloc(1, sizeof(*undo));
	struct stream_setup setup = {
		.conf = &conf,
		.filter = filter,
		.catalog = catalog_new(255, false),
		.undo = undo,
		.server_version = 90700,
		.server_uuid = "",
	};
	struct batch *batch = batch_new();
	struct mysql_stream *st;
	struct position from;

	position_init(&from);
	from.pos = 4;
	event_format_init(&b.format);
	b.format.checksum = false;
	st = mysql_stream_new(&setup, &from, &err);
	FUZZ_ASSERT(st && filter);
	mysql_stream_begin(st, batch);
	take_all(&b, st, batch, data, size);
	touch(batch);
	mysql_stream_end(st, batch);
	mysql_stream_free(st);
	batch_free(batch);
	mysql_undo_done(undo);
	free(undo);
	catalog_free(setup.catalog);
	mysql_filter_free(filter);
	position_done(&from);
	return 0;
}
