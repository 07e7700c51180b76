/*
 * screen.h - the console without a terminal: keys and statuses in, a canvas and wishes out. Views, prompt, dialog and
 * overlay are states in here; whoever runs it (console.c, a test) does what it wishes for.
 */
#ifndef CONSOLE_SCREEN_H
#define CONSOLE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "console/canvas/canvas.h"
#include "console/keys/keymap.h"
#include "console/view/menu.h"
#include "console/view/view.h"
#include "core/buf.h"
#include "engine/engine.h"

enum screen_mode { MODE_LIST, MODE_FILTER, MODE_SEARCH, MODE_COMMAND, MODE_PROMPT, MODE_DIALOG, MODE_TEXT, MODE_MENU };
enum { SCREEN_DEEP = 6, SCREEN_TEXT_MAX = 256 << 10, SCREEN_CUT_ROOM = 200 }; /* of an answer; more is cut, and said */
enum screen_wish { WISH_NONE, WISH_LEAVE, WISH_LEAVE_RUNNING, WISH_REPAINT, WISH_SUSPEND, WISH_EDIT, WISH_EDIT_TEXT };

struct screen_dialog {
	char title[64], text[400];
	uint32_t yes;	/* the key that does it; never the one that opened the dialog */
	bool leaves;	/* yes stops and leaves the console, l leaves it running; otherwise it sends `command` */
	char word[300]; /* has to be typed before anything is done; "": the key is enough */
	char command[2400];
	bool batch;	   /* yes sends all that is in the batch */
	int64_t opened_us; /* keys are ignored for a moment: they were meant for what was there before */
};

struct screen {
	const struct status *status; /* lent; NULL before the first one */
	const struct status *live;   /* the newest one, also while one of the past is shown */
	struct status past;
	bool past_shown;
	const struct engine_request_doc *docs; /* what can be asked of the engine */
	bool in_process, frozen, stale;
	int64_t frozen_us;		/* monotonic: when it was frozen */
	int64_t stale_us;		/* monotonic: when the last status came */
	char theme[64], theme_kept[64]; /* to be shown, and what Esc goes back to; "": that of the configuration */
	char where[200];		/* "in this process", or the socket */
	char trouble[512];		/* why there is no new status; "" */
	enum view_id view;
	struct grid grids[VIEW_COUNT];
	void *pages[VIEW_COUNT];	 /* states of views that have one; NULL: not opened yet */
	enum view_id stack[SCREEN_DEEP]; /* the views that this one was opened from, a tab first */
	int depth;
	enum view_id last_page; /* the page that requests run for */
	bool whole;		/* lists have the whole screen, without the pane of the selected line */
	bool panes;		/* such a pane was drawn last */
	enum screen_mode mode;
	char input[512];
	char said[16]
		 [512]; /* requests that were typed, the newest first; said_at: 1 + the one that the prompt has, 0 none */
	unsigned nsaid, said_at;
	char search[128];	 /* what n and N look for */
	enum view_prompt prompt; /* of a page, in MODE_PROMPT */
	char prompt_label[80];
	char traced[GRID_KEY]; /* the table of PROMPT_TRACE */
	struct buf clip;       /* to be put into the clipboard; empty: nothing */
	char filter_before[128];
	struct screen_dialog dialog;
	struct menu menu; /* in MODE_MENU */
	char menu_title[200];
	bool read_only;	 /* the engine refuses this console what changes something */
	struct buf text; /* the overlay: details, answers */
	char text_title[200];
	int text_top, text_rows; /* first line shown; how many fit, as drawn last */
	int list_rows;		 /* as drawn last, for paging */
	int tab_end[VIEW_TABS];	 /* as drawn last: where the tabs end; 0: there are none */
	char clicked[GRID_KEY];	 /* the line of the last click, and when it was */
	int64_t clicked_us;
	char toast[600];
	enum role toast_role;
	int64_t toast_until_us;
	char request[2400];	     /* to be sent: "pause what=load"; "" when none */
	enum view_lane request_lane; /* of its answer, unless `asked` */
	struct buf batch;	     /* requests that follow one another, each with a NUL behind it */
	size_t batch_at;	     /* of the one that is under way */
	unsigned batch_count, batch_done;
	unsigned cancel; /* 1 << lane: to be ended */
	bool asked;	 /* the answer of a request goes to the overlay */
	bool full;	 /* which takes no more of it: the request is to be ended */
	enum screen_wish wish;
	char edit[1024];      /* WISH_EDIT: the file */
	struct buf edit_text; /* WISH_EDIT_TEXT: the text, and what has become of it */
};

void screen_init(struct screen *s, bool in_process, const char *where, const struct engine_request_doc *docs);
void screen_done(struct screen *s);
/* Figures that nobody renews are old after three that did not come: microseconds until they are, 0 they are, -1 that is known, or they are held. */
int64_t screen_old_in(const struct screen *s);
bool screen_look_at_age(struct screen *s); /* true: from now on they are shown as old */
void screen_status(struct screen *s, const struct status *fresh, const char *trouble); /* trouble NULL: none */
void screen_key(struct screen *s, uint32_t key, bool pasted);
void screen_mouse(struct screen *s, uint32_t what, int y, int x); /* KEYCODE_CLICK, .. on what was drawn last */
void screen_draw(struct screen *s, struct canvas *cv);
/* How much of the next status it looks at; of the list that is shown how many rows there are in all. screen_window.c */
void screen_look(const struct screen *s, struct status_wish *out);
size_t screen_all_rows(const struct screen *s);
void screen_toast(struct screen *s, enum role role, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* One line of an answer, then its end: why NULL means done. */
void screen_answer(struct screen *s, const char *line, size_t len);
void screen_answer_end(struct screen *s, const char *why);
/* The same of a request that a page has sent; why "": all of it. After some lines screen_refresh() puts them into the list. */
void screen_lane_answer(struct screen *s, enum view_lane lane, const char *line, size_t len);
void screen_lane_end(struct screen *s, enum view_lane lane, const char *why);
void screen_edited(struct screen *s, const char *why); /* the editor has ended; why: it could not be started. NULL */
void screen_refresh(struct screen *s);

#endif
