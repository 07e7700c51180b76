/*
 * screen_window.c - how much of a status the screen looks at: the engine sorts and filters its lists (status_cut()) and sends what stands first. More
 * comes as the cursor goes down, so that what a console costs follows from what it shows.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_LEAST = 200, ROWS_MOST = 1 << 30, ROWS_OTHERS = 60 };

/* Twice as many while the cursor is in the last quarter of those that are here. */
static size_t rows_wanted(const struct grid *g)
{
	size_t rows = ROWS_LEAST;

	while (rows < ROWS_MOST && g->cursor >= rows / 4 * 3)
		rows *= 2;
	return rows;
}

/* A page looks for its own rows: among all, or among those that have a text. */
static void page_look(const struct screen *s, const struct view_page *page, struct status_wish *out)
{
	out->limit = ROWS_MOST;
	if (page->looks_for == NULL || s->pages[s->view] == NULL)
		return;
	page->looks_for(s->pages[s->view], out->filter, sizeof(out->filter));
	if (out->filter[0] == '\0')
		return;
	snprintf(out->sort, sizeof(out->sort), "table"); /* the one of exactly this name stands before longer ones */
	out->limit = ROWS_LEAST;
}

void screen_look(const struct screen *s, struct status_wish *out)
{
	const struct view *view = view_get(s->view);
	const struct grid *g = &s->grids[s->view];

	memset(out, 0, sizeof(*out));
	out->tables = out->partitions = out->scripts = ROWS_OTHERS;
	if (view->list == NULL)
		return;
	snprintf(out->list, sizeof(out->list), "%s", view->list);
	if (view->page) {
		page_look(s, view->page, out);
		return;
	}
	if (view->fields && g->sort >= 0)
		snprintf(out->sort, sizeof(out->sort), "%s", view->fields[g->sort]);
	snprintf(out->filter, sizeof(out->filter), "%s", g->filter);
	out->inverted = g->inverted;
	out->limit = rows_wanted(g);
}

size_t screen_all_rows(const struct screen *s)
{
	const char *list = view_get(s->view)->list;

	if (list == NULL || s->status == NULL)
		return 0;
	return strcmp(list, "tables") == 0		  ? s->status->all_tables
			: strcmp(list, "partitions") == 0 ? s->status->all_partitions
							  : s->status->all_scripts;
}
