/* view_problems.c - what is wrong, the worst first: a line each, and with Enter what it means and what to do. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum { COLUMN_SEVERITY, COLUMN_SINCE, COLUMN_LEFT, COLUMN_SUBJECT, COLUMN_TEXT, COLUMNS };
enum { SOON_MS = 3600 * 1000 };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_SEVERITY] = { "severity", -8, 0, 0 },
	[COLUMN_SINCE] = { "for", 6, 0, 0 },
	[COLUMN_LEFT] = { "left", 6, 0, 1 },
	[COLUMN_SUBJECT] = { "what", -16, 1, 0 },
	[COLUMN_TEXT] = { "why", -20, 5, 0 },
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->nproblems;
}

enum role view_problem_role(const struct status_problem *p)
{
	if (p->by[0])
		return ROLE_PAUSED;
	return p->severity == PROBLEM_ERROR ? ROLE_CRIT : p->severity == PROBLEM_WARNING ? ROLE_WARN : ROLE_TEXT;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_problem *p = &s->problems[row];

	out->role = column == COLUMN_SEVERITY || column == COLUMN_SUBJECT ? view_problem_role(p) : ROLE_TEXT;
	switch (column) {
	case COLUMN_SEVERITY:
		snprintf(out->text, sizeof(out->text), "%s", p->by[0] ? "known" : problem_severity_name(p->severity));
		break;
	case COLUMN_SINCE: show_age(out->text, (s->wall_us - p->since_us) / 1000000); break;
	case COLUMN_LEFT:
		out->role = p->left_ms >= 0 && p->left_ms < SOON_MS ? ROLE_CRIT : ROLE_TEXT;
		show_ms(out->text, p->limit && p->limit[0] ? p->left_ms : -1);
		break;
	case COLUMN_SUBJECT: snprintf(out->text, sizeof(out->text), "%.400s", p->subject); break;
	default: snprintf(out->text, sizeof(out->text), "%s", show_after(p->text, p->subject)); break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%s %.200s", s->problems[row].code, s->problems[row].subject);
}

const struct grid_source view_problems_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "nothing is wrong",
};

void view_problems_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_problem *p = &s->problems[row];
	char a[SHOW_SIZE], b[SHOW_SIZE];

	buf_printf(out, "%s: %s %s (%s)\nsince: %s, for %s\n", problem_severity_name(p->severity), p->kind, p->subject,
			p->code, show_when(a, p->since_us, s->wall_us),
			show_age(b, (s->wall_us - p->since_us) / 1000000));
	if (p->by[0])
		buf_printf(out, "acknowledged by: %s\n", p->by);
	buf_printf(out, "\nwhy: %s\n\nmeans: %s\n\ndo: %s\n", p->text, p->means, p->remedy);
	if (p->command[0])
		buf_printf(out, "\n    %s\n", p->command);
	if (p->request[0])
		buf_printf(out, "\nr does it: %s\n", p->request);
}

void view_problem_under(const struct status_problem *p, struct view_under *out)
{
	snprintf(out->problem, sizeof(out->problem), "%s", p->code);
	snprintf(out->subject, sizeof(out->subject), "%s", p->subject);
	snprintf(out->request, sizeof(out->request), "%s", p->request);
	snprintf(out->command, sizeof(out->command), "%s", p->command);
	snprintf(out->by, sizeof(out->by), "%s", p->by);
	if (strcmp(p->kind, "table") == 0) {
		snprintf(out->table, sizeof(out->table), "%s", p->subject);
		snprintf(out->held, sizeof(out->held), "%s", p->subject);
	} else if (strcmp(p->kind, "half") == 0) {
		snprintf(out->held, sizeof(out->held), "%s", p->subject);
	} else if (strcmp(p->kind, "topic") == 0) {
		snprintf(out->topic, sizeof(out->topic), "%s", p->subject);
	} else if (strcmp(p->kind, "job") == 0) {
		snprintf(out->job, sizeof(out->job), "%s", p->subject);
	} else if (strcmp(p->kind, "script") == 0 && strpbrk(p->subject, "\\*+?()[]{}|^$") == NULL) {
		snprintf(out->table, sizeof(out->table), "%s", p->subject); /* a section for one table has its name */
	}
}

void view_problems_under(const struct status *s, size_t row, struct view_under *out)
{
	view_problem_under(&s->problems[row], out);
}

void view_problems_subject(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "%s/%s", s->problems[row].code, s->problems[row].subject);
}

const char *view_problems_request(const struct status *s, size_t row)
{
	return s->problems[row].request;
}

void view_problems_acknowledge(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "acknowledge problem=%s \"subject=%.400s\"", s->problems[row].code,
			s->problems[row].subject);
}
