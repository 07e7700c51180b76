/*
 * load_tables.c - the rows of a range by the table that they go to: a script may send some of them to other tables than
 * their own (event:to()). Each table is a load under a label of its own, made from the same range, so the range is loaded
 * when all of them are; after a crash those that are there are refused, and the others follow. @thread sink
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

static bool is_of(const struct rows_of *t, const struct change *c)
{
	return t->routed == c->routed && t->schema->db == c->schema->db && t->schema->table == c->schema->table;
}

static struct rows_of *table_of(struct load_worker *w, const struct change *c)
{
	size_t i = 0;

	while (i < w->ntables && !is_of(&w->tables[i], c))
		i++;
	if (i < w->ntables)
		return &w->tables[i];
	w->tables = xrealloc(w->tables, (w->ntables + 1) * sizeof(*w->tables));
	w->tables[w->ntables] = (struct rows_of){ .schema = c->schema, .routed = c->routed };
	return &w->tables[w->ntables++];
}

/* The rows of each table one behind the other, in their order. */
static void sort_rows(struct load_worker *w)
{
	struct change *rows = xmalloc(w->cap_rows * sizeof(*rows));
	struct load_item **origin = xmalloc(w->cap_rows * sizeof(*origin));
	size_t at = 0;

	for (size_t i = 0; i < w->ntables; i++) {
		struct rows_of *t = &w->tables[i];

		t->first = at;
		for (size_t k = 0; k < w->nrows; k++)
			if (is_of(t, &w->rows[k])) {
				origin[at] = w->origin[k];
				rows[at++] = w->rows[k];
			}
	}
	free(w->rows);
	free(w->origin);
	w->rows = rows;
	w->origin = origin;
}

void rows_by_table(struct load_worker *w, bool routed)
{
	w->ntables = 0;
	if (!routed) {
		*table_of(w, &w->rows[0]) = (struct rows_of){ .schema = w->rows[w->nrows - 1].schema,
			.count = w->nrows };
		return;
	}
	for (size_t i = 0; i < w->nrows; i++) {
		struct rows_of *t = table_of(w, &w->rows[i]);

		t->schema = w->rows[i].schema;
		t->count++;
	}
	sort_rows(w);
}

bool part_appends(const struct load_worker *w, const struct load_part *p)
{
	struct load_topic *t = p->of;

	if (!t->mode_known)
		t->appends = settings_appends(w->l->sh->settings, p->meter->name);
	t->mode_known = true; /* as at the start: no reload changes it */
	return t->appends;
}

bool rows_append(const struct load_worker *w, const struct load_part *p, const struct rows_of *t)
{
	char name[TABLE_NAME_ROOM];

	if (!t->routed)
		return part_appends(w, p);
	snprintf(name, sizeof(name), "%s.%s", t->schema->db, t->schema->table);
	return settings_appends(w->l->sh->settings, name);
}

int rows_of_several(const struct load_worker *w, const struct load_part *p, struct err *err)
{
	for (size_t i = 0; w->ntables > 1 && i < w->ntables; i++) {
		const struct rows_of *t = &w->tables[i];

		if (t->schema->nkey && !rows_append(w, p, t))
			continue;
		return err_set(err, ERR_CONFIG, 0,
				"its script sends rows to several tables, and %s.%s only adds rows (%s): when another of them refuses a load, its rows would be there twice; take `to` out of the script, or give the table a key",
				t->schema->db, t->schema->table,
				t->schema->nkey ? "target.mode = append" : "it has no key");
	}
	return 0;
}
