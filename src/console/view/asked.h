/*
 * asked.h - the state of a page whose list is the answer of a request, a line of JSON a row. While it is shown the request is made again
 * with each status; the rows that are shown change when the answer has come whole, so that none flickers.
 */
#ifndef CONSOLE_ASKED_H
#define CONSOLE_ASKED_H

#include <jansson.h>

#include "console/view/view_page.h"

enum { ASKED_MOST = 20000 };

struct asked_rows {
	json_t **items;
	size_t count, cap;
};

struct asked {
	const char *request; /* static, or of the page */
	enum view_lane lane; /* of its answers; LANE_NONE: LANE_LIST */
	int period_s;	     /* asked again so often; 0: once */
	int64_t asked_us;    /* monotonic */
	bool running, known; /* known: an answer has come whole */
	size_t cursor;	     /* the row under it when the list was drawn last; SIZE_MAX: none */
	bool past;	     /* a screen of the past is shown: nothing is asked */
	struct asked_rows shown, coming;
	char why[512];
	const struct status *status; /* lent; NULL before the first */
	struct buf text;	     /* for the overlay or the clipboard */
};

void asked_begin(struct asked *a, const char *request, int period_s, struct view_order *out);
void asked_status(void *state, const struct status *s, struct view_order *out);
void asked_answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out);
void asked_answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out);
void asked_done(void *state);
/* A row that the page makes itself, from a status of the past. */
void asked_add(struct asked *a, json_t *row);
void asked_forget(struct asked *a); /* what it shows, and that it was asked */
size_t asked_count(const void *of);
/* Of a row. A figure that is not there is -1, a text "". */
int64_t asked_figure(const struct asked *a, size_t row, const char *name);
const char *asked_text(const struct asked *a, size_t row, const char *name);
/* The list, or why there is none. */
void asked_draw(struct asked *a, struct grid *g, const struct grid_source *source, struct canvas *cv, struct area at);
/* The same of a page that has more than that in its state. */
void asked_draw_of(struct asked *a, const void *of, struct grid *g, const struct grid_source *source, struct canvas *cv,
		struct area at);

#endif
