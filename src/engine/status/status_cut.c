/* status_cut.c - as much of a status as somebody looks at. Rows are compared by the tables of status_fields.h, so every field can be sorted by. */

#include "engine/status/status.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "engine/status/status_fields.h"

struct list {
	const char *name;
	char *items;   /* NULL: of no status yet */
	size_t *count; /* of its rows */
	size_t size, others;
	const struct status_field *fields;
	int64_t (*weight)(const void *row); /* heavier: needs a look more */
	void (*drop)(void *row);	    /* what it owns; NULL: nothing */
};

struct order {
	const struct list *list;
	const struct status_field *by; /* NULL: the weight */
	bool inverted;
};

static int64_t table_weight(const void *row)
{
	const struct status_table *t = row;
	bool bad = t->error[0] || t->state == HALF_FAILED || t->state == HALF_PAUSED || t->dead || t->dead_open > 0;

	return (bad ? INT64_C(1) << 60 : 0) + (t->lag_rows > 0 ? INT64_C(1) << 50 : 0) + (int64_t)(t->captured >> 8);
}

static int64_t partition_weight(const void *row)
{
	return ((const struct status_partition *)row)->lag;
}

static int64_t script_weight(const void *row)
{
	const struct status_script *s = row;

	return (s->dead ? INT64_C(1) << 60 : 0) + (int64_t)(s->rows >> 8);
}

static void script_drop(void *row)
{
	free(((struct status_script *)row)->drops);
}

/* ---- the order ---- */

static int figures(double x, double y)
{
	return (x < y) - (x > y); /* the largest first; what is not a number last */
}

/* What is told last is worst, but for rest, which is as well as work. */
static int states(enum half_state x, enum half_state y)
{
	return figures(x == HALF_IDLE ? -1 : (int)x, y == HALF_IDLE ? -1 : (int)y);
}

static int by_field(const struct status_field *f, const char *a, const char *b)
{
	const char *x = a + f->offset, *y = b + f->offset;

	switch (f->type) {
	case F_TEXT: return strcasecmp(x, y);
	case F_NAME: return strcasecmp(*(const char *const *)x, *(const char *const *)y);
	case F_STATE: return states(*(const enum half_state *)x, *(const enum half_state *)y);
	case F_U64: return figures((double)*(const uint64_t *)x, (double)*(const uint64_t *)y);
	case F_I64: return figures((double)*(const int64_t *)x, (double)*(const int64_t *)y);
	case F_I32: return figures(*(const int32_t *)x, *(const int32_t *)y);
	case F_UINT: return figures(*(const unsigned *)x, *(const unsigned *)y);
	case F_DOUBLE: return figures(*(const double *)x, *(const double *)y);
	default: return 0;
	}
}

static const struct status_field *field_named(const struct status_field *f, const char *key)
{
	for (; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

/* Of rows in the same state those first that have open dead letters, then those that lag most. */
static int by_state(const struct list *l, const struct status_field *by, const char *a, const char *b)
{
	static const char *const next[] = { "dead_open", "lag_ms" };
	int order = by_field(by, a, b);

	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]) && order == 0; i++) {
		const struct status_field *f = field_named(l->fields, next[i]);

		order = f ? by_field(f, a, b) : 0;
	}
	return order;
}

/* By a field; NULL: those first that need a look. */
static int natural(const struct list *l, const struct status_field *by, const char *a, const char *b)
{
	int64_t v, w;

	if (by)
		return by->type == F_STATE ? by_state(l, by, a, b) : by_field(by, a, b);
	v = l->weight(a);
	w = l->weight(b);
	return (v < w) - (v > w);
}

/* Rows are known by their place in the list, which is the order of names; that is the order of those that are equal, too. */
static int compare(const void *p, const void *q, void *arg)
{
	const struct order *o = arg;
	size_t x = *(const size_t *)p, y = *(const size_t *)q;
	int order = natural(o->list, o->by, o->list->items + x * o->list->size, o->list->items + y * o->list->size);

	if (order)
		return o->inverted ? -order : order;
	return (x > y) - (x < y);
}

static int by_place(const void *p, const void *q)
{
	size_t x = *(const size_t *)p, y = *(const size_t *)q;

	return (x > y) - (x < y);
}

/* ---- what matches ---- */

static const char *text_of(const struct status_field *f, const char *row)
{
	const char *at = row + f->offset;

	return f->type == F_TEXT	     ? at
			: f->type == F_NAME  ? *(const char *const *)at
			: f->type == F_STATE ? half_state_name(*(const enum half_state *)at)
					     : "";
}

static bool matches(const struct list *l, const char *row, const char *filter)
{
	bool inverse = filter[0] == '!';

	if (filter[inverse] == '\0')
		return true;
	for (const struct status_field *f = l->fields; f->key; f++)
		if (strcasestr(text_of(f, row), filter + inverse))
			return !inverse;
	return inverse;
}

/* ---- the cut ---- */

/* Those at `kept`, in the order in which they stand there; the others are gone. */
static void keep(struct list *l, size_t *kept, size_t n)
{
	char *row = l->items;
	size_t next = 0;

	qsort(kept, n, sizeof(*kept), by_place);
	for (size_t i = 0; i < *l->count; i++) {
		char *from = l->items + i * l->size;

		if (next < n && kept[next] == i) {
			if (row != from)
				memcpy(row, from, l->size);
			row += l->size;
			next++;
		} else if (l->drop) {
			l->drop(from);
		}
	}
	*l->count = n;
}

static void cut(struct list *l, const struct status_wish *wish)
{
	bool looked_at = strcmp(wish->list, l->name) == 0;
	size_t limit = looked_at ? wish->limit : l->others, n = 0, *rows;
	struct order o = {
		.list = l,
		.by = looked_at && wish->sort[0] ? field_named(l->fields, wish->sort) : NULL,
		.inverted = looked_at && wish->inverted,
	};

	if (*l->count <= limit)
		return;
	rows = xcalloc(*l->count, sizeof(*rows));
	for (size_t i = 0; i < *l->count; i++)
		if (!looked_at || matches(l, l->items + i * l->size, wish->filter))
			rows[n++] = i;
	qsort_r(rows, n, sizeof(*rows), compare, &o);
	keep(l, rows, n < limit ? n : limit);
	free(rows);
}

static const struct list kinds[] = {
	{ "tables", NULL, NULL, sizeof(struct status_table), 0, status_table_fields, table_weight, NULL },
	{ "partitions", NULL, NULL, sizeof(struct status_partition), 0, status_partition_fields, partition_weight,
			NULL },
	{ "scripts", NULL, NULL, sizeof(struct status_script), 0, status_script_fields, script_weight, script_drop },
};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static void cut_kind(size_t kind, char *items, size_t *count, size_t others, const struct status_wish *wish)
{
	struct list l = kinds[kind];

	l.items = items;
	l.count = count;
	l.others = others;
	cut(&l, wish);
}

void status_cut(struct status *s, const struct status_wish *wish)
{
	cut_kind(0, (char *)s->tables, &s->ntables, wish->tables, wish);
	cut_kind(1, (char *)s->partitions, &s->npartitions, wish->partitions, wish);
	cut_kind(2, (char *)s->scripts, &s->nscripts, wish->scripts, wish);
}

int status_order(const char *list, const char *field, const void *a, const void *b)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, list) == 0)
			return natural(&kinds[i], field_named(kinds[i].fields, field), a, b);
	return 0;
}
