/*
 * grid.h - the list that most views are: columns, a cursor, an order, a filter. It knows nothing of what it lists (`of`): a
 * source answers with texts and compares rows. The cursor stays on its row by name when the rows move.
 */
#ifndef CONSOLE_GRID_H
#define CONSOLE_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "console/canvas/canvas.h"

#define GRID_TEXT 600
#define GRID_MARKS 100
#define GRID_KEY 640 /* TABLE_NAME_ROOM and more */

struct grid_column {
	const char *title;
	int width; /* of numbers, right-aligned; negative: text, left-aligned, at least this wide */
	int share; /* of what is left over; 0: fixed */
	int drop;  /* columns with the highest number go first when the screen is narrow; 0: never */
};

struct grid_text {
	char text[GRID_TEXT];
	enum role role;
};

struct grid_source {
	const struct grid_column *columns;
	int ncolumns;
	size_t (*count)(const void *of);
	void (*cell)(const void *of, size_t row, int column, struct grid_text *out);
	/* A column that is a picture, in place of its text; NULL: none is. */
	void (*paint)(const void *of, size_t row, struct canvas *cv, int y, int x, int width);
	int painted;
	/* The natural order of a column, best to look at first; NULL: rows stand as they come. */
	int (*compare)(const void *of, int column, size_t a, size_t b);
	void (*key)(const void *of, size_t row, char out[GRID_KEY]); /* what names the row */
	int fitted; /* 1 + the column that is as wide as its widest text in sight: times of another day have a date. 0: none */
	bool follow; /* the cursor on the last row stays on the last row */
	bool lead; /* new rows come first: the cursor on the first row stays there, any other one where it is on the screen */
	const char *empty; /* told when there is nothing, and why */
};

struct grid {
	int sort; /* a column; -1: as it comes */
	bool inverted;
	char filter[128];
	bool partial; /* there are more rows than the source has; set before grid_update() */
	/* the rows as shown; rebuilt by grid_update() */
	size_t *order;
	size_t count, cap, total;
	size_t cursor, top;
	char key[GRID_KEY]; /* of the row under the cursor */
	bool at_end;
	int y, x, drawn;	 /* the first row as drawn last, and how many; drawn 0: it was not */
	unsigned hidden;	 /* columns that are not wanted, a bit each; never the first */
	int fit;		 /* of the source's `fitted`, as drawn last */
	int left, width;	 /* columns behind the first that are moved out to the left; of a line, as drawn last */
	char (*marks)[GRID_KEY]; /* rows that are marked, by name, in the order of marking; at most GRID_MARKS */
	size_t nmarks;
};

void grid_init(struct grid *g, int sort);
void grid_done(struct grid *g);
void grid_update(struct grid *g, const struct grid_source *source, const void *of);
void grid_move(struct grid *g, const struct grid_source *source, const void *of,
		long by);			       /* clamps; LONG_MIN, LONG_MAX: ends */
bool grid_selected(const struct grid *g, size_t *row); /* false when there is none */
/* To the next (step 1) or last (-1) row that has the text in a cell, whatever its case, and round the ends; false: none. */
bool grid_find(struct grid *g, const struct grid_source *source, const void *of, const char *text, int step);
/* Marks the row under the cursor, or takes its mark away, and goes to the next row. */
void grid_mark(struct grid *g, const struct grid_source *source, const void *of);
/* Marks all rows from the one that was marked last to the one under the cursor, without one that one alone; false: there are marks enough. */
bool grid_mark_range(struct grid *g, const struct grid_source *source, const void *of);
void grid_unmark(struct grid *g);	    /* all */
void grid_hide(struct grid *g, int column); /* or shows it again; the first one stays */
/* "a,b": the marked names. false: they do not fit. */
bool grid_marks_join(const struct grid *g, const char *between, char *out, size_t size);
void grid_shift(struct grid *g, const struct grid_source *source,
		int by); /* by a column to the right, as long as one does not fit */
/* The row that was drawn there, if there was one: the cursor goes to it. */
bool grid_click(struct grid *g, const struct grid_source *source, const void *of, int y, int x);
void grid_reset(struct grid *g); /* cursor, marks and filter as at first */
void grid_draw(struct grid *g, const struct grid_source *source, const void *of, struct canvas *cv, int y, int x,
		int height, int width);

#endif
