/*
 * script_chain.c - several scripts in a row, each with a state of its own: what one gives is what the next one gets. A row that is dead passes
 * the others untouched; a row that one has dropped, and that may be at the target, comes to the next one as a delete.
 *
 * What a script gave is taken out of the outgoing batch before the next one runs, and its cells stay in that batch's arena.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "script/script_part.h"

struct script *script_chain(struct script *s, struct script *next)
{
	struct script *last = s;

	if (s == NULL)
		return next;
	while (last->next)
		last = last->next;
	last->next = next;
	return s;
}

void script_close(struct script *s)
{
	while (s) {
		struct script *next = s->next;

		script_close_one(s);
		s = next;
	}
}

struct script_pause {
	size_t place; /* in the chain */
	struct script_rows rows;
	struct change *taken; /* rows.changes, where they are those that another script gave; NULL: those of the batch */
	struct script_counts *counts; /* what each script of the chain has counted so far */
};

void script_pause_free(struct script_pause *p)
{
	if (p == NULL)
		return;
	free(p->taken);
	free(p->counts);
	free(p);
}

/* What is in out from `before` on goes to s. */
static struct script_rows take(struct script *s, struct batch *out, size_t before)
{
	size_t count = out->nchanges - before;

	if (s->cap_taken < count) {
		s->taken = xrealloc(s->taken, count * sizeof(*s->taken));
		s->cap_taken = count;
	}
	if (count)
		memcpy(s->taken, out->changes + before, count * sizeof(*s->taken));
	out->nchanges = before;
	return (struct script_rows){ .changes = s->taken, .count = count, .before = before };
}

/* Other batches go through the chain before it goes on: what s had taken, and what all have counted, is kept apart. Takes `was`. */
static struct script_pause *pause_at(struct script *all, const struct script *s, size_t place,
		const struct script_rows *rows, struct script_pause *was)
{
	struct script_pause *p = was ? was : xcalloc(1, sizeof(*p));

	p->place = place;
	p->rows = *rows;
	script_counts_put(all, &p->counts);
	if (rows->changes != s->taken)
		return p;
	free(p->taken);
	p->taken = xmalloc(rows->count * sizeof(*p->taken));
	memcpy(p->taken, rows->changes, rows->count * sizeof(*p->taken));
	p->rows.changes = p->taken;
	return p;
}

/* 1: paused in the script at *place, with what is left in rows. */
static int run_all(struct script **s, size_t *place, struct script_rows *rows, const struct batch *in,
		struct batch *out, struct err *err)
{
	for (;;) {
		int rc = script_run_one(*s, in, rows, out, err);

		if (rc || (*s)->next == NULL)
			return rc;
		*s = (*s)->next;
		++*place;
		*rows = take(*s, out, rows->before);
	}
}

/* The rows come again, and are counted then. Time and lookups were spent. */
static void uncount_rows(struct script *s)
{
	for (; s; s = s->next) {
		s->stats.rows_in = s->stats_before.rows_in;
		s->stats.rows_out = s->stats_before.rows_out;
		s->stats.dropped = s->stats_before.dropped;
		s->stats.dead = s->stats_before.dead;
	}
}

int script_run_until(struct script *s, const struct batch *in, size_t first, size_t count, struct batch *out,
		int64_t until_us, struct script_pause **pause, struct err *err)
{
	struct script_rows rows = { .count = count, .before = out->nchanges };
	struct script *all = s;
	struct script_pause *p = *pause;
	size_t place = 0;
	int rc;

	if (first > in->nchanges || count > in->nchanges - first)
		return err_set(err, ERR_FATAL, 0, "%s: expected changes inside the batch of %zu, found %zu from %zu",
				s->name, in->nchanges, count, first);
	rows.changes = in->changes + first;
	for (struct script *one = s; one; one = one->next) {
		one->stats_before = one->stats;
		one->until_us = until_us;
	}
	if (p) {
		rows = p->rows;
		script_counts_get(all, p->counts);
	}
	for (; p && place < p->place; place++)
		s = s->next;
	rc = run_all(&s, &place, &rows, in, out, err);
	*pause = rc > 0 ? pause_at(all, s, place, &rows, p) : NULL;
	if (rc > 0)
		return rc;
	script_pause_free(p);
	script_counts_end(all, rc == 0);
	if (rc < 0)
		uncount_rows(all);
	return rc;
}

int script_run(struct script *s, const struct batch *in, size_t first, size_t count, struct batch *out, struct err *err)
{
	struct script_pause *none = NULL;

	return script_run_until(s, in, first, count, out, 0, &none, err);
}

/* Rows are those that came to the first and left the last; what was dropped or failed did so in any of them. */
void script_stats(const struct script *s, struct script_stats *out)
{
	*out = s->stats;
	for (s = s->next; s; s = s->next) {
		out->rows_out = s->stats.rows_out;
		out->dropped += s->stats.dropped;
		out->dead += s->stats.dead;
		out->ns += s->stats.ns;
		out->lookups += s->stats.lookups;
		out->lookups_known += s->stats.lookups_known;
		out->lookups_none += s->stats.lookups_none;
	}
}

void script_on_slow(struct script *s, void told(void *arg, const struct script_slow *slow), void *arg)
{
	for (; s; s = s->next) {
		s->slow_told = told;
		s->slow_arg = arg;
	}
}

/* Each part knows the columns that those before it have added. */
int script_lint(struct script *s, const struct schema *schema, script_tell *told, void *arg, struct err *err)
{
	struct schema *wide = schema ? schema_clone(schema) : NULL;
	int rc = 0;

	for (; rc == 0 && s; s = s->next) {
		rc = script_lint_one(s, wide, told, arg, err);
		if (wide)
			script_declared_apply(s, wide);
		if (wide)
			wide = script_columns_target(s, wide, err);
	}
	schema_unref(wide);
	return rc;
}

/* ---- what the target's table becomes ---- */

static int target_of(const struct script *s, struct schema **wide, struct err *err)
{
	const char *missing = script_declared_missing(s, *wide);
	char words[400];

	if (missing) {
		script_declared_words(s, *wide, missing, words, sizeof(words));
		schema_unref(*wide);
		*wide = NULL;
		return err_set(err, ERR_CONFIG, 0, "%s: %s", s->name, words);
	}
	script_declared_apply(s, *wide);
	*wide = script_columns_target(s, *wide, err);
	return *wide ? 0 : -1;
}

struct schema *script_target(const struct script *s, const struct schema *schema, struct err *err)
{
	struct schema *wide = schema_clone(schema);

	while (s && target_of(s, &wide, err) == 0)
		s = s->next;
	return wide;
}

const char *script_column_name(const struct script *s, const char *column)
{
	for (; s && column; s = s->next)
		column = script_columns_name(s, column);
	return column;
}

bool script_uses_state(const struct script *s)
{
	while (s && !s->uses_state)
		s = s->next;
	return s != NULL;
}

bool script_own_key(const struct script *s, char *out, size_t size)
{
	bool found = false;

	for (; s; s = s->next) {
		size_t n = 0;

		for (unsigned i = 0; i < s->nkey && n < size; i++)
			n += (size_t)snprintf(out + n, size - n, "%s%s", i ? ", " : "", s->key[i]);
		found |= s->nkey > 0;
	}
	return found;
}
