/* view_tables.c - one line a table: what was captured, what became of it, and how late its target is. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum {
	COLUMN_TABLE,
	COLUMN_STATE,
	COLUMN_CAPTURED,
	COLUMN_LOADED,
	COLUMN_DROPPED,
	COLUMN_DEAD,
	COLUMN_LAG_ROWS,
	COLUMN_LAG,
	COLUMN_P99,
	COLUMN_ERROR,
	COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TABLE] = { "table", -20, 8, 0 },
	[COLUMN_STATE] = { "state", -9, 0, 0 },
	[COLUMN_CAPTURED] = { "captured", 8, 0, 3 },
	[COLUMN_LOADED] = { "loaded", 7, 0, 3 },
	[COLUMN_DROPPED] = { "dropped", 7, 0, 4 },
	[COLUMN_DEAD] = { "dead", 5, 0, 1 },
	[COLUMN_LAG_ROWS] = { "lag rows", 8, 0, 2 },
	[COLUMN_LAG] = { "lag", 6, 0, 0 },
	[COLUMN_P99] = { "load p99", 8, 0, 5 },
	[COLUMN_ERROR] = { "error", -8, 3, 6 },
};

const char *const view_tables_fields[] = {
	[COLUMN_TABLE] = "table",
	[COLUMN_STATE] = "state",
	[COLUMN_CAPTURED] = "captured",
	[COLUMN_LOADED] = "loaded",
	[COLUMN_DROPPED] = "dropped",
	[COLUMN_DEAD] = "dead_open",
	[COLUMN_LAG_ROWS] = "lag_rows",
	[COLUMN_LAG] = "lag_ms",
	[COLUMN_P99] = "load_p99_us",
	[COLUMN_ERROR] = "", /* those that need a look */
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->ntables;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_table *t = &s->tables[row];

	switch (column) {
	case COLUMN_TABLE:
		out->role = t->error[0] ? ROLE_CRIT : ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s", t->name);
		break;
	case COLUMN_STATE:
		out->role = show_state_role(t->state);
		snprintf(out->text, sizeof(out->text), "%s", half_state_name(t->state));
		break;
	case COLUMN_CAPTURED: show_count(out->text, (int64_t)t->captured); break;
	case COLUMN_LOADED: show_count(out->text, (int64_t)t->loaded); break;
	case COLUMN_DROPPED: show_count(out->text, (int64_t)t->dropped); break;
	case COLUMN_DEAD:
		out->role = t->dead_open > 0 ? ROLE_CRIT : ROLE_TEXT;
		show_count(out->text, t->dead_open);
		break;
	case COLUMN_LAG_ROWS: show_count(out->text, t->lag_rows); break;
	case COLUMN_LAG:
		out->role = show_lag_role(t->lag_ms);
		show_ms(out->text, t->lag_ms);
		break;
	case COLUMN_P99: show_us(out->text, t->load_p99_us); break;
	default:
		out->role = ROLE_CRIT;
		snprintf(out->text, sizeof(out->text), "%s", show_after(t->error, t->name));
		break;
	}
}

static int compare(const void *of, int column, size_t a, size_t b)
{
	const struct status *s = of;

	return status_order("tables", view_tables_fields[column], &s->tables[a], &s->tables[b]);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%s", s->tables[row].name);
}

const struct grid_source view_tables_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "no row of any table has come since the start",
};

/* StarRocks' own jobs that load it. */
static void put_routines(const struct status *s, const char *table, struct buf *out)
{
	char lag[SHOW_SIZE], errors[SHOW_SIZE];

	for (size_t i = 0; i < s->nroutines; i++) {
		const struct status_routine *r = &s->routines[i];

		if (strcmp(r->table, table) != 0)
			continue;
		buf_printf(out, "routine load: %s into %s, %s, lag %s, %s rows refused\n", r->name, r->target, r->state,
				show_exact(lag, r->lag), show_exact(errors, (int64_t)r->errors));
		if (r->reason[0])
			buf_printf(out, "reason: %s\n", r->reason);
	}
}

void view_tables_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_table *t = &s->tables[row];
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE];

	buf_printf(out, "table: %s\nstate: %s\n", t->name, half_state_name(t->state));
	if (t->error[0])
		buf_printf(out, "error: %s\n", t->error);
	if (t->job[0])
		buf_printf(out, "loaded by: %s, Routine Load job %s\n", t->loader, t->job);
	buf_printf(out, "captured: %s rows\nloaded: %s rows\n", show_exact(a, (int64_t)t->captured),
			show_exact(b, (int64_t)t->loaded));
	buf_printf(out, "dropped by scripts: %s rows\ndead letters: %s open, %s since the start\n",
			show_exact(a, (int64_t)t->dropped), show_count(b, t->dead_open),
			show_exact(c, (int64_t)t->dead));
	buf_printf(out, "behind: %s rows, %s\n", show_exact(a, t->lag_rows), show_ms(b, t->lag_ms));
	buf_printf(out, "since the start: commit to log p99 %s, commit to target p99 %s\n",
			show_us(a, t->capture_p99_us), show_us(b, t->load_p99_us));
	if (t->complete_us >= 0)
		buf_printf(out, "complete to: %s, %s: every commit up to then is at the target, filtered or a dead letter\n",
				show_clock(a, t->complete_us), show_since(b, (s->wall_us - t->complete_us) / 1000));
	else
		buf_puts(out, "complete to: - (not known yet, or the table is being read)\n");
	put_routines(s, t->name, out);
	if (t->dead_open > 0)
		buf_puts(out, "see: D lists the dead letters with their reasons\n");
}

const char *view_tables_target(const struct status *s, size_t row, bool *paused)
{
	*paused = s->tables[row].state == HALF_PAUSED || s->tables[row].state == HALF_FAILED;
	return s->tables[row].name;
}

void view_tables_topic(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "%s", s->tables[row].name);
}
