/*
 * view_scripts.c - the scripts that rows go through: what each costs and loses, for each table. Enter opens the page of one (view_script.c), and so do the keys
 * that are about one.
 */
#include <stdio.h>
#include <string.h>

#include "console/view/scripts_page.h"
#include "console/view/view.h"
#include "console/widget/rule.h"
#include "console/widget/show.h"

enum {
	COLUMN_TABLE,
	COLUMN_SCRIPT,
	COLUMN_VERSION,
	COLUMN_RATE,
	COLUMN_P50,
	COLUMN_P99,
	COLUMN_INSTRUCTIONS,
	COLUMN_BYTES,
	COLUMN_DROPPED,
	COLUMN_FAILED,
	COLUMN_NOTE,
	COLUMNS
};
static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TABLE] = { "table", -16, 2, 0 },
	[COLUMN_SCRIPT] = { "script", -13, 1, 1 },
	[COLUMN_VERSION] = { "version", -12, 0, 5 },
	[COLUMN_RATE] = { "rows", 8, 0, 0 },
	[COLUMN_P50] = { "p50", 6, 0, 3 },
	[COLUMN_P99] = { "p99", 6, 0, 2 },
	[COLUMN_INSTRUCTIONS] = { "instr", 6, 0, 6 },
	[COLUMN_BYTES] = { "bytes", 7, 0, 6 },
	[COLUMN_DROPPED] = { "dropped", 7, 0, 1 },
	[COLUMN_FAILED] = { "failed", 6, 0, 0 },
	[COLUMN_NOTE] = { "last failure", -20, 3, 4 },
};

const char *const view_scripts_fields[] = {
	[COLUMN_TABLE] = "table",
	[COLUMN_SCRIPT] = "script",
	[COLUMN_VERSION] = "version",
	[COLUMN_RATE] = "rows_per_s",
	[COLUMN_P50] = "p50_ns",
	[COLUMN_P99] = "p99_ns",
	[COLUMN_INSTRUCTIONS] = "instructions",
	[COLUMN_BYTES] = "bytes",
	[COLUMN_DROPPED] = "dropped",
	[COLUMN_FAILED] = "dead",
	[COLUMN_NOTE] = "failed_us",
};

static const struct status_script *script_at(const void *of, size_t row)
{
	return &((const struct status *)of)->scripts[row];
}

static size_t count(const void *of)
{
	return ((const struct status *)of)->nscripts;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status_script *s = script_at(of, row);
	size_t size = sizeof(out->text);

	switch (column) {
	case COLUMN_TABLE:
		out->role = ROLE_STRONG;
		snprintf(out->text, size, "%.500s", s->table);
		break;
	case COLUMN_SCRIPT: snprintf(out->text, size, "%.100s", s->script); break;
	case COLUMN_VERSION: snprintf(out->text, size, "%s", s->version); break;
	case COLUMN_RATE: show_rate(out->text, s->rows_per_s); break;
	case COLUMN_P50: show_ns(out->text, s->p50_ns); break;
	case COLUMN_P99: show_ns(out->text, s->p99_ns); break;
	case COLUMN_INSTRUCTIONS: show_count(out->text, s->instructions); break;
	case COLUMN_BYTES: show_bytes(out->text, s->bytes); break;
	case COLUMN_DROPPED: show_count(out->text, (int64_t)s->dropped); break;
	case COLUMN_FAILED:
		out->role = s->dead ? ROLE_CRIT : ROLE_TEXT;
		show_count(out->text, (int64_t)s->dead);
		break;
	default: snprintf(out->text, size, "%s", s->failed[0] ? s->failed : s->guarded ? "guarded" : ""); break;
	}
}

static int compare(const void *of, int column, size_t x, size_t y)
{
	return status_order("scripts", view_scripts_fields[column], script_at(of, x), script_at(of, y));
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	scripts_key(script_at(of, row), out);
}

const struct grid_source view_scripts_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "no script runs: a section [table NAME] names one with transform or filter, and it runs from the table's first row on",
};

void view_scripts_subject(const struct status *s, size_t row, char *out, size_t size)
{
	char name[GRID_KEY];

	scripts_key(&s->scripts[row], name);
	snprintf(out, size, "%s", name);
}

/* What a line of the list leaves out; how its rows went, and the text that runs, are on its page. */
void view_scripts_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_script *c = script_at(s, row);
	char a[SHOW_SIZE], b[SHOW_SIZE], d[SHOW_SIZE];

	buf_printf(out, "script: %s of [table %s], for %s\n", c->script, c->section, c->table);
	buf_printf(out, "version: %s%s\n", c->version,
			c->guarded ? ", guarded: it goes back by itself where it fails too much" : "");
	buf_printf(out, "rows in and out: %s, %s\n", show_exact(a, (int64_t)c->rows), show_exact(b, (int64_t)c->out));
	buf_printf(out, "a row: p50 %s, p99 %s, %s instructions\n", show_ns(a, c->p50_ns), show_ns(b, c->p99_ns),
			show_exact(d, c->instructions));
	buf_printf(out, "memory: %s held, %s a row\n", show_bytes(a, c->memory), show_bytes(b, c->bytes));
	if (c->lookups)
		buf_printf(out, "lookup: %s keys, %s known already, %s without a row\n",
				show_exact(a, (int64_t)c->lookups), show_exact(b, (int64_t)c->lookups_known),
				show_exact(d, (int64_t)c->lookups_none));
	for (size_t i = 0; i < c->ndrops; i++)
		buf_printf(out, "dropped: %s, %s\n", show_exact(a, (int64_t)c->drops[i].rows),
				c->drops[i].reason[0] ? c->drops[i].reason : "return nil");
	buf_printf(out, "failed: %s\n", show_exact(a, (int64_t)c->dead));
	if (c->failed_us)
		buf_printf(out, "last failure: %s, line %d, version %s, key %s: %s\n",
				show_when(a, c->failed_us, s->wall_us), c->failed_line, c->failed_version,
				c->failed_key, c->failed);
}

void view_scripts_under(const struct status *s, size_t row, struct view_under *out)
{
	snprintf(out->table, sizeof(out->table), "%s", s->scripts[row].table);
}

void view_scripts_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at)
{
	rule_draw(cv, at.y, at.x, at.width, "scripts", "a row, since the version runs");
	grid_draw(g, &view_scripts_source, s, cv, at.y + 1, at.x, at.height - 1, at.width);
}
