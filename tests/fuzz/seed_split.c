/*
 * seed_split.c - cuts a binlog file without checksums into seeds: each transaction for fuzz_stream, each pair of table
 * map and rows for fuzz_row, each event for fuzz_event, each compressed transaction for fuzz_payload. What a seed of the
 * same shape covers already is left out: one of each kind (types of the events, length) is kept.
 *
 * usage: seed_split BINLOG SEEDS PREFIX
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_event.h"

enum { SEED_MAX = 3000, SHAPES_MAX = 4096 };

static const char *seeds, *prefix;
static unsigned serial;
static uint64_t shapes[SHAPES_MAX];
static unsigned nshapes;

/* Seeds of one kind whose shape was there before add little. */
static int is_new(uint64_t shape)
{
	for (unsigned i = 0; i < nshapes; i++)
		if (shapes[i] == shape)
			return 0;
	if (nshapes < SHAPES_MAX)
		shapes[nshapes++] = shape;
	return 1;
}

static uint64_t shape_of(const char *kind, const uint8_t *p, size_t len)
{
	uint64_t h = 1469598103934665603u ^ len;

	for (const char *k = kind; *k; k++)
		h = (h ^ (uint8_t)*k) * 1099511628211u;
	for (size_t i = 0; i < len && i < 40; i += 8)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static void put_seed(const char *kind, const void *head, size_t head_len, const void *p, size_t len)
{
	char path[1024];
	FILE *f;

	if (head_len + len > SEED_MAX || !is_new(shape_of(kind, p, len)))
		return;
	snprintf(path, sizeof(path), "%s/%s/%s%03u", seeds, kind, prefix, serial++);
	f = fopen(path, "wb");
	if (f == NULL) {
		perror(path);
		exit(1);
	}
	fwrite(head, 1, head_len, f);
	fwrite(p, 1, len, f);
	fclose(f);
}

/* Two bytes length of the map's body, the body, the type of the rows event, its body. */
static void put_row(const uint8_t *map, size_t map_len, const uint8_t *rows, size_t rows_len)
{
	uint8_t head[SEED_MAX + 3];
	size_t body = map_len - EVENT_HEADER_LEN;

	if (body > SEED_MAX)
		return;
	head[0] = (uint8_t)body;
	head[1] = (uint8_t)(body >> 8);
	memcpy(head + 2, map + EVENT_HEADER_LEN, body);
	head[2 + body] = rows[4];
	put_seed("row", head, body + 3, rows + EVENT_HEADER_LEN, rows_len - EVENT_HEADER_LEN);
}

struct piece {
	const uint8_t *p;
	size_t len;
};

/* A transaction behind the last CREATE TABLE, so that its table is known where the map does not say enough. */
static void put_txn(struct piece *create, const uint8_t *p, size_t len)
{
	static const char words[] = "CREATE TABLE ";
	struct piece whole = { p, len };

	if (memmem(p, len, words, sizeof(words) - 1)) {
		*create = whole;
		put_seed("stream", "", 0, p, len);
	} else {
		put_seed("stream", create->p, create->len, p, len);
	}
}

static void split(const uint8_t *data, size_t len)
{
	const uint8_t *map = NULL, *txn = NULL;
	struct piece create = { NULL, 0 };
	size_t at = 4, map_len = 0;

	while (at + EVENT_HEADER_LEN <= len) {
		const uint8_t *p = data + at;
		size_t size = (size_t)bytes_le(p + 9, 4);
		unsigned type = p[4];

		if (size < EVENT_HEADER_LEN || size > len - at)
			return;
		put_seed("event", "", 0, p, size);
		if (type == EVENT_GTID || type == EVENT_ANONYMOUS_GTID || type == EVENT_GTID_TAGGED) {
			if (txn)
				put_txn(&create, txn, (size_t)(p - txn));
			txn = p;
		}
		if (type == EVENT_TABLE_MAP) {
			map = p;
			map_len = size;
		} else if (map && event_is_rows(type)) {
			put_row(map, map_len, p, size);
		} else if (type == EVENT_TRANSACTION_PAYLOAD) {
			put_seed("payload", "\1", 1, p + EVENT_HEADER_LEN, size - EVENT_HEADER_LEN);
		} else if (type == EVENT_XID && txn) {
			put_seed("payload", "\0", 1, txn, (size_t)(p + size - txn));
		}
		at += size;
	}
	if (txn)
		put_txn(&create, txn, (size_t)(data + at - txn));
}

int main(int argc, char **argv)
{
	static uint8_t data[1 << 22];
	FILE *f = argc == 4 ? fopen(argv[1], "rb") : NULL;

	if (f == NULL) {
		fprintf(stderr, "usage: seed_split BINLOG SEEDS PREFIX\n");
		return 2;
	}
	seeds = argv[2];
	prefix = argv[3];
	split(data, fread(data, 1, sizeof(data), f));
	fclose(f);
	return 0;
}
