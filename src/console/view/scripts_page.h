/* scripts_page.h - between the files of the page of a script: view_script.c (keys, requests), scripts_answer.c (what requests answer, as lines),
 * scripts_draw.c (what it looks like); and the list that opens it, view_scripts.c. @thread ui */
#ifndef CONSOLE_SCRIPTS_PAGE_H
#define CONSOLE_SCRIPTS_PAGE_H

#include <jansson.h>

#include "console/view/view_page.h"

enum scripts_level { SCRIPTS_ONE, SCRIPTS_VERSIONS, SCRIPTS_ANSWER };
/* What the answer is of. A change is asked for by a second key, when what it would do is shown. */
enum scripts_ask {
	ASK_NOTHING,
	ASK_SHOW,
	ASK_TRY_APPLY,
	ASK_APPLY,
	ASK_TRY_ROLL_BACK,
	ASK_ROLL_BACK,
	ASK_DIFFERENCE,
	ASK_PROFILE
};

struct scripts_rows {
	json_t **items;
	size_t count, cap;
};

struct scripts_line { /* of an answer, as it is shown */
	char *text;
	enum role role;
};

struct scripts_page {
	const struct status *status;	/* lent; NULL before the first */
	enum scripts_level level, back; /* back: of an answer */
	enum scripts_level first;	/* what it was opened with: Esc closes it there */
	char wanted[GRID_KEY];		/* that it was opened with and that was not found yet */
	char table[TABLE_NAME_ROOM], script[128];
	unsigned place;
	struct scripts_rows versions, failures, lines, profile; /* of the script that is shown */
	char path[1024], files[20], files_why[512];		/* of its file; what the files are now */
	enum scripts_ask ask;
	bool running, tried; /* tried: what a version would do is shown */
	char version[20];    /* that is to be rolled back to; "" the one before */
	char marked[20];     /* the version that another one is compared with; "" none */
	char sides[2][20];   /* that are compared: versions, "running", "files" */
	char why[512];
	struct scripts_line *answer;
	size_t nanswer, cap_answer;
	size_t cursor;	/* of versions */
	int top, count; /* of lines, as drawn last */
};

void scripts_key(const struct status_script *s, char out[GRID_KEY]);	 /* what names a line of the list */
const struct status_script *scripts_shown(const struct scripts_page *p); /* NULL: it does not run any more */
const char *scripts_text(const json_t *o, const char *name);		 /* "" not there */
int64_t scripts_number(const json_t *o, const char *name);		 /* 0: not there */

/* scripts_answer.c */
void scripts_answer_clear(struct scripts_page *p);
void scripts_answer_line(struct scripts_page *p, const json_t *o); /* of apply, roll back, difference */
void scripts_answer_title(const struct scripts_page *p, char *out, size_t size);

/* scripts_draw.c */
void scripts_draw_one(struct scripts_page *p, struct canvas *cv, struct area at);
void scripts_draw_versions(struct scripts_page *p, struct canvas *cv, struct area at);
void scripts_draw_answer(struct scripts_page *p, struct canvas *cv, struct area at);

#endif
