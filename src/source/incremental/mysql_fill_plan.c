/* mysql_fill_plan.c - see mysql_fill_plan.h. Members are read by a table; what is absent keeps its preset. */
#include "config.h"
#include "source/incremental/mysql_fill_plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"

void fill_plan_init(struct fill_plan *p)
{
	*p = (struct fill_plan){ 0 };
}

static void table_done(struct fill_table *t)
{
	free(t->db);
	free(t->name);
	free(t->where);
	free(t->gone);
	free(t->bound);
	free(t->id);
}

static void different_done(struct fill_different *d)
{
	free(d->db);
	free(d->name);
	free(d->why);
}

void fill_plan_done(struct fill_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		table_done(&p->items[i]);
	for (size_t i = 0; i < p->ndifferent; i++)
		different_done(&p->different[i]);
	free(p->items);
	free(p->different);
	free(p->mark);
	*p = (struct fill_plan){ .edits = p->edits + 1 };
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct fill_table table_copy(const struct fill_table *t)
{
	struct fill_table copy = *t;

	copy.db = xstrdup(t->db);
	copy.name = xstrdup(t->name);
	copy.where = xstrdup(t->where);
	copy.gone = xstrdup(t->gone);
	copy.bound = xstrdup(t->bound);
	copy.id = xstrdup(t->id);
	return copy;
}

void fill_plan_add(struct fill_plan *p, const struct fill_table *table)
{
	struct fill_table copy = table_copy(table);

	p->edits++;
	for (size_t i = 0; i < p->count; i++) {
		struct fill_table *t = &p->items[i];

		if (strcmp(t->db, table->db) != 0 || strcmp(t->name, table->name) != 0 ||
				!same_text(t->where, table->where) || !same_text(t->gone, table->gone))
			continue;
		copy.fresh |= t->fresh;
		copy.first |= t->first;
		table_done(t);
		*t = copy;
		return;
	}
	p->items = xrealloc(p->items, (p->count + 1) * sizeof(*p->items));
	p->items[p->count++] = copy;
}

void fill_plan_remove(struct fill_plan *p, size_t i)
{
	p->edits++;
	table_done(&p->items[i]);
	memmove(&p->items[i], &p->items[i + 1], (--p->count - i) * sizeof(*p->items));
}

void fill_plan_put_last(struct fill_plan *p)
{
	struct fill_table t = p->items[0];

	p->edits++;
	memmove(&p->items[0], &p->items[1], (p->count - 1) * sizeof(*p->items));
	p->items[p->count - 1] = t;
}

struct fill_table *fill_plan_find(const struct fill_plan *p, const char *db, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->items[i].db, db) == 0 && strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

static size_t different_find(const struct fill_plan *p, const char *db, const char *name)
{
	size_t i = 0;

	while (i < p->ndifferent && (strcmp(p->different[i].db, db) != 0 || strcmp(p->different[i].name, name) != 0))
		i++;
	return i;
}

struct fill_different *fill_plan_differs(struct fill_plan *p, const char *db, const char *name, const char *why)
{
	size_t at = different_find(p, db, name);

	if (at < p->ndifferent)
		return &p->different[at];
	p->different = xrealloc(p->different, (p->ndifferent + 1) * sizeof(*p->different));
	p->different[p->ndifferent++] = (struct fill_different){ xstrdup(db), xstrdup(name), xstrdup(why), false };
	return &p->different[at];
}

void fill_plan_equals(struct fill_plan *p, const char *db, const char *name)
{
	size_t i = different_find(p, db, name);

	if (i == p->ndifferent)
		return;
	different_done(&p->different[i]);
	memmove(&p->different[i], &p->different[i + 1], (--p->ndifferent - i) * sizeof(*p->different));
}

/* ---- as text ---- */

static void put_text(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json_str(out, text);
}

static void put_table(struct buf *out, const struct fill_table *t)
{
	buf_puts(out, "{\"db\":");
	buf_json_str(out, t->db);
	put_text(out, "table", t->name);
	put_text(out, "where", t->where);
	put_text(out, "gone", t->gone);
	put_text(out, "bound", t->bound);
	put_text(out, "id", t->id);
	buf_printf(out, ",\"rows\":%llu,\"total\":%llu%s%s%s%s%s}", (unsigned long long)t->rows,
			(unsigned long long)t->total, t->truncate ? ",\"truncate\":true" : "",
			t->fresh ? ",\"fresh\":true" : "", t->first ? ",\"first\":true" : "",
			t->emptied ? ",\"emptied\":true" : "", t->touched ? ",\"touched\":true" : "");
}

static void put_different(struct buf *out, const struct fill_plan *p)
{
	for (size_t i = 0; i < p->ndifferent; i++) {
		buf_puts(out, i == 0 ? ",\"different\":[{\"db\":" : ",{\"db\":");
		buf_json_str(out, p->different[i].db);
		put_text(out, "table", p->different[i].name);
		put_text(out, "why", p->different[i].why);
		buf_puts(out, p->different[i].again ? ",\"again\":true}" : "}");
	}
	if (p->ndifferent > 0)
		buf_putc(out, ']');
}

void fill_plan_print(const struct fill_plan *p, struct buf *out)
{
	buf_printf(out, "{\"paused\":%s", p->paused ? "true" : "false");
	put_text(out, "mark", p->mark);
	put_different(out, p);
	buf_puts(out, ",\"tables\":[");
	for (size_t i = 0; i < p->count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		put_table(out, &p->items[i]);
	}
	buf_puts(out, "]}");
}

static int read_text(const struct json_slice *v, char **out)
{
	struct arena a;
	const char *text;
	size_t len;
	int r;

	if (v->kind != JSON_STRING)
		return -1;
	arena_init(&a, 0);
	r = json_text(v, &a, &text, &len);
	if (r == 0) {
		free(*out);
		*out = xstrndup(text, len);
	}
	arena_done(&a);
	return r;
}

static int read_number(const struct json_slice *v, uint64_t *out)
{
	return v->kind == JSON_NUMBER && num_parse_u64(v->p, v->len, out) ? 0 : -1;
}

static int read_flag(const struct json_slice *v, bool *out)
{
	*out = v->kind == JSON_TRUE;
	return v->kind == JSON_TRUE || v->kind == JSON_FALSE ? 0 : -1;
}

static int read_member(struct fill_table *t, const struct json_slice *key, const struct json_slice *v)
{
	const struct {
		const char *name;
		char **text;
		uint64_t *number;
		bool *flag;
	} members[] = {
		{ "db", &t->db, NULL, NULL },
		{ "table", &t->name, NULL, NULL },
		{ "where", &t->where, NULL, NULL },
		{ "gone", &t->gone, NULL, NULL },
		{ "bound", &t->bound, NULL, NULL },
		{ "id", &t->id, NULL, NULL },
		{ "rows", NULL, &t->rows, NULL },
		{ "total", NULL, &t->total, NULL },
		{ "truncate", NULL, NULL, &t->truncate },
		{ "fresh", NULL, NULL, &t->fresh },
		{ "first", NULL, NULL, &t->first },
		{ "emptied", NULL, NULL, &t->emptied },
		{ "touched", NULL, NULL, &t->touched },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (json_is(key, members[i].name))
			return members[i].text		    ? read_text(v, members[i].text)
					: members[i].number ? read_number(v, members[i].number)
							    : read_flag(v, members[i].flag);
	return -1;
}

static int read_table(struct json *j, struct fill_plan *p)
{
	struct fill_table t = { 0 };
	struct json_slice key, v;
	int r = json_enter(j, '{') ? 0 : -1;

	while (r == 0 && json_member(j, &key))
		r = json_value(j, &v) == JSON_ERROR ? -1 : read_member(&t, &key, &v);
	if (r == 0 && (j->problem || t.db == NULL || t.name == NULL))
		r = -1;
	if (r == 0)
		fill_plan_add(p, &t);
	table_done(&t);
	return r;
}

static int read_different(struct json *j, struct fill_plan *p)
{
	struct fill_different d = { 0 };
	struct json_slice key, v;
	int r = json_enter(j, '{') ? 0 : -1;

	while (r == 0 && json_member(j, &key))
		r = json_value(j, &v) == JSON_ERROR	 ? -1
				: json_is(&key, "db")	 ? read_text(&v, &d.db)
				: json_is(&key, "table") ? read_text(&v, &d.name)
				: json_is(&key, "why")	 ? read_text(&v, &d.why)
				: json_is(&key, "again") ? read_flag(&v, &d.again)
							 : -1;
	if (r == 0 && (j->problem || d.db == NULL || d.name == NULL || d.why == NULL))
		r = -1;
	if (r == 0)
		fill_plan_differs(p, d.db, d.name, d.why)->again |= d.again;
	different_done(&d);
	return r;
}

static int read_list(struct json *j, struct fill_plan *p, int (*read)(struct json *, struct fill_plan *))
{
	if (!json_enter(j, '['))
		return -1;
	while (json_element(j))
		if (read(j, p) < 0)
			return -1;
	return 0;
}

static int read_plan(struct json *j, struct fill_plan *p)
{
	struct json_slice key, v;

	if (!json_enter(j, '{'))
		return -1;
	while (json_member(j, &key)) {
		if (json_is(&key, "tables") || json_is(&key, "different")) {
			if (read_list(j, p, json_is(&key, "tables") ? read_table : read_different) < 0)
				return -1;
		} else if (json_value(j, &v) == JSON_ERROR ||
				(json_is(&key, "mark")					  ? read_text(&v, &p->mark)
								: json_is(&key, "paused") ? read_flag(&v, &p->paused)
											  : -1) < 0) {
			return -1;
		}
	}
	return json_done(j) ? 0 : -1;
}

int fill_plan_parse(struct fill_plan *p, const char *text, struct err *err)
{
	struct fill_plan fresh;
	struct json j;
	int r;

	fill_plan_init(&fresh);
	json_init(&j, text, strlen(text));
	r = read_plan(&j, &fresh);
	if (r == 0) {
		fill_plan_done(p);
		fresh.edits = p->edits;
		*p = fresh;
		return 0;
	}
	fill_plan_done(&fresh);
	return err_set(err, ERR_FATAL, 0, "the stored progress of snapshots is not what this version writes (%.80s)",
			text);
}
