/*
 * source_foreign.c - child tables whose rows InnoDB has changed by a foreign key, which no event tells
 * (mysql_foreign.h): told as different, and read again (foreign.key.cascade). It may happen all the time. A table that
 * is touched while it is read is read once more, after a pause of nine times as long as reading took, so that reading
 * costs a tenth at the most; until then it stays told. What would be touched again at once is not read: while the
 * stream is far behind the server (the target is of an earlier time anyway), and while parents change all the time, but
 * once a minute.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"

enum { PAUSE_MIN_US = 1000000, PAUSE_TIMES = 9 };
enum { QUIET_US = 1000000, BUSY_MAX_S = 60 }; /* since the last touch; how long that is waited for */
enum { FAR_BYTES = 1 << 18, FAR_MAX_S = 600, UNKNOWN_MAX_S = 5 }; /* behind the server; likewise */

static bool makes_keys(const struct ddl_change *d)
{
	if (strcasestr(d->ddl, "references") || strcasestr(d->ddl, "foreign"))
		return true;
	for (unsigned i = 0; i < d->ntables; i++)
		if (d->table[i].previous_table)
			return true;
	return false;
}

/* Rows that were read already may be of before. False: all of that is known. */
static bool touch_child(struct source *s, const struct foreign_key *k)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);
	struct fill_table *t = fill_plan_find(plan, k->child_db, k->child);
	struct fill_different *d;
	char why[300];
	bool before;

	snprintf(why, sizeof(why),
			"rows changed by the foreign key %.64s, which %.64s.%.64s changes without row events", k->name,
			k->parent_db, k->parent);
	d = fill_plan_differs(plan, k->child_db, k->child, why);
	before = d->again && (t == NULL || t->touched || (t != &plan->items[0] && !t->emptied && !t->bound));

	d->again = true;
	if (t && (t == &plan->items[0] || t->emptied || t->bound))
		t->touched = true;
	return !before;
}

/* Children of children too: each may be a parent of its own. Every key is followed once. */
static void touch_children(struct source *s)
{
	struct foreign_keys *f = &s->foreign;
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < f->count; i++)
			for (size_t k = 0; f->items[i].touched && k < f->count; k++) {
				if (f->items[k].touched || strcasecmp(f->items[k].parent, f->items[i].child) != 0 ||
						strcasecmp(f->items[k].parent_db, f->items[i].child_db) != 0)
					continue;
				more = f->items[k].touched = true;
			}
	}
}

void source_foreign_note(struct source *s, const struct batch *b)
{
	struct foreign_keys *f = &s->foreign;
	bool news = false;

	for (size_t i = 0; i < b->nchanges; i++)
		s->foreign_stale |= b->changes[i].op == CHANGE_DDL && makes_keys(b->changes[i].ddl);
	if (!f->touched)
		return;
	s->foreign_touched_us = clock_mono_us();
	touch_children(s);
	for (size_t i = 0; i < f->count; i++) {
		if (f->items[i].touched && mysql_filter_table(s->filter, f->items[i].child_db, f->items[i].child))
			news |= touch_child(s, &f->items[i]);
		f->items[i].touched = false;
	}
	f->touched = false;
	if (!news)
		return;
	mysql_fill_changed(s->fill);
	s->fill_due = true;
}

static int look_again(struct source *s, struct err *err)
{
	struct mysql_conn c = { 0 };
	int r;

	if (mysql_conn_open(&c, s->conf, s->host, err) < 0)
		return -1;
	r = foreign_keys_read(&s->foreign, &c, err);
	mysql_conn_close(&c);
	s->foreign_stale = r < 0;
	return r;
}

/*
 * Would the table be touched again at once? Then it is worth waiting, but not without end: there are servers that write faster
 * than they are read, and parents that change all the time.
 */
static bool had_better_wait(struct source *s, int64_t now)
{
	int64_t behind = s->side.behind_bytes, max_s = 0;

	if (behind < 0)
		max_s = UNKNOWN_MAX_S;
	else if (behind > FAR_BYTES)
		max_s = FAR_MAX_S;
	else if (now - s->foreign_touched_us < QUIET_US)
		max_s = BUSY_MAX_S;
	s->foreign_wanted_us = s->foreign_wanted_us ? s->foreign_wanted_us : now;
	return now - s->foreign_wanted_us < max_s * 1000000;
}

static void read_again(struct source *s)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);
	int64_t now = clock_mono_us();
	size_t waiting = 0, reading = 0;

	for (size_t i = 0; i < plan->ndifferent; i++) {
		bool planned = fill_plan_find(plan, plan->different[i].db, plan->different[i].name) != NULL;

		reading += plan->different[i].again && planned;
		waiting += plan->different[i].again && !planned;
	}
	if (reading == 0 && s->foreign_begun_us) {
		int64_t pause = PAUSE_TIMES * (now - s->foreign_begun_us);

		s->foreign_next_us = now + (pause > PAUSE_MIN_US ? pause : PAUSE_MIN_US);
		s->foreign_begun_us = 0;
	}
	if (waiting == 0 || reading > 0 || now < s->foreign_next_us || had_better_wait(s, now))
		return;
	for (size_t i = 0; i < plan->ndifferent; i++) {
		const struct fill_different *d = &plan->different[i];

		if (d->again && fill_plan_find(plan, d->db, d->name) == NULL)
			fill_plan_add(plan, &(struct fill_table){ .db = d->db, .name = d->name, .truncate = true });
	}
	s->foreign_begun_us = now;
	s->foreign_wanted_us = 0;
	mysql_fill_changed(s->fill);
	s->fill_due = true;
}

int source_foreign_step(struct source *s, struct err *err)
{
	if (s->foreign_stale && look_again(s, err) < 0)
		return -1;
	if (mysql_repairs(s->conf, s->conf->foreign_cascade) && mysql_fill_plan(s->fill)->ndifferent > 0)
		read_again(s);
	return 0;
}
