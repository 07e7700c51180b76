/*
 * screen_menu.c - the menu of all that can be done here and now, over the screen: typing searches it, Enter does it. A request that lacks
 * something goes to the prompt of `:`, with what is known written there already; what costs or removes data asks first, as always.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/widget/input.h"

/* What the cursor is on: a page says it itself, a list by what its keys act on. */
static void look_under(const struct screen *s, struct menu_place *at)
{
	const struct view *view = at->view;
	const char *held;
	size_t row;

	if (view->page) {
		at->does = view->page->does;
		at->page = s->pages[s->view];
		at->line = view->page->text || s->grids[s->view].count > 0;
		if (view->page->under && s->pages[s->view])
			view->page->under(s->pages[s->view], &at->under);
		return;
	}
	at->line = s->status && grid_selected(&s->grids[s->view], &row);
	if (!at->line)
		return;
	if (view->under)
		view->under(s->status, row, &at->under);
	held = view->target ? view->target(s->status, row, &at->paused) : NULL;
	at->has_target = held != NULL;
	if (held)
		snprintf(at->under.held, sizeof(at->under.held), "%s", held);
	if (view->topic)
		view->topic(s->status, row, s->view == VIEW_TOPICS ? at->under.topic : at->under.table, GRID_KEY);
}

void screen_menu_open(struct screen *s)
{
	struct menu_place at = {
		.view = view_get(s->view),
		.in_process = s->in_process,
		.captures = s->status == NULL || s->status->capture.enabled,
		.loads = s->status == NULL || s->status->load.enabled,
		.refused = s->read_only ? "this console is read-only" : NULL,
		.past = s->past_shown ? "the screen is of the past; Esc goes back to now" : NULL,
	};

	look_under(s, &at);
	menu_fill(&s->menu, &at, s->docs);
	snprintf(s->menu_title, sizeof(s->menu_title), "actions%s%.180s",
			at.under.table[0] || at.under.topic[0] || at.under.subject[0] || at.under.held[0] ? ": " : "",
			at.under.subject[0]		    ? at.under.subject
					: at.under.table[0] ? at.under.table
					: at.under.topic[0] ? at.under.topic
							    : at.under.held);
	if (s->grids[s->view].nmarks)
		snprintf(s->menu_title, sizeof(s->menu_title),
				"actions: what takes a name is for all %zu that are marked", s->grids[s->view].nmarks);
	s->input[0] = '\0';
	s->mode = MODE_MENU;
}

void screen_columns_open(struct screen *s)
{
	grid_reset(&s->menu.grid);
	menu_fill_columns(&s->menu, view_get(s->view)->source, s->grids[s->view].hidden);
	grid_move(&s->menu.grid, &menu_source, &s->menu, LONG_MIN);
	snprintf(s->menu_title, sizeof(s->menu_title), "columns of %s", view_get(s->view)->name);
	s->input[0] = '\0';
	s->mode = MODE_MENU;
}

/* A request that takes a table is for all that are marked: at once where it takes several, else one after the other. */
static bool ask_marked(struct screen *s, const char *name)
{
	const struct engine_request_arg_doc *a = engine_request_doc(s->docs, name)->args;
	char names[2000], line[2400];

	while (a->name && a->kind != ARG_TABLE && a->kind != ARG_TABLES && a->kind != ARG_HELD)
		a++;
	if (a->name == NULL || s->grids[s->view].nmarks == 0 || s->view != VIEW_TABLES)
		return false;
	if (a->kind != ARG_TABLES)
		return screen_marked_ask(s, name, a->name);
	if (!grid_marks_join(&s->grids[s->view], ",", names, sizeof(names))) {
		screen_toast(s, ROLE_STATUS_ERROR, "so many names are too long for one request; mark fewer tables");
		return true;
	}
	snprintf(line, sizeof(line), "%s", name);
	request_line_add(line, sizeof(line), a->name, names);
	screen_request(s, line, true);
	return true;
}

static void carry_out(struct screen *s, const struct menu_item *item)
{
	if (item->column) {
		grid_hide(&s->grids[s->view], item->column);
		menu_fill_columns(&s->menu, view_get(s->view)->source, s->grids[s->view].hidden);
		return;
	}
	if (item->why[0]) {
		screen_toast(s, ROLE_STATUS, "not now: %s", item->why);
		return;
	}
	s->mode = MODE_LIST;
	if (item->action != ACTION_NONE) {
		screen_act(s, item->action);
		return;
	}
	if (item->whole && ask_marked(s, item->name))
		return;
	if (item->whole) {
		screen_request(s, item->line, true);
		return;
	}
	s->mode = MODE_COMMAND;
	snprintf(s->input, sizeof(s->input), "%.*s ", (int)sizeof(s->input) - 2, item->line);
}

void screen_menu_key(struct screen *s, uint32_t key)
{
	const struct menu_item *item = menu_selected(&s->menu);
	struct grid *g = &s->menu.grid;

	switch (key) {
	case KEYCODE_ESCAPE:
	case KEYCODE_CTRL('c'): s->mode = MODE_LIST; return;
	case KEYCODE_ENTER:
		if (item)
			carry_out(s, item);
		return;
	case KEYCODE_DOWN: grid_move(g, &menu_source, &s->menu, 1); return;
	case KEYCODE_UP: grid_move(g, &menu_source, &s->menu, -1); return;
	case KEYCODE_PAGE_DOWN: grid_move(g, &menu_source, &s->menu, s->text_rows); return;
	case KEYCODE_PAGE_UP: grid_move(g, &menu_source, &s->menu, -s->text_rows); return;
	case KEYCODE_HOME: grid_move(g, &menu_source, &s->menu, LONG_MIN); return;
	case KEYCODE_END: grid_move(g, &menu_source, &s->menu, LONG_MAX); return;
	default: break;
	}
	if (!input_key(s->input, sizeof(g->filter), key))
		return;
	snprintf(g->filter, sizeof(g->filter), "%.*s", (int)sizeof(g->filter) - 1, s->input);
	g->key[0] = '\0';
	g->cursor = 0;
	grid_update(g, &menu_source, &s->menu);
}

/* The title and what is searched for, the list, and of the selected one all that a narrow list cuts. */
void screen_menu_draw(struct screen *s, struct canvas *cv, struct area at)
{
	const struct menu_item *item = menu_selected(&s->menu);
	int foot = at.height >= 12 ? 3 : 0, x = at.x + 2, width = at.width - 4, y = at.y + at.height - 1 - foot;

	canvas_fill(cv, at.y, at.x, at.height, at.width, ROLE_TEXT);
	canvas_box(cv, at.y, at.x, at.height, at.width, ROLE_BORDER);
	canvas_printf(cv, at.y, x, width, ROLE_TITLE, " %s ", s->menu_title);
	x += canvas_text(cv, at.y + 1, x, width, ROLE_PROMPT, "search: ");
	x += canvas_text(cv, at.y + 1, x, at.x + at.width - 3 - x, ROLE_TEXT, s->input);
	canvas_text(cv, at.y + 1, x, 1, ROLE_CURSOR, " ");
	s->text_rows = at.height - 4 - foot;
	grid_draw(&s->menu.grid, menu_drawn_as(&s->menu), &s->menu, cv, at.y + 2, at.x + 1, at.height - 3 - foot,
			at.width - 2);
	if (foot == 0 || item == NULL)
		return;
	canvas_line(cv, y, at.x + 1, at.width - 2, ROLE_BORDER, 0x2500);
	canvas_text(cv, y + 1, at.x + 2, width, ROLE_TEXT, item->help);
	if (item->why[0])
		canvas_printf(cv, y + 2, at.x + 2, width, ROLE_WARN, "not now: %s", item->why);
	else
		canvas_text(cv, y + 2, at.x + 2, width, ROLE_STRONG, item->command);
}
