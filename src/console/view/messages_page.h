/* messages_page.h - the state of the view of messages: what the list (view_messages.c) and one message (messages_detail.c) share. */
#ifndef CONSOLE_MESSAGES_PAGE_H
#define CONSOLE_MESSAGES_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "console/view/view_page.h"

enum { MESSAGES_KEPT = 10000 }; /* rows; older ones go while it follows */

struct message_row {
	int32_t partition;
	int64_t offset, ms, size;
	char op;
	char *table, *key, *what, *topic; /* one piece of memory, at table; topic "": the page's only one */
};

enum detail_tab { TAB_ROW, TAB_KEY, TAB_HEADERS, TAB_SOURCE, TAB_VALUE, TAB_HEX, TAB_COUNT };

struct messages_page {
	char topic[MESSAGES_TOPIC_ROOM], seek[64], filter[512];
	bool latest;  /* the newest message of each key alone */
	int64_t left; /* messages of more keys than the engine remembers */
	struct message_row *rows;
	size_t count, cap;
	uint64_t fresh; /* rows that came since the cursor left the end */
	bool follow, running, caught_up;
	int64_t scanned, done, total, matched, errors, bytes;
	char error[300]; /* of the filter, the first one */
	char why[512];	 /* the request failed; "" */
	struct {	 /* one message */
		bool open;
		bool whole; /* without the list above it */
		json_t *o;  /* NULL until it has come */
		char why[512];
		enum detail_tab tab;
		int top, lines; /* as drawn last */
		struct buf hex;
	} detail;
	struct {			   /* two that are compared */
		int asked;		   /* how many of them; 0: none is */
		json_t *first;		   /* until the second has come */
		struct message_row second; /* its place, the topic apart: the list may have dropped its texts */
		char topic[600];	   /* of it */
	} pair;
	struct { /* being written to a file */
		FILE *file;
		char path[512];
		bool csv;
		uint64_t lines;
	} save;
	struct buf copied;
};

void messages_rows_add(struct messages_page *p, const json_t *o); /* a line of form list */
void messages_rows_progress(struct messages_page *p, const json_t *o);
void messages_rows_drop(struct messages_page *p, size_t n); /* the oldest */
extern const struct grid_source view_messages_source;
void messages_detail_ask(struct messages_page *p, const struct message_row *row, struct view_order *out);
void messages_difference_begin(struct messages_page *p, const struct grid *g, struct view_order *out);
void messages_difference_next(struct messages_page *p, struct view_order *out); /* one of them is there */
void messages_difference_end(struct messages_page *p);
void messages_detail_close(struct messages_page *p);
void messages_detail_answer(struct messages_page *p, const char *line, size_t len);
bool messages_detail_act(struct messages_page *p, enum action action, struct view_order *out);
void messages_detail_draw(struct messages_page *p, struct canvas *cv, struct area at);
void messages_save_begin(struct messages_page *p, const char *path, struct view_order *out);
void messages_save_answer(struct messages_page *p, const char *line, size_t len, struct view_order *out);
void messages_save_end(struct messages_page *p, const char *why, struct view_order *out);
/* "messages topic=.. seek=.." with what chooses: the same for the list, a message and a file. */
void messages_request(const struct messages_page *p, struct view_order *out, enum view_lane lane);

#endif
