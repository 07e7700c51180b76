/*
 * fuzz_format_decode.c - any bytes as a message, as its key, as a history record and as a stored position. The first
 * byte chooses the settings; the rest is the value up to a NUL byte, then the key. What is decoded must hold together:
 * a change for each value, a row for each change that is not dead, no pointer beyond the row.
 */
#include <string.h>

#include "core/intern.h"
#include "format/format.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "format_decode";

static struct format_conf conf_of(uint8_t flags)
{
	return (struct format_conf){
		.topic_prefix = "p",
		.message_format = flags & 1,
		.schemas_enable = flags & 2,
		.decimal_mode = (flags >> 2) % 3,
		.binary_mode = (flags >> 4) & 3,
		.connector_name = "c",
		.history_topic = "h",
		.offsets_topic = "o",
		.version = "3.0.8.Final",
	};
}

static void table_seen(void *arg, const struct position *at, int64_t commit_us, const char *db, const char *table,
		struct schema *s)
{
	size_t *columns = arg;

	*columns += s ? s->ncolumns + s->nkey : 0;
}

/* Touches every byte that a change lays claim to. */
static size_t sum_row(const struct schema *s, const struct value *row)
{
	size_t sum = 0;

	for (unsigned i = 0; row && i < s->ncolumns; i++)
		sum += (size_t)value_hash(&row[i], 0);
	return sum;
}

static void check_change(const struct change *c)
{
	bool needs_row = !c->dead && c->op != CHANGE_TRUNCATE;

	FUZZ_ASSERT(c->schema && c->txn && (!needs_row || c->before || c->after));
	FUZZ_ASSERT(sum_row(c->schema, c->before) == sum_row(c->schema, c->before));
	FUZZ_ASSERT(sum_row(c->schema, c->after) == sum_row(c->schema, c->after));
}

static void fuzz_decode(const struct format_conf *conf, const struct record *r)
{
	struct err err = { 0 };
	struct format_decoder *d = format_decoder_new(conf, &err);
	struct batch *b = batch_new();

	for (int i = 0; i < 2; i++) /* the second finds what the first left behind */
		*batch_add_record(b) = *r;
	format_decode(d, b, &err);
	FUZZ_ASSERT(b->nchanges == 2);
	for (size_t i = 0; i < b->nchanges; i++)
		check_change(&b->changes[i]);
	format_decoder_free(d);
	batch_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *value = (const char *)data + 1, *key;
	struct format_conf conf;
	struct record r = { 0 };
	struct position p;
	struct err err = { 0 };
	size_t columns = 0;
	struct format_history_reader history = { .arg = &columns, .table = table_seen };

	if (size < 2 || size > 1 << 16)
		return 0;
	conf = conf_of(data[0]);
	key = memchr(value, '\0', size - 1);
	r.topic = intern("p.db.t");
	r.value = value;
	r.value_len = (uint32_t)(key ? (size_t)(key - value) : size - 1);
	if (key) {
		r.key = key + 1;
		r.key_len = (uint32_t)(size - 2 - r.value_len);
	}
	fuzz_decode(&conf, &r);
	(void)format_history_decode(&r, &history, &err);
	position_init(&p);
	(void)format_position_decode(&conf, &r, &p, &err);
	position_done(&p);
	return 0;
}
