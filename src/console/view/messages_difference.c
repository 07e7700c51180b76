/*
 * messages_difference.c - two messages column by column: what each leaves as the row, side by side, as one message shows before and after. They are read
 * one after the other; the list may have dropped them by then.
 */
#include "console/view/messages_page.h"

#include <string.h>

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

/* [name, before, after, changed]: what the message leaves; of a deletion what it takes away. NULL: null, or no such column. */
static json_t *value_of(const json_t *field)
{
	json_t *after = json_array_get(field, 2);

	return json_is_string(after) ? after : json_array_get(field, 1);
}

static const json_t *find(const json_t *fields, const char *name)
{
	for (size_t i = 0; i < json_array_size(fields); i++) {
		const json_t *f = json_array_get(fields, i);
		const char *is = json_string_value(json_array_get(f, 0));

		if (is && strcmp(is, name) == 0)
			return f;
	}
	return NULL;
}

static void add(json_t *out, const char *name, json_t *a, json_t *b)
{
	const char *x = json_string_value(a), *y = json_string_value(b);
	bool same = x && y ? strcmp(x, y) == 0 : x == y;

	json_array_append_new(out, json_pack("[s,O?,O?,b]", name, x ? a : NULL, y ? b : NULL, !same));
}

static json_t *join(const json_t *first, const json_t *second)
{
	const json_t *a = json_object_get(first, "fields"), *b = json_object_get(second, "fields");
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t *f = json_array_get(a, i);
		const char *name = json_string_value(json_array_get(f, 0));

		if (name)
			add(out, name, value_of(f), value_of(find(b, name)));
	}
	for (size_t i = 0; i < json_array_size(b); i++) {
		const json_t *f = json_array_get(b, i);
		const char *name = json_string_value(json_array_get(f, 0));

		if (name && find(a, name) == NULL)
			add(out, name, NULL, value_of(f));
	}
	if (json_array_size(out) == 0) /* messages without a row */
		add(out, "value", json_object_get(first, "value"), json_object_get(second, "value"));
	return out;
}

static void put_place(char *out, size_t size, const json_t *o)
{
	snprintf(out, size, "p%lld %lld %.2s", (long long)json_integer_value(json_object_get(o, "partition")),
			(long long)json_integer_value(json_object_get(o, "offset")), text_of(o, "op"));
}

void messages_difference_begin(struct messages_page *p, const struct grid *g, struct view_order *out)
{
	size_t rows[2], n = 0;
	char key[GRID_KEY];

	for (size_t row = 0; row < p->count && n < 2 && g->nmarks == 2; row++) {
		view_messages_source.key(p, row, key);
		if (strcmp(key, g->marks[0]) == 0 || strcmp(key, g->marks[1]) == 0)
			rows[n++] = row;
	}
	if (n < 2) {
		out->role = ROLE_STATUS;
		snprintf(out->toast, sizeof(out->toast), "Space marks messages; d compares two that are marked");
		return;
	}
	p->pair.second = p->rows[rows[1]];
	snprintf(p->pair.topic, sizeof(p->pair.topic), "%s", p->pair.second.topic);
	p->pair.second.topic = p->pair.topic;
	messages_detail_close(p);
	messages_detail_ask(p, &p->rows[rows[0]], out);
	p->detail.tab = TAB_ROW;
	p->pair.asked = 1;
}

void messages_difference_next(struct messages_page *p, struct view_order *out)
{
	char left[60], right[60];
	json_t *second;

	if (p->detail.o == NULL)
		messages_difference_end(p);
	if (p->pair.asked == 0)
		return;
	if (p->pair.asked++ == 1) {
		p->pair.first = p->detail.o;
		p->detail.o = NULL;
		messages_detail_ask(p, &p->pair.second, out);
		return;
	}
	second = p->detail.o;
	put_place(left, sizeof(left), p->pair.first);
	put_place(right, sizeof(right), second);
	p->detail.o = json_pack("{s:o,s:s,s:s}", "fields", join(p->pair.first, second), "left", left, "right", right);
	json_decref(second);
	messages_difference_end(p);
}

void messages_difference_end(struct messages_page *p)
{
	json_decref(p->pair.first);
	p->pair.first = NULL;
	p->pair.asked = 0;
}
