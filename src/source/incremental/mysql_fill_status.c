/*
 * mysql_fill_status.c - how far a snapshot beside the stream is, and what it waits for. Most waits are over before
 * anyone looks; one is told when nothing has moved for a second. While the rows of a table without a key pass the
 * stream waits too, which is always told.
 */
#include "config.h"
#include "source/incremental/mysql_fill_parts.h"

#include <stdio.h>

#include "core/clock.h"

enum { TOLD_AFTER_US = 1000000 };

const struct fill_end *mysql_fill_end(const struct mysql_fill *f)
{
	return &f->ended;
}

static void waits_for_lock(const struct mysql_fill *f, char *out, size_t size)
{
	int64_t left_us = f->next_us - clock_mono_us();

	snprintf(out, size,
			"LOCK TABLES .. READ was not granted %u time%s: a transaction that has written to the table is open; "
			"again in %lld s",
			f->locks, f->locks == 1 ? "" : "s", left_us > 0 ? (long long)left_us / 1000000 + 1 : 0ll);
}

static void waits_for_stream(const struct mysql_fill *f, char *out, size_t size)
{
	snprintf(out, size, "the stream has to come to %.100s:%llu first", f->view.fence.file,
			(unsigned long long)f->view.fence.pos);
}

/* At rest it may wait for the place from which on what the server says of the table is true. */
static bool is_ahead(const struct mysql_fill *f)
{
	return f->state == MEET || (f->state == REST && (f->end == END_AHEAD || (f->end_asked && !f->table_open)));
}

static void what_it_waits_for(const struct mysql_fill *f, char *out, size_t size)
{
	bool long_since = clock_mono_us() - f->moved_us > TOLD_AFTER_US;

	if (f->state == PASS)
		snprintf(out, size, "the stream waits while the rows pass: %s%s", f->table.unkeyed_why,
				f->plan.paused ? "; the pause begins after them" : "");
	else if (f->plan.paused)
		return;
	else if (f->state == FENCE && f->locks > 0)
		waits_for_lock(f, out, size);
	else if (f->state == FENCE && long_since)
		snprintf(out, size, "the server does not yet show all that was captured: a commit has not ended");
	else if (long_since && is_ahead(f))
		waits_for_stream(f, out, size);
}

void mysql_fill_status(const struct mysql_fill *f, struct source_fill_status *out)
{
	const struct fill_table *t = f->plan.count > 0 ? &f->plan.items[0] : NULL;
	double seconds = (double)(clock_mono_us() - f->started_us) / 1e6;

	*out = (struct source_fill_status){
		.tables = (unsigned)f->plan.count,
		.paused = f->plan.paused,
		.left_ms = -1,
	};
	if (t == NULL)
		return;
	snprintf(out->table, sizeof(out->table), "%s.%s", t->db, t->name);
	snprintf(out->error, sizeof(out->error), "%s", f->error);
	what_it_waits_for(f, out->waits, sizeof(out->waits));
	out->begun = f->started_us != 0;
	out->chunks = f->chunks;
	out->rows = t->rows + f->passed;
	out->total = t->total > out->rows ? t->total : out->rows;
	if (f->started_us == 0 || seconds <= 0)
		return;
	out->rows_per_s = (double)(out->rows - f->started_rows) / seconds;
	if (out->rows_per_s > 0 && t->where == NULL && t->total > 0)
		out->left_ms = (int64_t)((double)(out->total - out->rows) * 1000 / out->rows_per_s);
}
