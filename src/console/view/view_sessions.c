/* view_sessions.c - the consoles that are open on this process: who sits there, since when, and what was done from there last. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum { COLUMN_USER, COLUMN_TERMINAL, COLUMN_NAME, COLUMN_MAY, COLUMN_SINCE, COLUMN_AGO, COLUMN_ACTED, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_USER] = { "attached", -12, 1, 0 },
	[COLUMN_TERMINAL] = { "terminal", -9, 0, 1 },
	[COLUMN_NAME] = { "name", -10, 1, 3 },
	[COLUMN_MAY] = { "may", -9, 0, 0 },
	[COLUMN_SINCE] = { "since", -8, 0, 1 },
	[COLUMN_AGO] = { "acted", 7, 0, 2 },
	[COLUMN_ACTED] = { "last request", -18, 4, 0 },
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->nsessions;
}

static const char *or_dash(const char *text)
{
	return text[0] ? text : "-";
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_session *one = &s->sessions[row];

	switch (column) {
	case COLUMN_USER:
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s", one->user);
		break;
	case COLUMN_TERMINAL: snprintf(out->text, sizeof(out->text), "%s", or_dash(one->terminal)); break;
	case COLUMN_NAME: snprintf(out->text, sizeof(out->text), "%s", or_dash(one->name)); break;
	case COLUMN_MAY:
		out->role = one->read_only ? ROLE_DIM : ROLE_TEXT;
		snprintf(out->text, sizeof(out->text), "%s", one->read_only ? "read-only" : "change");
		break;
	case COLUMN_SINCE: show_when(out->text, one->since_us, s->wall_us); break;
	case COLUMN_AGO:
		if (one->acted_us)
			show_age(out->text, (s->wall_us - one->acted_us) / 1000000);
		else
			snprintf(out->text, sizeof(out->text), "-");
		break;
	default: snprintf(out->text, sizeof(out->text), "%s", or_dash(one->acted)); break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	const struct status_session *one = &s->sessions[row];

	snprintf(out, GRID_KEY, "%s %lld", one->who, (long long)one->since_us);
}

const struct grid_source view_sessions_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.fitted = 1 + COLUMN_SINCE,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "no console is open on this process",
};

void view_sessions_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_session *one = &s->sessions[row];
	char text[SHOW_SIZE];

	buf_printf(out, "attached: %s\nuser: %s\nterminal: %s\nname: %s\n", one->who, one->user, or_dash(one->terminal),
			or_dash(one->name));
	buf_printf(out, "may: %s\n", one->read_only ? "look, and change nothing" : "change");
	buf_printf(out, "console: %s\n", one->here ? "of this process" : "by the control socket");
	buf_printf(out, "since: %s\n", show_when(text, one->since_us, s->wall_us));
	buf_printf(out, "last request: %s\n", or_dash(one->acted));
	if (one->acted_us)
		buf_printf(out, "at: %s\n", show_when(text, one->acted_us, s->wall_us));
	buf_puts(out, "see: 6 has every request that changed something, with who it was\n");
}
