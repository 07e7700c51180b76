/*
 * view_page.h - a view with a state of its own: opened with what Enter was pressed on, left with Esc, fed by requests whose answers come
 * line by line. It asks the screen for things by filling a view_order; the screen does them after the call. @thread ui
 */
#ifndef CONSOLE_VIEW_PAGE_H
#define CONSOLE_VIEW_PAGE_H

#include "console/canvas/canvas.h"
#include "console/keys/keymap.h"
#include "console/widget/grid.h"
#include "core/buf.h"
#include "engine/status/status.h"

struct view_under;

enum { MESSAGES_TOPIC_ROOM = 1600 }; /* of what the page of messages is opened with: a topic, or several */

struct area {
	int y, x, height, width;
};

/* What an answer is for. A request that begins in a lane ends the one before it there. */
enum view_lane {
	LANE_NONE,
	LANE_TEXT,
	LANE_LIST,
	LANE_DETAIL,
	LANE_SAVE,
	LANE_PAST,
	LANE_BATCH, /* of requests that follow one another */
	LANE_LIST_BESIDE,
	LANE_DETAIL_BESIDE,
	LANE_COUNT
};
enum view_prompt { PROMPT_NONE, PROMPT_SEEK, PROMPT_FILTER, PROMPT_SAVE, PROMPT_SAVE_LIST, PROMPT_TRACE, PROMPT_PAST };

struct view_order {
	bool opened;		 /* told to the page: the key has opened it, and Esc closes it again */
	bool past;		 /* told to the page: the status is one of before, and nothing of now is asked for */
	char request[2400];	 /* as it is typed behind ':'; "" none */
	enum view_lane lane;	 /* of its answer */
	unsigned cancel;	 /* 1 << lane: what runs there is to end */
	enum view_prompt prompt; /* to be asked, with a label and what stands there at first */
	char label[80], text[512];
	char toast[400];       /* "" none */
	enum role role;	       /* of the toast */
	const char *trace;     /* the key of a row to be traced; lent until the next call. NULL: none */
	const char *table;     /* of it */
	bool asks;	       /* the request is one as if typed: asked first where it costs, its answer is shown */
	bool close;	       /* back to where it was opened */
	bool changes;	       /* the request changes something: not while the past is shown */
	bool again;	       /* the request refreshes the list: cursor and filter stay */
	struct buf *show;      /* to be read in the overlay; lent until the next call. NULL: nothing */
	const char *about;     /* its title */
	const char *edit;      /* a file to be edited; lent until the next call. Then ACTION_EDITED comes. NULL: none */
	struct buf *edit_text; /* a text to be edited; taken. Then edited() comes, if it was. NULL: none */
	struct buf *copy;      /* to the clipboard; lent until the next call. NULL: nothing */
};

struct view_page {
	size_t size;	     /* of the state; it begins as zeros */
	const char *subject; /* what it is opened with: "TOPIC"; NULL: nothing */
	bool alone;	     /* it is also opened with "": of everything */
	bool text;	     /* it is read: it has no cursor */
	bool past;	     /* it shows screens of the past, too; others say that theirs are not recorded */
	void (*done)(void *state);
	void (*open)(void *state, const char *subject, struct view_order *out);
	/* It is come back to: what was asked for when another one was opened is asked for again. NULL: nothing is */
	void (*again)(void *state, struct view_order *out);
	/* A fresh status, while the page is shown; lent until the next one. NULL: it does not care */
	void (*status)(void *state, const struct status *s, struct view_order *out);
	/* What the rows of the view's list that it is about have in a name, for as long as it is shown; "": it wants all. NULL: likewise */
	void (*looks_for)(const void *state, char *out, size_t size);
	/* A key's action; NULL or false: not the page's, the screen does what it does in lists. */
	bool (*act)(void *state, struct grid *g, enum action action, struct view_order *out);
	bool (*does)(const void *state, enum action action); /* a key has a use now; NULL: all have */
	void (*edited)(void *state, const char *text, size_t len,
			struct view_order *out); /* NULL: it lets no text be edited */
	/* NULL: it asks for nothing */
	void (*prompted)(void *state, enum view_prompt which, const char *text, struct view_order *out);
	void (*answer)(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out);
	void (*answer_end)(void *state, enum view_lane lane, const char *why,
			struct view_order *out); /* why "": all of it */
	/* What the cursor is on, for the menu; NULL: nothing that a request takes. */
	void (*under)(const void *state, struct view_under *out);
	bool (*at_end)(const void *state); /* NULL: never. The cursor stays on the last row */
	void (*title)(const void *state, char *out,
			size_t size); /* the line above the view, in place of the tabs; NULL or "": the tabs */
	/* Everything about a row, as "label: value" lines. NULL: it shows them itself */
	void (*detail)(const void *state, size_t row, struct buf *out);
	void (*draw)(void *state, struct grid *g, struct canvas *cv, struct area at);
};

/* What a key does with the line that is seen first of a text; false: nothing. */
static inline bool view_page_scroll(int *top, int lines, enum action action)
{
	enum { PAGE = 18, HALF = 9 }; /* what a screen of 80x24 shows, and two lines of before */

	switch (action) {
	case ACTION_DOWN: ++*top; break;
	case ACTION_UP: --*top; break;
	case ACTION_PAGE_DOWN: *top += PAGE; break;
	case ACTION_HALF_DOWN: *top += HALF; break;
	case ACTION_PAGE_UP: *top -= PAGE; break;
	case ACTION_HALF_UP: *top -= HALF; break;
	case ACTION_FIRST: *top = 0; break;
	case ACTION_LAST: *top = lines; break;
	default: return false;
	}
	*top = *top < 0 ? 0 : *top;
	return true;
}

#endif
