/*
 * source_repair.c - tables whose rows a statement has changed without telling them: planned to be read again, or told as
 * different (ddl.repair). Both stand in the plan of snapshots, and so in the position of the statement's own batch:
 * a restart neither forgets one nor takes one up twice.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "core/xalloc.h"
#include "source/catalog/mysql_effect.h"

static void read_again(struct source *s, const char *db, const char *name)
{
	struct fill_table table = { .db = (char *)db, .name = (char *)name, .truncate = true };

	fill_plan_add(mysql_fill_plan(s->fill), &table);
}

void source_repair_table(struct source *s, const char *db, const char *table, const char *why)
{
	fill_plan_differs(mysql_fill_plan(s->fill), db, table, why);
	if (!mysql_repairs(s->conf, s->conf->ddl_repair))
		return;
	read_again(s, db, table);
	mysql_fill_tell(s->fill, "%s.%s is read again: %s", db, table, why);
}

static void forget_plan(struct fill_plan *plan, const char *db, const char *table)
{
	for (size_t i = plan->count; i-- > 0;)
		if (strcmp(plan->items[i].db, db) == 0 && strcmp(plan->items[i].name, table) == 0)
			fill_plan_remove(plan, i);
}

static void note_touch(struct source *s, const struct ddl_touch *t)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);
	unsigned remedies = ddl_remedies(t->effects);
	bool gone = t->effects == UINT32_C(1) << EFFECT_TABLE_GONE;

	if (gone) {
		forget_plan(plan, t->db, t->table);
		fill_plan_equals(plan, t->db, t->table);
	}
	if (remedies & (REMEDY_SNAPSHOT | REMEDY_TELL))
		fill_plan_differs(plan, t->db, t->table, ddl_effect_why(t->effects));
	if ((remedies & REMEDY_SNAPSHOT) && mysql_repairs(s->conf, s->conf->ddl_repair)) {
		read_again(s, t->db, t->table);
		mysql_fill_tell(s->fill, "%s.%s is read again: %s tells no rows", t->db, t->table,
				ddl_effect_why(t->effects));
	}
}

/* A TRUNCATE of the source itself makes both sides equal. */
static void note_truncate(struct source *s, const struct change *c)
{
	fill_plan_equals(mysql_fill_plan(s->fill), c->schema->db, c->schema->table);
}

void source_repair_note(struct source *s, const struct batch *b)
{
	bool noted = false;

	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];
		unsigned touched = c->op == CHANGE_DDL ? c->ddl->ntouched : 0;

		if (c->op == CHANGE_TRUNCATE)
			note_truncate(s, c);
		for (unsigned k = 0; k < touched; k++)
			note_touch(s, &c->ddl->touched[k]);
		noted |= touched > 0 || c->op == CHANGE_TRUNCATE;
	}
	if (noted)
		mysql_fill_changed(s->fill);
}

/* ---- for other threads ---- */

static void clear(struct source *s)
{
	source_differences_free(s->differences, s->ndifferences);
	s->differences = NULL;
	s->ndifferences = 0;
}

void source_repair_status(struct source *s)
{
	const struct fill_plan *plan = mysql_fill_plan(s->fill);

	must_hold(&s->lock);
	if (plan->ndifferent == 0 && s->ndifferences == 0)
		return;
	clear(s);
	s->differences = xcalloc(plan->ndifferent + 1, sizeof(*s->differences));
	for (; s->ndifferences < plan->ndifferent; s->ndifferences++) {
		const struct fill_different *d = &plan->different[s->ndifferences];
		const struct fill_table *t = fill_plan_find(plan, d->db, d->name);

		s->differences[s->ndifferences] = (struct source_difference){
			.table = xasprintf("%s.%s", d->db, d->name),
			.why = xstrdup(d->why),
			.mending = (t && t->where == NULL && (t->truncate || t->emptied)) ||
					(d->again && mysql_repairs(s->conf, s->conf->foreign_cascade)),
		};
	}
	s->differs++;
}

void source_repair_done(struct source *s)
{
	clear(s);
}

unsigned source_differs(struct source *s)
{
	unsigned differs;

	pthread_mutex_lock(&s->lock);
	differs = s->differs;
	pthread_mutex_unlock(&s->lock);
	return differs;
}

struct source_difference *source_differences(struct source *s, size_t *count)
{
	struct source_difference *out;

	pthread_mutex_lock(&s->lock);
	*count = s->ndifferences;
	out = xcalloc(*count + 1, sizeof(*out));
	for (size_t i = 0; i < *count; i++)
		out[i] = (struct source_difference){ xstrdup(s->differences[i].table), xstrdup(s->differences[i].why),
			s->differences[i].mending };
	pthread_mutex_unlock(&s->lock);
	return out;
}

void source_differences_free(struct source_difference *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].table);
		free(list[i].why);
	}
	free(list);
}
