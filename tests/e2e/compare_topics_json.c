/*
 * compare_topics_json.c - JSON made comparable: the clock's numbers blanked, and a walk of two texts side by side that
 * names each place where they differ.
 *
 * Masked is only what two programs cannot share: when each of them made the message, and, in a snapshot, when each of
 * them read the table. Everything else is compared byte for byte; the walk only explains what the bytes have shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "tests/e2e/compare_topics.h"

enum { MEMBERS_MAX = 8192, PATH_SIZE = 1024 };

struct member {
	struct json_slice key, value;
};

struct members {
	struct member *at;
	size_t count;
};

/* The bytes of a value as they stand in the text, quotes included. */
static struct bytes raw(const struct json_slice *s)
{
	bool quoted = s->kind == JSON_STRING;

	return (struct bytes){ (char *)s->p - quoted, s->len + 2 * quoted };
}

static void members_of(const char *p, size_t len, char open, struct members *out)
{
	struct member m = { 0 };
	struct json j;

	*out = (struct members){ xcalloc(MEMBERS_MAX, sizeof(*out->at)), 0 };
	json_init(&j, p, len);
	if (!json_enter(&j, open))
		return;
	while (open == '{' ? json_member(&j, &m.key) : json_element(&j)) {
		if (json_value(&j, &m.value) == JSON_ERROR || out->count == MEMBERS_MAX)
			break;
		out->at[out->count++] = m;
	}
}

static const struct json_slice *find(const struct members *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->at[i].key.len == strlen(name) && memcmp(list->at[i].key.p, name, list->at[i].key.len) == 0)
			return &list->at[i].value;
	return NULL;
}

/* ---- masks ---- */

struct masks {
	struct json_slice at[16];
	size_t count;
};

static void mask(struct masks *out, const struct members *list, const char *name)
{
	const struct json_slice *s = find(list, name);

	if (s && s->kind == JSON_NUMBER && out->count < sizeof(out->at) / sizeof(*out->at))
		out->at[out->count++] = *s;
}

static bool is_text(const struct json_slice *s, const char *text)
{
	return s && s->kind == JSON_STRING && s->len == strlen(text) && memcmp(s->p, text, s->len) == 0;
}

static void mask_clock(struct masks *out, const struct members *list, const char *prefix)
{
	static const char *const units[] = { "ts_ms", "ts_us", "ts_ns" };
	char name[40];

	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", prefix, units[i]);
		mask(out, list, name);
	}
}

/* The position in a record of the schema history: in a snapshot its time is that of the reading. */
static void mask_position(struct masks *out, const struct json_slice *position)
{
	struct members list;

	if (!position || position->kind != JSON_OBJECT)
		return;
	members_of(position->p, position->len, '{', &list);
	if (find(&list, "snapshot"))
		mask(out, &list, "ts_sec");
	free(list.at);
}

/* A flat row shows the envelope's members under names with __ in front. */
static void masks_of(const char *p, size_t len, struct masks *out)
{
	struct members payload, source;
	const struct json_slice *s, *mark;

	members_of(p, len, '{', &payload);
	s = find(&payload, "source");
	if (s && s->kind == JSON_OBJECT && find(&payload, "ts_ms")) {
		mask_clock(out, &payload, "");
		members_of(s->p, s->len, '{', &source);
		mark = find(&source, "snapshot");
		if (mark && mark->kind == JSON_STRING && !is_text(mark, "false"))
			mask_clock(out, &source, "");
		free(source.at);
	}
	mask_position(out, find(&payload, "position"));
	mask_clock(out, &payload, "__");
	if (is_text(find(&payload, "__op"), "r"))
		mask_clock(out, &payload, "__source_");
	free(payload.at);
}

static int by_place(const void *a, const void *b)
{
	const struct json_slice *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

/* The payload's text: of {"schema":..,"payload":..}, else the whole. */
static struct bytes payload_of(const struct bytes *value)
{
	struct bytes out = *value;
	const struct json_slice *payload;
	struct members top;

	members_of(value->p, value->len, '{', &top);
	payload = find(&top, "payload");
	if (payload && top.count == 2 && find(&top, "schema"))
		out = raw(payload);
	free(top.at);
	return out;
}

struct bytes json_masked(const struct bytes *value)
{
	struct masks masks = { .count = 0 };
	const char *from = value->p;
	struct bytes out, payload;
	struct buf b;

	if (value->p == NULL)
		return *value;
	payload = payload_of(value);
	masks_of(payload.p, payload.len, &masks);
	qsort(masks.at, masks.count, sizeof(*masks.at), by_place);
	buf_init(&b, value->len + 64);
	for (size_t i = 0; i < masks.count; i++) {
		buf_put(&b, from, (size_t)(masks.at[i].p - from));
		buf_putc(&b, '0');
		from = masks.at[i].p + masks.at[i].len;
	}
	buf_put(&b, from, (size_t)(value->p + value->len - from));
	out.len = b.len;
	out.p = b.data ? buf_take(&b) : xstrdup("");
	return out;
}

struct bytes json_payload_member(const struct bytes *value, const char *name)
{
	struct bytes out = { NULL, 0 }, payload;
	const struct json_slice *s;
	struct members list;

	if (value->p == NULL)
		return out;
	payload = payload_of(value);
	members_of(payload.p, payload.len, '{', &list);
	s = find(&list, name);
	if (s)
		out = raw(s);
	free(list.at);
	return out;
}

/* ---- differences ---- */

struct walk {
	json_difference_cb *cb;
	void *arg;
};

static const struct bytes missing = { (char *)"-", 1 };

static void walk_value(struct walk *w, const char *path, const struct json_slice *a, const struct json_slice *b);

/* Elements that have a name are told apart by it: fields of a schema block, columns of a table. */
static void name_elements(struct members *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct json_slice *name = NULL;
		struct members inner = { NULL, 0 };

		if (list->at[i].value.kind == JSON_OBJECT) {
			members_of(list->at[i].value.p, list->at[i].value.len, '{', &inner);
			name = find(&inner, "field");
			if (name == NULL)
				name = find(&inner, "name");
		}
		if (name && name->kind == JSON_STRING)
			list->at[i].key = *name;
		else
			list->at[i].key.p = xasprintf("%zu", i), list->at[i].key.len = strlen(list->at[i].key.p);
		free(inner.at);
	}
}

static const struct member *twin(const struct members *list, size_t i, const struct json_slice *key)
{
	if (i < list->count && list->at[i].key.len == key->len && memcmp(list->at[i].key.p, key->p, key->len) == 0)
		return &list->at[i];
	for (i = 0; i < list->count; i++)
		if (list->at[i].key.len == key->len && memcmp(list->at[i].key.p, key->p, key->len) == 0)
			return &list->at[i];
	return NULL;
}

static void walk_members(struct walk *w, const char *path, const struct members *a, const struct members *b)
{
	char name[PATH_SIZE];
	bool order = false;

	for (size_t i = 0; i < a->count; i++) {
		const struct member *m = &a->at[i], *other = twin(b, i, &m->key);
		struct bytes text = raw(&m->value);

		snprintf(name, sizeof(name), "%s.%.*s", path, (int)m->key.len, m->key.p);
		if (other)
			walk_value(w, name, &m->value, &other->value);
		else
			w->cb(w->arg, name, &text, &missing);
		order = order || (other && other != &b->at[i]);
	}
	for (size_t i = 0; i < b->count; i++) {
		struct bytes text = raw(&b->at[i].value);

		snprintf(name, sizeof(name), "%s.%.*s", path, (int)b->at[i].key.len, b->at[i].key.p);
		if (!twin(a, i, &b->at[i].key))
			w->cb(w->arg, name, &missing, &text);
	}
	if (order && a->count == b->count) {
		snprintf(name, sizeof(name), "%s.(order)", path);
		w->cb(w->arg, name, &missing, &missing);
	}
}

static void walk_value(struct walk *w, const char *path, const struct json_slice *a, const struct json_slice *b)
{
	struct bytes ours = raw(a), theirs = raw(b);
	struct members x, y;

	if (ours.len == theirs.len && memcmp(ours.p, theirs.p, ours.len) == 0)
		return;
	if (a->kind != b->kind || (a->kind != JSON_OBJECT && a->kind != JSON_ARRAY)) {
		w->cb(w->arg, path, &ours, &theirs);
		return;
	}
	members_of(a->p, a->len, a->kind == JSON_OBJECT ? '{' : '[', &x);
	members_of(b->p, b->len, b->kind == JSON_OBJECT ? '{' : '[', &y);
	if (a->kind == JSON_ARRAY) {
		name_elements(&x);
		name_elements(&y);
	}
	walk_members(w, path, &x, &y);
	free(x.at);
	free(y.at);
}

void json_differences(const char *path, const struct bytes *ours, const struct bytes *theirs, json_difference_cb *cb,
		void *arg)
{
	static const struct bytes null = { (char *)"(null)", 6 };
	struct walk w = { cb, arg };
	struct json_slice a, b;
	struct json x, y;

	if (ours->p == NULL || theirs->p == NULL) {
		if (ours->p != theirs->p)
			cb(arg, path, ours->p ? ours : &null, theirs->p ? theirs : &null);
		return;
	}
	if (ours->len == theirs->len && memcmp(ours->p, theirs->p, ours->len) == 0)
		return;
	json_init(&x, ours->p, ours->len);
	json_init(&y, theirs->p, theirs->len);
	if (json_value(&x, &a) == JSON_ERROR || json_value(&y, &b) == JSON_ERROR)
		cb(arg, path, ours, theirs);
	else
		walk_value(&w, path, &a, &b);
}
