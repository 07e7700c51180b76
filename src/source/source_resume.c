/*
 * source_resume.c - an initial snapshot that was interrupted goes on. Its moment is gone with its connections, but the
 * log knows which rows of that moment it has (struct snapshot_place), and the stream can begin at its position. So the
 * stream begins there, and what is left of the tables is read beside it (mysql_fill.h): no row is read twice,
 * none is lost.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

struct rest { /* tables that are captured, as of the position */
	const struct mysql_filter *filter;
	struct fill_table *items;
	size_t count;
};

static int compare(const char *db, const char *table, const char *db2, const char *table2)
{
	int r = strcmp(db, db2);

	return r ? r : strcmp(table, table2);
}

static int by_name(const void *a, const void *b)
{
	const struct fill_table *x = a, *y = b;

	return compare(x->db, x->name, y->db, y->name);
}

static void add_captured(struct schema *schema, void *arg)
{
	struct rest *r = arg;

	if (!mysql_filter_table(r->filter, schema->db, schema->table) ||
			!mysql_filter_snapshot(r->filter, schema->db, schema->table))
		return;
	r->items = xrealloc(r->items, (r->count + 1) * sizeof(*r->items));
	r->items[r->count++] = (struct fill_table){
		.db = (char *)schema->db,
		.name = (char *)schema->table,
		.first = true,
	};
}

/* The server's estimates; a table that is gone has none. */
static int estimate(struct rest *r, struct mysql_conn *c, struct err *err)
{
	struct snapshot_list list;
	size_t k = 0;

	if (snapshot_list_names(&list, c, r->filter, err) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct fill_table *t = &r->items[i];

		while (k < list.count && compare(list.items[k].db, list.items[k].name, t->db, t->name) < 0)
			k++;
		if (k < list.count && compare(list.items[k].db, list.items[k].name, t->db, t->name) == 0)
			t->total = list.items[k].rows_total;
	}
	snapshot_list_free(&list);
	return 0;
}

/* Tables before the place are whole. The one at the place goes on behind its bound; without a bound it is read anew, and
 * cleared first. */
static void plan_rest(struct source *s, struct rest *r, const struct snapshot_place *at)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);

	for (size_t i = 0; i < r->count; i++) {
		struct fill_table *t = &r->items[i];
		int order = compare(t->db, t->name, at->db, at->table);

		if (order < 0)
			continue;
		if (order == 0) {
			t->bound = at->bound;
			t->truncate = at->begun && at->bound == NULL;
		}
		fill_plan_add(plan, t);
	}
	mysql_fill_tell(s->fill, "the snapshot goes on at table %s.%s%s%.200s, beside the stream: %zu tables are left",
			at->db, at->table, at->bound ? " after row " : "", at->bound ? at->bound : "", plan->count);
	mysql_fill_changed(s->fill);
	s->fill_due = true;
}

bool source_can_resume(const struct source *s)
{
	struct snapshot_place at;
	bool good = s->position.snapshot && s->position.gtids && s->position.progress &&
			snapshot_place_parse(&at, s->position.progress);

	if (good)
		snapshot_place_done(&at);
	return good;
}

int source_resume(struct source *s, struct mysql_conn *c, struct err *err)
{
	struct rest rest = { .filter = s->filter };
	struct snapshot_place at;
	int r;

	if (!snapshot_place_parse(&at, s->position.progress))
		return err_set(err, ERR_FATAL, 0, "the stored place of the snapshot cannot be read");
	catalog_each(s->catalog, add_captured, &rest);
	qsort(rest.items, rest.count, sizeof(*rest.items), by_name);
	r = estimate(&rest, c, err);
	if (r == 0)
		plan_rest(s, &rest, &at);
	free(rest.items);
	snapshot_place_done(&at);
	return r;
}
