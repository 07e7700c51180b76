/* screen_parts.h - what screen.c, screen_keys.c and screen_page.c share. */
#ifndef CONSOLE_SCREEN_PARTS_H
#define CONSOLE_SCREEN_PARTS_H

#include <limits.h>
#include <stdlib.h>

#include "console/screen.h"

void screen_act(struct screen *s, enum action action);
bool screen_line_act(struct screen *s, enum action action);	      /* false: it is about no line */
void screen_request(struct screen *s, const char *line, bool answer); /* answer: it goes to the overlay */
void screen_dialog_open(struct screen *s, uint32_t yes, const char *title);
/* One request for each marked line, with its name as `arg`; asked first as the request demands. false: no line is marked. */
bool screen_marked_ask(struct screen *s, const char *command, const char *arg);
void screen_batch_begin(struct screen *s);
void screen_batch_end(struct screen *s, const char *why); /* of one of them; "": it is done */
void screen_filter(struct screen *s, const char *filter); /* of the list that is shown */
/* The list of the view, as it is filtered, to a new file: JSON lines when its name ends in .jsonl. */
int screen_save(const struct screen *s, const char *path, struct err *err);
void screen_trace(struct screen *s, const char *key); /* of the table in s->traced */
void screen_quit(struct screen *s);
void screen_menu_open(struct screen *s);
void screen_columns_open(struct screen *s); /* which columns of the list are shown */
void screen_menu_key(struct screen *s, uint32_t key);
void screen_menu_draw(struct screen *s, struct canvas *cv, struct area at);
void screen_search(struct screen *s, int step);	   /* to the next line that has what was searched for, or the last */
long screen_move_of(enum action action, int rows); /* lines that it moves; 0: it is no move. LONG_MIN, LONG_MAX: ends */
void screen_go(struct screen *s, enum view_id view);	  /* by its key: a page with a tab is opened */
bool screen_go_named(struct screen *s, const char *name); /* ":lag"; false: no view, or a request has that name */
void screen_show(struct screen *s, enum view_id view);
void screen_back(struct screen *s);		 /* to where the view was opened, as it was left */
enum view_id screen_tab(const struct screen *s); /* that the view is, or was opened from */
bool screen_has_tab(enum view_id view);
void screen_copy(struct screen *s, const char *text, size_t len);
/* screen_past.c: the screen as it was. moment: as people write it, in local time */
bool past_moment(const char *text, int64_t now_us, int64_t *wall_s);
void past_request(char *out, size_t size, int64_t wall_s, const char *step); /* step NULL: the newest one up to then */
void screen_past_step(struct screen *s, bool before);
void screen_past_prompt(struct screen *s);
void screen_past_jump(struct screen *s, const char *text);
bool screen_past_leave(struct screen *s);		     /* false: it is now */
void screen_past_show(struct screen *s, struct status *was); /* takes what it holds */
void screen_past_line(struct screen *s, const char *line, size_t len);
bool screen_is_recorded(const struct screen *s); /* false: a screen of the past, and the view has none */
bool screen_past_refuses(struct screen *s);	 /* and says so */
void screen_past_bar(const struct screen *s, struct canvas *cv, int y);
bool screen_has_detail(const struct screen *s);
void screen_detail(const struct screen *s, size_t row, struct buf *out);
const void *screen_of(const struct screen *s); /* what the list of the view is over; NULL: nothing yet */
/* The page that is shown: a key's action (false: not the page's), and what was typed at its prompt. */
bool screen_page_act(struct screen *s, enum action action);
void screen_page_opened_by(struct screen *s, enum action action); /* a key of the list that has opened it */
void screen_page_prompted(struct screen *s, const char *text);
void screen_page_open(struct screen *s, enum view_id view, const char *subject);
void screen_page_refresh(struct screen *s);
void screen_page_again(struct screen *s);  /* it is come back to */
void screen_page_status(struct screen *s); /* a fresh one */
void screen_pages_done(struct screen *s);

#endif
