/*
 * format_transaction.c - see format_transaction.h. Debezium takes the tables in END from a Java hash map, so they are
 * put into the order of its buckets.
 */
#include "format/encode/format_transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "format/cell/format_cell.h"

enum { NAME_BYTES_MAX = 1024, ID_BYTES_MAX = 4096, BUCKETS_AT_FIRST = 16, ORDER_BOUND = 80 };

#define STRING(name) "{\"type\":\"string\",\"optional\":false,\"field\":\"" name "\"}"
#define INT64(name, optional) "{\"type\":\"int64\",\"optional\":" optional ",\"field\":\"" name "\"}"
#define METADATA(what) \
	"\"optional\":false,\"name\":\"io.debezium.connector.common.TransactionMetadata" what "\",\"version\":1}"

static const char key_schema[] = "{\"schema\":{\"type\":\"struct\",\"fields\":[" STRING("id") "]," METADATA(
		"Key") ",\"payload\":";

static const char value_schema[] = "{\"schema\":{\"type\":\"struct\",\"fields\":[" STRING("status") "," STRING(
		"id") "," INT64("event_count",
		"true") ","
			"{\"type\":\"array\",\"items\":{\"type\":\"struct\",\"fields\":[" STRING(
					"data_collection") "," INT64("event_count",
					"false") "],\"optional\":true,\"name\":\"event.collection\",\"version\":1},"
						 "\"optional\":true,\"field\":\"data_collections\"}," INT64("ts_ms",
								 "false") "]," METADATA("Value") ",\"payload\":";

void transaction_init(struct transaction *t)
{
	memset(t, 0, sizeof(*t));
	buf_init(&t->id, ID_BYTES_MAX);
	buf_init(&t->block, ID_BYTES_MAX);
	t->buckets = BUCKETS_AT_FIRST;
	t->serial = 1;
}

void transaction_done(struct transaction *t)
{
	buf_done(&t->id);
	buf_done(&t->block);
	free(t->tables);
}

void transaction_end(struct transaction *t)
{
	t->open = false;
	t->order = 0;
	t->total = 0;
	t->ntables = 0;
	t->serial++;
}

void transaction_begin(struct transaction *t, const char *id)
{
	transaction_end(t);
	buf_reset(&t->id);
	buf_reset(&t->block);
	buf_json_str(&t->id, id);
	buf_printf(&t->block, "{\"id\":%s,\"total_order\":", t->id.data);
	t->open = !t->id.failed && !t->block.failed;
}

/* ---- counting ---- */

static size_t table_find(struct transaction *t, const char *name)
{
	for (size_t i = 0; i < t->ntables; i++)
		if (t->tables[i].name == name)
			return i;
	xgrow(t->tables, t->ntables, t->cap_tables, 16);
	t->tables[t->ntables] = (struct transaction_table){ name, 0 };
	if (t->ntables + 1 > t->buckets / 4 * 3)
		t->buckets *= 2;
	return t->ntables++;
}

void transaction_count(struct transaction *t, const char *db, const char *table, struct transaction_place *place)
{
	char name[NAME_BYTES_MAX];

	if (place->serial != t->serial) {
		snprintf(name, sizeof(name), "%s.%s", db, table);
		*place = (struct transaction_place){ t->serial, table_find(t, intern(name)) };
	}
	t->total++;
	t->order = ++t->tables[place->index].events;
}

void transaction_set_count(struct transaction *t, const char *name, uint64_t events)
{
	size_t index = table_find(t, intern(name));

	t->total += events - t->tables[index].events;
	t->tables[index].events = events;
}

/* ---- the block ---- */

size_t transaction_bound(const struct transaction *t)
{
	return t->block.len + ORDER_BOUND;
}

char *transaction_write(char *out, const struct transaction *t)
{
	static const char second[] = ",\"data_collection_order\":";

	if (t->order == 0)
		return cell_put(out, "null", 4);
	out = cell_put(out, t->block.data, t->block.len);
	out += num_u64(out, t->total);
	out = cell_put(out, second, sizeof(second) - 1);
	out += num_u64(out, t->order);
	*out++ = '}';
	return out;
}

/* ---- records ---- */

/* String.hashCode(), and how HashMap spreads it. */
static uint32_t java_hash(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t h = 0;

	while (*p) {
		uint32_t code = *p < 0x80 ? *p : *p < 0xe0 ? *p & 0x1fu : *p < 0xf0 ? *p & 0xfu : *p & 7u;

		for (p++; (*p & 0xc0) == 0x80; p++)
			code = code << 6 | (*p & 0x3fu);
		if (code > 0xffff) {
			h = 31 * h + (0xd800 + ((code - 0x10000) >> 10));
			code = 0xdc00 + (code & 0x3ff);
		}
		h = 31 * h + code;
	}
	return h ^ h >> 16;
}

struct bucketed {
	uint32_t bucket;
	size_t index;
};

static int bucketed_compare(const void *a, const void *b)
{
	const struct bucketed *x = a, *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static void put_tables(struct buf *b, const struct transaction *t)
{
	struct bucketed *order = xcalloc(t->ntables + 1, sizeof(*order));

	for (size_t i = 0; i < t->ntables; i++)
		order[i] = (struct bucketed){ java_hash(t->tables[i].name) & (uint32_t)(t->buckets - 1), i };
	qsort(order, t->ntables, sizeof(*order), bucketed_compare);
	buf_putc(b, '[');
	for (size_t i = 0; i < t->ntables; i++) {
		const struct transaction_table *table = &t->tables[order[i].index];

		buf_printf(b, "%s{\"data_collection\":", i ? "," : "");
		buf_json_str(b, table->name);
		buf_printf(b, ",\"event_count\":%llu}", (unsigned long long)table->events);
	}
	buf_putc(b, ']');
	free(order);
}

void transaction_put_key(struct buf *b, const struct transaction *t, bool schemas)
{
	buf_printf(b, "%s{\"id\":%s}%s", schemas ? key_schema : "", t->id.data, schemas ? "}" : "");
}

void transaction_put_value(struct buf *b, const struct transaction *t, bool schemas, bool end, int64_t ts_ms)
{
	buf_puts(b, schemas ? value_schema : "");
	buf_printf(b, "{\"status\":\"%s\",\"id\":%s,\"event_count\":", end ? "END" : "BEGIN", t->id.data);
	if (end) {
		buf_printf(b, "%llu,\"data_collections\":", (unsigned long long)t->total);
		put_tables(b, t);
	} else {
		buf_puts(b, "null,\"data_collections\":null");
	}
	buf_printf(b, ",\"ts_ms\":%lld}%s", (long long)ts_ms, schemas ? "}" : "");
}

void transaction_put_position(struct buf *b, const struct transaction *t)
{
	char name[NAME_BYTES_MAX + 64];

	if (!t->open)
		return;
	buf_printf(b, ",\"transaction_id\":%s", t->id.data);
	for (size_t i = 0; i < t->ntables; i++) {
		snprintf(name, sizeof(name), "transaction_data_collection_order_%s", t->tables[i].name);
		buf_putc(b, ',');
		buf_json_str(b, name);
		buf_printf(b, ":%llu", (unsigned long long)t->tables[i].events);
	}
}
