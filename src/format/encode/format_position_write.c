/*
 * format_position_write.c - the record of the offsets topic. The order of the members is that of a Java hash map with
 * Debezium's keys: ts_sec, file, pos, gtids, row, server_id, event, snapshot. Behind them are ours, by names that
 * begin with millrace_.
 */
#include <string.h>

#include "core/intern.h"
#include "core/json.h"
#include "format/encode/format_encoder.h"
#include "format/format.h"
#include "format/history/format_position.h"

#define GTIDS_MAX ((size_t)64 << 20)

static void put_key(struct buf *b, const struct format_conf *conf)
{
	buf_putc(b, '[');
	buf_json_str(b, conf->connector_name);
	buf_puts(b, ",{\"server\":");
	buf_json_str(b, conf->topic_prefix);
	buf_puts(b, "}]");
}

static void put_text(struct buf *b, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json_str(b, text);
}

static void put_value(struct buf *b, const struct position *p, const struct transaction *t)
{
	struct position_member m[POSITION_MEMBERS];
	unsigned n = format_position_members(p, m);

	for (unsigned i = 0; i < n; i++) {
		buf_putc(b, i ? ',' : '{');
		buf_printf(b, "\"%s\":", m[i].name);
		if (m[i].text)
			buf_json_str(b, m[i].text);
		else
			buf_printf(b, "%llu", (unsigned long long)m[i].number);
	}
	if (!p->snapshot)
		transaction_put_position(b, t);
	put_text(b, "millrace_server", p->server_uuid);
	put_text(b, "millrace_gtid", p->gtid);
	if (p->changes)
		buf_printf(b, ",\"millrace_changes\":%llu", (unsigned long long)p->changes);
	put_text(b, "millrace_snapshot", p->progress);
	buf_putc(b, '}');
}

void format_position_record(struct format_encoder *e, struct batch *b, const struct position *p, struct record *out)
{
	struct buf text;

	buf_init(&text, GTIDS_MAX);
	memset(out, 0, sizeof(*out));
	put_key(&text, e->conf);
	out->key_len = (uint32_t)text.len;
	out->key = arena_dup(&b->arena, text.data, text.len);
	buf_reset(&text);
	put_value(&text, p, &e->transaction);
	out->value_len = (uint32_t)text.len;
	out->value = arena_dup(&b->arena, text.data, text.len);
	buf_done(&text);
	out->topic = intern(e->conf->offsets_topic);
	out->partition = PARTITION_BY_KEY;
	out->hash = format_murmur2(out->key, out->key_len);
}
