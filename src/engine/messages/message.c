/* message.c - see message.h. */
#include "engine/messages/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { PREFIX_MAX = 1 << 20 };

void payload_at_done(struct payload_at *at)
{
	free(at->prefix);
	*at = (struct payload_at){ 0 };
}

static bool key_is(const struct json_slice *key, const char *name)
{
	return !key->escaped && key->len == strlen(name) && memcmp(key->p, name, key->len) == 0;
}

/* How long the text up to the payload is; 0: it is no message with a schema block. */
static size_t prefix_of(const char *text, size_t len)
{
	struct json_slice key, value;
	struct json j;

	json_init(&j, text, len);
	if (!json_enter(&j, '{') || !json_member(&j, &key) || !key_is(&key, "schema"))
		return 0;
	json_value(&j, &value);
	if (!json_member(&j, &key) || !key_is(&key, "payload"))
		return 0;
	return (size_t)(j.at - text);
}

void payload_find(struct payload_at *at, const char *text, size_t len, const char **payload, size_t *payload_len)
{
	size_t n = at->len;

	if (n == 0 || len <= n || memcmp(text, at->prefix, n) != 0) {
		n = prefix_of(text, len);
		at->len = 0;
		at->turn++;
		if (n && n <= PREFIX_MAX) {
			at->prefix = xrealloc(at->prefix, n);
			memcpy(at->prefix, text, n);
			at->len = n;
		}
	}
	*payload = text + n;
	*payload_len = len - n - (n && text[len - 1] == '}');
}

/* ---- one message ---- */

static const struct json_slice nothing = { .kind = JSON_NULL, .p = "null", .len = 4 };
static const struct json_slice absent = { .kind = JSON_ERROR, .p = "", .len = 0 };

bool json_find(const struct json_slice *object, const char *name, struct json_slice *out)
{
	struct json_slice key;
	struct json j;

	json_init(&j, object->p, object->len);
	if (object->kind != JSON_OBJECT || !json_enter(&j, '{'))
		return false;
	while (json_member(&j, &key)) {
		if (json_value(&j, out) == JSON_ERROR)
			return false;
		if (key_is(&key, name))
			return true;
	}
	return false;
}

static void keep_object(const struct json_slice *payload, const char *name, struct json_slice *out)
{
	if (!json_find(payload, name, out) || out->kind != JSON_OBJECT)
		*out = nothing;
}

/* A flat message is the row itself, with what add.fields has put beside it. */
static void read_flat(struct message *m, const struct json_slice *payload)
{
	struct json_slice s;

	m->op = 's';
	m->after = *payload;
	if (json_find(payload, "__op", &s) && s.kind == JSON_STRING && s.len == 1)
		m->op = s.p[0];
	else if (json_find(payload, "__deleted", &s) && s.len == 4 && memcmp(s.p, "true", 4) == 0)
		m->op = 'd';
	if (m->op != 'd')
		return;
	m->before = *payload;
	m->after = nothing;
}

void message_read(struct message *m, const char *payload, size_t len)
{
	struct json_slice whole, op;
	struct json j;

	*m = (struct message){ .op = payload ? '?' : '-', .before = nothing, .after = nothing, .source = nothing };
	if (payload == NULL)
		return;
	json_init(&j, payload, len);
	json_value(&j, &whole);
	if (whole.kind == JSON_NULL)
		m->op = '-';
	if (whole.kind != JSON_OBJECT || !json_done(&j))
		return;
	if (!json_find(&whole, "op", &op) || op.kind != JSON_STRING || op.len != 1 ||
			!json_find(&whole, "source", &m->source) || m->source.kind != JSON_OBJECT) {
		m->source = nothing;
		read_flat(m, &whole);
		return;
	}
	m->op = op.p[0];
	keep_object(&whole, "before", &m->before);
	keep_object(&whole, "after", &m->after);
}

bool message_table(const struct message *m, char *out, size_t size)
{
	struct json_slice db, table;

	if (!json_find(&m->source, "db", &db) || !json_find(&m->source, "table", &table) || db.kind != JSON_STRING ||
			table.kind != JSON_STRING)
		return false;
	snprintf(out, size, "%.*s.%.*s", (int)db.len, db.p, (int)table.len, table.p);
	return true;
}

/* ---- fields ---- */

const char *slice_raw(const struct json_slice *s, size_t *len)
{
	bool quoted = s->kind == JSON_STRING;

	*len = s->len + (quoted ? 2 : 0);
	return s->p - (quoted ? 1 : 0);
}

bool slices_equal(const struct json_slice *a, const struct json_slice *b)
{
	return a->kind == b->kind && a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

/* The field of the same name; most often the next one, so the search begins where the last one ended. */
static struct json_slice partner(struct json *other, const struct json_slice *object, const struct json_slice *name)
{
	struct json_slice key, value;

	for (int round = 0; round < 2; round++) {
		while (other->problem == NULL && json_member(other, &key)) {
			if (json_value(other, &value) == JSON_ERROR)
				break;
			if (key.len == name->len && memcmp(key.p, name->p, key.len) == 0)
				return value;
		}
		json_init(other, object->p, object->len);
		if (!json_enter(other, '{'))
			break;
	}
	return absent;
}

void message_fields(const struct message *m, message_field *field, void *arg)
{
	bool has_after = m->after.kind == JSON_OBJECT, has_before = m->before.kind == JSON_OBJECT;
	const struct json_slice *row = has_after ? &m->after : &m->before;
	struct json_slice name, value, other = absent;
	struct json j, before;

	json_init(&j, row->p, row->len);
	json_init(&before, m->before.p, m->before.len);
	if (row->kind != JSON_OBJECT || !json_enter(&j, '{') || (has_before && !json_enter(&before, '{')))
		return;
	while (json_member(&j, &name)) {
		if (json_value(&j, &value) == JSON_ERROR)
			return;
		if (has_after && has_before)
			other = partner(&before, &m->before, &name);
		if (has_after ? field(arg, &name, &other, &value) : field(arg, &name, &value, &absent))
			return;
	}
}
