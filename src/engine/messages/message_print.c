/* message_print.c - see message_print.h. */
#include "engine/messages/message_print.h"

#include <stdio.h>
#include <string.h>

#include "core/num/num.h"
#include "format/format.h"

enum { WHAT_MAX = 240, VALUE_SHORT = 60, HEX_BYTES = 4096, TABLE_ROOM = 600 };

const char message_csv_header[] = "topic,partition,offset,time,op,table,key,value";

struct shown { /* a message, taken apart */
	const struct record *r;
	struct message m;
	char table[TABLE_ROOM];	 /* "" unknown */
	const char *key, *value; /* payloads */
	size_t key_len, value_len;
};

void message_printer_done(struct message_printer *p)
{
	payload_at_done(&p->key);
	payload_at_done(&p->value);
	readable_done(&p->key_names);
	readable_done(&p->value_names);
}

static void take_apart(struct message_printer *p, struct shown *s, const struct record *r)
{
	*s = (struct shown){ .r = r };
	if (r->key)
		payload_find(&p->key, r->key, r->key_len, &s->key, &s->key_len);
	if (r->value)
		payload_find(&p->value, r->value, r->value_len, &s->value, &s->value_len);
	readable_learn(&p->key_names, &p->key);
	readable_learn(&p->value_names, &p->value);
	message_read(&s->m, s->value, s->value_len);
	if (!message_table(&s->m, s->table, sizeof(s->table)))
		format_topic_table(p->format, r->topic, s->table, sizeof(s->table));
}

static void put_text(struct buf *b, const char *name, const char *p, size_t len)
{
	buf_printf(b, ",\"%s\":", name);
	if (p)
		buf_json_string(b, p, len);
	else
		buf_puts(b, "null");
}

static void put_op(struct buf *b, char op)
{
	char text[2] = { op, '\0' };

	buf_puts(b, ",\"op\":");
	buf_json_str(b, text);
}

/* ---- a line of a list ---- */

struct message_line {
	struct buf *b;
	const struct readable *names; /* of its fields; NULL: all as they stand */
	size_t begin;		      /* where the text began */
	bool all;		      /* every field, and not only those that have changed */
	unsigned fields;
};

/* At most so many bytes of a value, never half a character. */
static size_t shortened(const char *p, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)p[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void put_short(const struct message_line *l, const struct json_slice *name, const struct json_slice *s)
{
	char room[READABLE_ROOM];
	const char *text = l->names ? readable_text(l->names, name, s, room) : NULL, *p;
	struct buf *b = l->b;
	size_t len, n;

	if (text) {
		buf_puts(b, text);
		return;
	}
	p = slice_raw(s, &len);
	n = shortened(p, len, VALUE_SHORT);
	buf_put(b, p, n);
	if (n < len)
		buf_puts(b, "..");
}

static int put_field(void *arg, const struct json_slice *name, const struct json_slice *before,
		const struct json_slice *after)
{
	struct message_line *l = arg;

	if (!l->all && slices_equal(before, after))
		return 0;
	if (l->fields++)
		buf_puts(l->b, l->all ? " " : ", ");
	buf_put(l->b, name->p, shortened(name->p, name->len, VALUE_SHORT));
	if (l->all) {
		buf_putc(l->b, '=');
		put_short(l, name, after->kind == JSON_ERROR ? before : after);
	} else {
		buf_putc(l->b, ' ');
		put_short(l, name, before);
		buf_putc(l->b, '>');
		put_short(l, name, after);
	}
	return l->b->len - l->begin > WHAT_MAX;
}

/* The row, or what an update has changed in it. */
static void put_what(struct buf *b, const struct message *m, const struct readable *names)
{
	struct message_line l = {
		.b = b,
		.names = names,
		.begin = b->len,
		.all = m->before.kind != JSON_OBJECT || m->after.kind != JSON_OBJECT,
	};

	message_fields(m, put_field, &l);
	if (l.fields == 0 && !l.all)
		buf_puts(b, "(nothing changed)");
}

/* id=4711 of {"id":4711}; another key as it stands. */
static void put_key(struct buf *b, const struct shown *s, const struct readable *names)
{
	struct message key = { .op = '?' };
	struct message_line l = { .b = b, .names = names, .begin = b->len, .all = true };
	struct json j;

	json_init(&j, s->key, s->key_len);
	if (json_value(&j, &key.after) != JSON_OBJECT) {
		buf_put(b, s->key, shortened(s->key, s->key_len, WHAT_MAX));
		return;
	}
	key.before = (struct json_slice){ .kind = JSON_NULL };
	message_fields(&key, put_field, &l);
}

void message_what(struct buf *b, const struct message *m, const struct readable *names, bool hidden)
{
	if (m->op == '-')
		buf_puts(b, "(tombstone)");
	else if (hidden)
		buf_puts(b, "(masked)");
	else
		put_what(b, m, names);
}

static void put_list(const struct message_printer *p, struct buf *out, const struct shown *s)
{
	struct buf text;

	buf_init(&text, 64 << 10);
	buf_printf(out, "{\"partition\":%d,\"offset\":%lld,\"ms\":%lld,\"size\":%u", (int)s->r->partition,
			(long long)s->r->offset, (long long)s->r->timestamp_ms, s->r->value_len);
	if (p->topics)
		put_text(out, "topic", s->r->topic, strlen(s->r->topic));
	put_op(out, s->m.op);
	put_text(out, "table", s->table, strlen(s->table));
	if (s->key)
		put_key(&text, s, &p->key_names);
	put_text(out, "key", s->key ? text.data : NULL, text.len);
	buf_reset(&text);
	if (s->m.op == '?' && !p->hidden)
		buf_put(&text, s->value, shortened(s->value, s->value_len, WHAT_MAX));
	else
		message_what(&text, &s->m, &p->value_names, p->hidden != NULL);
	put_text(out, "what", text.data ? text.data : "", text.len);
	buf_putc(out, '}');
	buf_done(&text);
}

/* ---- for programs ---- */

static void put_headers(struct buf *b, const struct record *r)
{
	buf_puts(b, ",\"headers\":[");
	for (uint32_t i = 0; i < r->nheaders; i++) {
		buf_puts(b, i ? ",[" : "[");
		buf_json_str(b, r->headers[i].name);
		buf_putc(b, ',');
		if (r->headers[i].value)
			buf_json_string(b, r->headers[i].value, r->headers[i].len);
		else
			buf_puts(b, "null");
		buf_putc(b, ']');
	}
	buf_putc(b, ']');
}

static void put_json(const struct message_printer *p, struct buf *b, const struct shown *s)
{
	const struct record *r = s->r;

	buf_puts(b, "{\"topic\":");
	buf_json_str(b, r->topic);
	buf_printf(b, ",\"partition\":%d,\"offset\":%lld,\"timestamp_ms\":%lld", (int)r->partition,
			(long long)r->offset, (long long)r->timestamp_ms);
	put_op(b, s->m.op);
	put_text(b, "table", s->table[0] ? s->table : NULL, strlen(s->table));
	put_text(b, "key", r->key, r->key_len);
	if (r->value && p->hidden)
		put_text(b, "value", p->hidden, strlen(p->hidden));
	else
		put_text(b, "value", r->value, r->value_len);
	put_headers(b, r);
}

/* A spreadsheet takes a text that begins so for a formula. */
static void put_csv_text(struct buf *b, const char *p, size_t len)
{
	buf_puts(b, ",\"");
	if (len && strchr("=+-@\t\r", p[0]))
		buf_putc(b, '\'');
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '"')
			buf_putc(b, '"');
		buf_putc(b, p[i]);
	}
	buf_putc(b, '"');
}

static void put_csv(const struct message_printer *p, struct buf *b, const struct shown *s)
{
	const struct record *r = s->r;
	char time[40];

	time[num_iso_datetime(time, r->timestamp_ms * 1000, 3, 'T')] = '\0';
	buf_printf(b, "%s,%d,%lld,%sZ,%c", r->topic, (int)r->partition, (long long)r->offset, time, s->m.op);
	put_csv_text(b, s->table, strlen(s->table));
	put_csv_text(b, r->key ? r->key : "", r->key_len);
	if (r->value && p->hidden)
		put_csv_text(b, p->hidden, strlen(p->hidden));
	else
		put_csv_text(b, r->value ? r->value : "", r->value_len);
}

/* ---- all about one ---- */

static void put_slice(const struct message_line *l, const struct json_slice *name, const struct json_slice *s)
{
	char room[READABLE_ROOM];
	const char *text = l->names ? readable_text(l->names, name, s, room) : NULL, *p;
	struct buf *b = l->b;
	size_t len;

	p = slice_raw(s, &len);
	if (text)
		buf_json_str(b, text);
	else if (s->kind == JSON_ERROR)
		buf_puts(b, "null");
	else
		buf_json_string(b, p, len);
}

static int put_pair(void *arg, const struct json_slice *name, const struct json_slice *before,
		const struct json_slice *after)
{
	struct message_line *l = arg;

	buf_puts(l->b, l->fields++ ? ",[" : "[");
	buf_json_string(l->b, name->p, name->len);
	buf_putc(l->b, ',');
	if (l->all) {
		put_slice(l, name, before);
		buf_putc(l->b, ',');
	}
	put_slice(l, name, after);
	if (l->all)
		buf_puts(l->b,
				before->kind != JSON_ERROR && after->kind != JSON_ERROR && !slices_equal(before, after)
						? ",true"
						: ",false");
	buf_putc(l->b, ']');
	return 0;
}

static void put_pairs(struct buf *b, const char *name, const struct message *m, const struct readable *names, bool both)
{
	struct message_line l = { .b = b, .names = names, .all = both };

	buf_printf(b, ",\"%s\":[", name);
	message_fields(m, put_pair, &l);
	buf_putc(b, ']');
}

static void put_whole(const struct message_printer *p, struct buf *b, const struct shown *s)
{
	struct message source = { .op = '?', .after = s->m.source, .before = { .kind = JSON_NULL } };
	size_t n = s->r->value_len < HEX_BYTES ? s->r->value_len : HEX_BYTES;
	char *hex;

	put_pairs(b, "source", &source, NULL, false);
	if (p->hidden || s->r->value == NULL) {
		buf_puts(b, ",\"fields\":[]");
		return;
	}
	put_pairs(b, "fields", &s->m, &p->value_names, true);
	buf_puts(b, ",\"hex\":\"");
	hex = buf_reserve(b, 2 * n);
	if (hex)
		b->len += num_hex(hex, s->r->value, n);
	buf_putc(b, '"');
}

void message_print(struct message_printer *p, struct buf *out, const struct record *r)
{
	struct shown s;

	take_apart(p, &s, r);
	switch (p->form) {
	case MESSAGE_LIST: put_list(p, out, &s); return;
	case MESSAGE_CSV: put_csv(p, out, &s); return;
	case MESSAGE_JSON:
	case MESSAGE_WHOLE:
		put_json(p, out, &s);
		if (p->form == MESSAGE_WHOLE)
			put_whole(p, out, &s);
		buf_putc(out, '}');
		return;
	}
}
