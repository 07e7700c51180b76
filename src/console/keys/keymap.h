/*
 * keymap.h - one table of keys. Dispatch, the hint bar, the help screen and its test read it; a key that is not in it
 * does nothing. A key never means two things.
 */
#ifndef CONSOLE_KEYMAP_H
#define CONSOLE_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

#include "console/canvas/keycode.h"
#include "console/keys/view_id.h"
#include "core/err.h"

enum action {
	ACTION_NONE,
	ACTION_NEXT_VIEW,
	ACTION_PREVIOUS_VIEW,
	ACTION_UP,
	ACTION_DOWN,
	ACTION_PAGE_UP,
	ACTION_PAGE_DOWN,
	ACTION_HALF_UP,
	ACTION_HALF_DOWN,
	ACTION_FIRST,
	ACTION_LAST,
	ACTION_LEFT,
	ACTION_RIGHT,
	ACTION_OPEN,
	ACTION_BACK,
	ACTION_FILTER,
	ACTION_SEARCH,
	ACTION_NEXT,
	ACTION_PREVIOUS,
	ACTION_SORT,
	ACTION_SORT_BACK,
	ACTION_INVERT,
	ACTION_MESSAGES,
	ACTION_TOPIC,
	ACTION_SEEK,
	ACTION_FOLLOW,
	ACTION_LATEST,
	ACTION_NEXT_RECORD,
	ACTION_PREVIOUS_RECORD,
	ACTION_NEXT_TAB,
	ACTION_PREVIOUS_TAB,
	ACTION_COPY,
	ACTION_SAVE,
	ACTION_TRACE,
	ACTION_PAST_BACK,
	ACTION_PAST_ON,
	ACTION_PAST,
	ACTION_FREEZE,
	ACTION_PAUSE_RESUME,
	ACTION_PAUSE,
	ACTION_RESUME,
	ACTION_MARK,
	ACTION_UNMARK,
	ACTION_MARK_RANGE,
	ACTION_COLUMNS,
	ACTION_WHOLE,
	ACTION_REPAIR,
	ACTION_DISCARD,
	ACTION_DEAD,
	ACTION_STAGES,
	ACTION_WIDER,
	ACTION_NARROWER,
	ACTION_BESIDE,
	ACTION_CHECK,
	ACTION_APPLY,
	ACTION_ROLL_BACK,
	ACTION_VERSIONS,
	ACTION_DIFFERENCE,
	ACTION_PROFILE,
	ACTION_EDIT,
	ACTION_EDITED, /* of no key: the editor has ended */
	ACTION_ACKNOWLEDGE,
	ACTION_COMMAND,
	ACTION_MENU,
	ACTION_REPAINT,
	ACTION_QUIT,
	ACTION_INTERRUPT,
	ACTION_SUSPEND,
	ACTION_GO /* + enum view_id: to that view. The last one */
};

enum {
	SCOPE_OVERVIEW = 1,
	SCOPE_STAGES = 2,
	SCOPE_TABLES = 4,
	SCOPE_TOPICS = 8,
	SCOPE_EVENTS = 16,
	SCOPE_HELP = 32,
	SCOPE_PROBLEMS = 64,
	SCOPE_MESSAGES = 128,
	SCOPE_LOAD = 256,
	SCOPE_LAG = 512,
	SCOPE_SNAPSHOTS = 1024,
	SCOPE_CONFIG = 2048,
	SCOPE_DEAD = 4096,
	SCOPE_PROBLEM = 8192,
	SCOPE_SCRIPTS = 16384,
	SCOPE_METRICS = 32768,
	SCOPE_SCRIPT = 65536,
	SCOPE_SESSIONS = 131072,
	SCOPE_TOPIC = 262144,
	SCOPE_LISTS = SCOPE_STAGES | SCOPE_TABLES | SCOPE_TOPICS | SCOPE_EVENTS | SCOPE_PROBLEMS | SCOPE_MESSAGES |
			SCOPE_LOAD | SCOPE_LAG | SCOPE_SNAPSHOTS | SCOPE_CONFIG | SCOPE_DEAD | SCOPE_METRICS |
			SCOPE_SCRIPTS | SCOPE_SESSIONS,
	SCOPE_SORTED = SCOPE_STAGES | SCOPE_TABLES | SCOPE_TOPICS | SCOPE_LOAD | SCOPE_LAG | SCOPE_CONFIG |
			SCOPE_METRICS | SCOPE_SCRIPTS,
	SCOPE_ALL = 0x7ffff
};

struct key_binding {
	uint32_t keys[4]; /* ends with 0 when fewer */
	enum action action;
	unsigned scope;	   /* views in which the key works */
	const char *label; /* "j Down" for help */
	const char *hint;  /* in the hint bar; NULL: not there */
	const char *help;
};

const struct key_binding *keymap_table(size_t *count);
/* Keys of one's own, from a file; one that is not there changes nothing. -1: what is wrong with it, and no key is another one. */
int keymap_load(const char *path, struct err *err);
const char *keymap_name(enum action action);	  /* in such a file; "": it has no key of one's own */
void keymap_use(const struct key_binding *table); /* as many rows, lent; NULL: those of the program */
/* The command that does the same; words in capitals are what the cursor is on. NULL: none does. */
const char *keymap_command(enum action action);
/* What a key is for: the line under the cursor, something that is asked of the engine as it is now, something that it changes. */
enum { KEY_OF_LINE = 1, KEY_OF_NOW = 2, KEY_CHANGES = 4 };
unsigned keymap_kind(enum action action);
enum action keymap_find(uint32_t key, unsigned scope); /* ACTION_NONE when there is none */
char keymap_of_view(enum view_id view); /* the key that goes there; a blank: none that is one plain character */

#endif
