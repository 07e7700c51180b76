/*
 * view_config.c - the settings in force, those that are not the default first: what each is for, whether a reload changes it, and what a
 * changed file would do.
 */
#include "console/view/asked.h"
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/rule.h"

enum { COLUMN_SECTION, COLUMN_KEY, COLUMN_VALUE, COLUMN_FROM, COLUMN_APPLIES, COLUMN_HELP, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_SECTION] = { "section", -16, 1, 1 },
	[COLUMN_KEY] = { "setting", -24, 1, 0 },
	[COLUMN_VALUE] = { "value", -16, 2, 0 },
	[COLUMN_FROM] = { "is", -7, 0, 1 },
	[COLUMN_APPLIES] = { "applies", -7, 0, 2 },
	[COLUMN_HELP] = { "help", -30, 3, 3 },
};

static const char *text_of(const struct asked *a, size_t row, int column)
{
	static const char *const names[COLUMNS] = { "section", "key", "value", "from", "applies", "help" };

	return asked_text(a, row, names[column]);
}

static bool is_set(const struct asked *a, size_t row)
{
	return strcmp(text_of(a, row, COLUMN_FROM), "set") == 0;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct asked *a = of;

	out->role = column == COLUMN_KEY			   ? ROLE_STRONG
			: column == COLUMN_VALUE && is_set(a, row) ? ROLE_KEY
			: column == COLUMN_HELP			   ? ROLE_DIM
								   : ROLE_TEXT;
	snprintf(out->text, sizeof(out->text), "%.590s", text_of(a, row, column));
}

static int compare(const void *of, int column, size_t x, size_t y)
{
	int order = 0;

	if (column == COLUMN_FROM)
		order = (int)is_set(of, y) - (int)is_set(of, x);
	else
		order = strcmp(text_of(of, x, column), text_of(of, y, column));
	return order;
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%.200s %.400s", text_of(of, row, COLUMN_SECTION), text_of(of, row, COLUMN_KEY));
}

const struct grid_source view_config_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = asked_count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "",
};

static void draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	rule_draw(cv, at.y, at.x, at.width, "settings in force", "c looks at the changed file, r applies it");
	asked_draw(state, g, &view_config_source, cv, (struct area){ at.y + 1, at.x, at.height - 1, at.width });
}

static void detail(const void *state, size_t row, struct buf *out)
{
	const struct asked *a = state;
	const char *preset = asked_text(a, row, "default");

	buf_printf(out, "[%s] %s\n\n%s\n\n", text_of(a, row, COLUMN_SECTION), text_of(a, row, COLUMN_KEY),
			text_of(a, row, COLUMN_HELP));
	buf_printf(out, "value: %s (%s)\ndefault: %s\n", text_of(a, row, COLUMN_VALUE), text_of(a, row, COLUMN_FROM),
			preset[0] ? preset : "none");
	if (asked_text(a, row, "values")[0])
		buf_printf(out, "values: %s\n", asked_text(a, row, "values"));
	buf_printf(out, "another value applies after: a %s\n", text_of(a, row, COLUMN_APPLIES));
}

static void open(void *state, const char *subject, struct view_order *out)
{
	(void)subject;
	asked_begin(state, "settings", 0, out);
}

static bool act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	(void)state;
	(void)g;
	if (action == ACTION_CHECK)
		snprintf(out->request, sizeof(out->request), "reload-check");
	else if (action == ACTION_REPAIR)
		snprintf(out->request, sizeof(out->request), "reload");
	else
		return false;
	out->asks = true;
	return true;
}

const struct view_page view_config_page = {
	.size = sizeof(struct asked),
	.done = asked_done,
	.open = open,
	.status = asked_status,
	.act = act,
	.answer = asked_answer,
	.answer_end = asked_answer_end,
	.detail = detail,
	.draw = draw,
};
