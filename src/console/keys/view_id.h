/* view_id.h - the views, in the order of their tabs. Each has a row in view.c, and its key a row in keymap.c. */
#ifndef CONSOLE_VIEW_ID_H
#define CONSOLE_VIEW_ID_H

enum view_id {
	VIEW_OVERVIEW,
	VIEW_METRICS,
	VIEW_TOPICS,
	VIEW_LAG,
	VIEW_TABLES,
	VIEW_EVENTS,
	VIEW_SCRIPTS,
	VIEW_LOAD,
	VIEW_SNAPSHOTS,
	VIEW_CONFIG,
	VIEW_PROBLEMS,
	VIEW_HELP,
	VIEW_MESSAGES,
	VIEW_DEAD,
	VIEW_STAGES,
	VIEW_PROBLEM,
	VIEW_SCRIPT,
	VIEW_SESSIONS,
	VIEW_TOPIC,
	VIEW_COUNT,
	VIEW_TABS = VIEW_HELP + 1 /* those with a key of their own; the others are opened from them */
};

#endif
