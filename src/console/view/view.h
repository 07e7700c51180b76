/*
 * view.h - one row a view: its name, the list behind it, how it is drawn. A view sees the engine's status, or the state of its own page, and nothing
 * else, so that tests hand it one of their own making.
 */
#ifndef CONSOLE_VIEW_H
#define CONSOLE_VIEW_H

#include "console/canvas/canvas.h"
#include "console/keys/view_id.h"
#include "console/view/view_page.h"
#include "console/widget/grid.h"
#include "core/buf.h"
#include "engine/status/status.h"

enum { VIEW_COMMAND = 900 };

struct view_under { /* what the cursor is on; "" for what it is not */
	char table[GRID_KEY], topic[GRID_KEY];
	char held[GRID_KEY];				   /* capture, load or a table */
	char group[GRID_KEY];				   /* of consumers */
	char problem[64], subject[GRID_KEY];		   /* its code, and of what */
	char job[GRID_KEY];				   /* of Routine Load */
	char request[VIEW_COMMAND], command[VIEW_COMMAND]; /* that end the problem */
	char by[64];					   /* who knows of it */
};

struct view {
	const char *name;
	const char *brief;		  /* in the tabs of a narrow screen; NULL: the name */
	unsigned scope;			  /* of the key map */
	int sort;			  /* the column to sort by at first; -1: as it comes */
	const struct grid_source *source; /* what the cursor moves over */
	const char *list;		  /* of the status, which may be long; NULL: none */
	const char *const *fields;	  /* of that list, by column: what it is sorted by. NULL: as it comes */
	void (*draw)(struct grid *g, const struct status *s, struct canvas *cv,
			struct area at); /* NULL: the list fills the view */
	/* Everything about a row, as "label: value" lines. */
	void (*detail)(const struct status *s, size_t row, struct buf *out);
	/* A row, whole, as a line of a file without its end. NULL: the list is not saved. */
	void (*save)(const struct status *s, size_t row, bool json, struct buf *out);
	/* What `p` would hold: "capture", "load" or a table; and whether it is held now. NULL: nothing. */
	const char *(*target)(const struct status *s, size_t row, bool *paused);
	/* What `r` asks the engine for, and `a`: requests as they are typed. NULL: nothing */
	const char *(*repair)(const struct status *s, size_t row);
	void (*acknowledge)(const struct status *s, size_t row, char *out, size_t size);
	/* What is under the cursor, besides what `target` and `topic` say; NULL: no more. */
	void (*under)(const struct status *s, size_t row, struct view_under *out);
	/* The topic of a row, or a table that stands for one. NULL: none */
	void (*topic)(const struct status *s, size_t row, char *out, size_t size);
	/* The page that Enter opens, and for what; "" none. A view without `subject` opens none. */
	enum view_id opens;
	void (*subject)(const struct status *s, size_t row, char *out, size_t size);
	const struct view_page *page; /* it has a state of its own, and the list is over that; NULL: over the status */
};

const struct view *view_get(enum view_id id);

extern const char *const view_tables_fields[], *const view_topics_fields[], *const view_scripts_fields[];
extern const struct grid_source view_stages_source, view_tables_source, view_topics_source, view_events_source,
		view_problems_source, view_help_source, view_messages_source, view_load_source, view_lag_source,
		view_snapshots_source, view_config_source, view_dead_source, view_metrics_source, view_problem_source,
		view_scripts_source, view_script_source, view_sessions_source, view_topic_source;
extern const struct view_page view_messages_page, view_load_page, view_lag_page, view_config_page, view_dead_page,
		view_metrics_page, view_problem_page, view_script_page, view_topic_page;
void view_scripts_subject(const struct status *s, size_t row, char *out, size_t size);
void view_scripts_detail(const struct status *s, size_t row, struct buf *out);
void view_scripts_under(const struct status *s, size_t row, struct view_under *out);
void view_scripts_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at);
void view_snapshots_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at);
const char *view_snapshots_target(const struct status *s, size_t row, bool *paused);
void view_snapshots_topic(const struct status *s, size_t row, char *out, size_t size);
void view_overview_draw(struct grid *g, const struct status *s, struct canvas *cv, struct area at);
enum role view_problem_role(const struct status_problem *p);
void view_problems_detail(const struct status *s, size_t row, struct buf *out);
void view_problem_under(const struct status_problem *p, struct view_under *out);
void view_problems_under(const struct status *s, size_t row, struct view_under *out);
void view_problems_subject(const struct status *s, size_t row, char *out, size_t size);
const char *view_problems_request(const struct status *s, size_t row);
void view_problems_acknowledge(const struct status *s, size_t row, char *out, size_t size);
void view_stages_detail(const struct status *s, size_t row, struct buf *out);
const char *view_stages_target(const struct status *s, size_t row, bool *paused);
/* A snapshot that runs, in one line; false: none does. Its tables, as "label: value" lines. */
bool view_reading_title(const struct status *s, char *out, size_t size);
void view_reading_detail(const struct status *s, struct buf *out);
void view_tables_detail(const struct status *s, size_t row, struct buf *out);
const char *view_tables_target(const struct status *s, size_t row, bool *paused);
void view_tables_topic(const struct status *s, size_t row, char *out, size_t size);
void view_topics_detail(const struct status *s, size_t row, struct buf *out);
void view_topics_topic(const struct status *s, size_t row, char *out, size_t size);
void view_sessions_detail(const struct status *s, size_t row, struct buf *out);
void view_events_save(const struct status *s, size_t row, bool json, struct buf *out);
void view_events_detail(const struct status *s, size_t row, struct buf *out);

#endif
