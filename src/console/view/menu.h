/*
 * menu.h - everything that can be done here and now: the keys of the view and the requests of the engine, each with the command that does the
 * same, and with why it cannot be done now. Made of the two tables, the key map and the requests; there is no third list. Pure. @thread ui
 */
#ifndef CONSOLE_MENU_H
#define CONSOLE_MENU_H

#include "console/keys/keymap.h"
#include "console/view/view.h"
#include "engine/engine.h"

struct menu_item {
	char name[40];		    /* as the tables call it */
	const char *help;	    /* static */
	char key[12];		    /* "p"; ":" for a request */
	char command[VIEW_COMMAND]; /* "millrace pause shop.orders"; "" none */
	char why[160];		    /* it cannot be done now; "" it can */
	enum action action;	    /* ACTION_NONE: it is a request */
	char line[VIEW_COMMAND];    /* of a request, as it is typed, with what is under the cursor */
	bool whole;		    /* the line has all that the request needs */
	int column;		    /* of the list, which it hides or shows; 0: it is no column */
};

struct menu_place { /* where it was opened */
	const struct view *view;
	struct view_under under; /* what the cursor is on */
	bool line;		 /* it is on a line */
	bool paused, has_target; /* what `p` would hold is held already; there is something to hold */
	const char *refused;	 /* requests that change something are refused: why; NULL: they are not */
	const char *past;	 /* no request is sent: why; NULL: it is */
	bool in_process;
	bool captures, loads; /* the process does */
	bool (*does)(const void *page,
			enum action action); /* of the page that is shown; NULL: all of its keys have a use */
	const void *page;
	char view_name[24]; /* menu_fill() sets it */
};

struct menu {
	struct menu_item *items;
	size_t count, cap;
	struct grid grid;
};

void menu_init(struct menu *m);
void menu_done(struct menu *m);
void menu_fill(struct menu *m, struct menu_place *at, const struct engine_request_doc *docs);
/* The columns of a list in place of what can be done: which are hidden, a bit each. The cursor stays where it is. */
void menu_fill_columns(struct menu *m, const struct grid_source *of, unsigned hidden);
const struct menu_item *menu_selected(const struct menu *m); /* NULL: none */
extern const struct grid_source menu_source;
const struct grid_source *menu_drawn_as(const struct menu *m); /* the same rows, with the titles that fit them */

#endif
