/*
 * sink_local_check.c - the embedded warehouse's part of the check of a table: it has room for everything, but takes two tables
 * for one when their names differ by case only.
 */
#include <stdlib.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sink/local/sink_local.h"
#include "sink/base/sink_ops.h"

static const char *const class_names[] = {
	[LOCAL_INTEGER] = "INTEGER",
	[LOCAL_REAL] = "REAL",
	[LOCAL_TEXT] = "TEXT",
	[LOCAL_BLOB] = "BLOB",
	[LOCAL_ANY] = "ANY",
};

static void look_columns(struct table_check *e)
{
	for (unsigned i = 0; i < sink_row_columns(e->schema); i++)
		if (e->schema->columns[i].type != COL_UNKNOWN)
			e->columns[i].target = class_names[local_class(&e->schema->columns[i])];
}

struct named_check {
	const char *db;
	struct table_check *check;
};

static int by_name(const void *a, const void *b)
{
	const struct named_check *left = a, *right = b;
	int order = strcasecmp(left->db, right->db);

	return order ? order : strcasecmp(left->check->schema->table, right->check->schema->table);
}

void local_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count)
{
	struct named_check *list = xcalloc(count + 1, sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		look_columns(checks[i]);
		list[i] = (struct named_check){ checks[i]->schema->db, checks[i] };
	}
	if (count > 1)
		qsort(list, count, sizeof(*list), by_name);
	for (size_t i = 1; i < count; i++)
		if (by_name(&list[i - 1], &list[i]) == 0 && !list[i].check->schema->at_target.source_column)
			list[i].check->refused = arena_printf(&list[i].check->arena,
					"the warehouse does not tell it from %s.%s", list[i - 1].check->schema->db,
					list[i - 1].check->schema->table);
	free(list);
}
