/* source_names.c - is a table captured, and which one may have been meant: for settings that name tables. */
#include "config.h"
#include "source/source_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/xalloc.h"

/* A name may hold a dot, so each of them may be the one between database and table. */
int source_captures(struct source *s, const char *db_table)
{
	char *db = xstrdup(db_table);
	bool found = false;

	if (s->catalog == NULL || s->phase == START) {
		free(db);
		return -1;
	}
	for (char *dot = strchr(db, '.'); dot && !found; dot = strchr(dot + 1, '.')) {
		struct schema *schema;

		*dot = '\0';
		schema = catalog_find(s->catalog, db, dot + 1);
		found = schema && mysql_filter_table(s->filter, schema->db, schema->table);
		*dot = '.';
	}
	free(db);
	return found;
}

struct source_names {
	const struct mysql_filter *filter;
	char **items;
	size_t count, cap;
};

static void add_name(struct schema *schema, void *arg)
{
	struct source_names *n = arg;

	if (!mysql_filter_table(n->filter, schema->db, schema->table))
		return;
	xgrow(n->items, n->count, n->cap, 64);
	n->items[n->count++] = xasprintf("%s.%s", schema->db, schema->table);
}

static void free_names(struct source_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->items[i]);
	free(n->items);
}

int source_captures_any(struct source *s, bool matches(const void *arg, const char *db_table), const void *arg)
{
	struct source_names n = { .filter = s->filter };
	bool found = false;

	if (s->catalog == NULL || s->phase == START)
		return -1;
	catalog_each(s->catalog, add_name, &n);
	for (size_t i = 0; i < n.count && !found; i++)
		found = matches(arg, n.items[i]);
	free_names(&n);
	return found;
}

int source_each_captured(struct source *s, void each(void *arg, const char *db_table), void *arg)
{
	struct source_names n = { .filter = s->filter };

	if (s->catalog == NULL || s->phase == START)
		return -1;
	catalog_each(s->catalog, add_name, &n);
	for (size_t i = 0; i < n.count; i++)
		each(arg, n.items[i]);
	free_names(&n);
	return (int)n.count;
}

char *source_nearest(struct source *s, const char *db_table)
{
	struct source_names n = { .filter = s->filter };
	const char *near;
	char *out;

	if (s->catalog)
		catalog_each(s->catalog, add_name, &n);
	near = conf_nearest(db_table, (const char *const *)n.items, n.count);
	out = near ? xstrdup(near) : NULL;
	free_names(&n);
	return out;
}
