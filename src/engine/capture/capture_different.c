/*
 * capture_different.c - tables that the source tells as different from MySQL (docs/ddl.md) as problems. The source's list
 * is the truth, and is in its position; here is only what was raised of it. @thread source
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

static bool in_list(const struct source_difference *list, size_t count, const char *table)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].table, table) == 0)
			return true;
	return false;
}

static void raise_one(struct problems *problems, const struct source_difference *d)
{
	if (d->mending)
		problem_raise(problems, PROBLEM_TABLE_MENDING, d->table, "being read again: %s", d->why);
	else
		problem_raise(problems, PROBLEM_TABLE_DIFFERENT, d->table, "changed without row events: %s", d->why);
	problem_clear(problems, d->mending ? PROBLEM_TABLE_DIFFERENT : PROBLEM_TABLE_MENDING, d->table);
}

static void clear_one(struct problems *problems, const char *table)
{
	problem_clear(problems, PROBLEM_TABLE_MENDING, table);
	problem_clear(problems, PROBLEM_TABLE_DIFFERENT, table);
}

void differences_look(struct capture *c)
{
	struct source_difference *before = c->differences, *now;
	unsigned differs = source_differs(c->source);
	size_t n, nbefore = c->ndifferences;

	if (c->differences_known && differs == c->differs)
		return;
	now = source_differences(c->source, &n);
	for (size_t i = 0; i < n; i++)
		raise_one(c->sh->problems, &now[i]);
	for (size_t i = 0; i < nbefore; i++)
		if (!in_list(now, n, before[i].table))
			clear_one(c->sh->problems, before[i].table);
	source_differences_free(before, nbefore);
	c->differences = now;
	c->ndifferences = n;
	c->differs = differs;
	c->differences_known = true;
}
