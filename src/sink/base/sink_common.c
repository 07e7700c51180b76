/*
 * sink_common.c - the few things that both kinds of targets need in the same way: the list of rows left out, the time zone of
 * stored timestamps, dates and decimals as text, and what is said of a table that is gone.
 */
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"

#define REASON_MAX 240

void sink_bads_add(struct sink_bads *b, uint32_t row, const char *reason)
{
	size_t len = strlen(reason);

	if (b->count == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 16;
		b->items = xrealloc(b->items, b->cap * sizeof(b->items[0]));
	}
	b->items[b->count].row = row;
	b->items[b->count++].reason = arena_dup(&b->arena, reason, len < REASON_MAX ? len : REASON_MAX);
}

int sink_zone_parse(const char *text, int64_t *zone_us, struct err *err)
{
	int64_t hours, minutes;

	*zone_us = 0;
	if (!text || !text[0] || strcmp(text, "UTC") == 0 || strcmp(text, "Z") == 0)
		return 0;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
			!num_parse_i64(text + 1, 2, &hours) || !num_parse_i64(text + 4, 2, &minutes) || hours < 0 ||
			hours > 14 || minutes < 0 || minutes > 59)
		return err_set(err, ERR_CONFIG, 0,
				"[starrocks] time.zone '%s': expected UTC or an offset such as +02:00; named zones have hours that exist twice",
				text);
	*zone_us = (hours * 60 + minutes) * 60000000 * (text[0] == '-' ? -1 : 1);
	return 0;
}

size_t sink_value_text(const struct value *v, int64_t zone_us, char *out)
{
	switch (v->kind) {
	case VALUE_DECIMAL: return num_decimal64(out, v->i, v->aux);
	case VALUE_DATE: return num_iso_date(out, v->i);
	case VALUE_TIME: return num_time(out, v->i, v->aux);
	case VALUE_DATETIME: return num_iso_datetime(out, v->i, v->aux, ' ');
	case VALUE_TIMESTAMP: return num_iso_datetime(out, v->i + zone_us, v->aux, ' ');
	default: return 0;
	}
}

int sink_gone(struct sink *s, const struct schema *schema, const char *column, struct err *err)
{
	const struct schema *from = s->asked;

	s->lost = true;
	return err_set(err, ERR_CONFIG, 0,
			"table %s.%s: rows were loaded into it, but the target does not have %s%s any more; read it again with "
			"`millrace snapshot %s.%s --truncate`, or put it back%s and `millrace resume %s.%s`",
			schema->db, schema->table, column ? "its column " : "the table", column ? column : "", from->db,
			from->table, column || !s->ops->recover ? "" : s->ops->recover, from->db, from->table);
}
