/*
 * keymap_file.c - keys of one's own: a file with a line an action, `search = / Ctrl-F`, in the place of the keys of the table. It is taken whole or not at
 * all, and a key never means two things on a screen. Before any thread and any screen; the table is fixed from then on. @thread ui
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/keys/keymap.h"
#include "core/conf/conf.h"
#include "core/text.h"

enum { ROWS_MOST = 128, LABEL = 64, LINE = 512, LINES_MOST = 512 };
#define BLANK " \t\r\n"

static struct key_binding fresh[ROWS_MOST], in_force[ROWS_MOST];
static char fresh_labels[ROWS_MOST][LABEL], labels[ROWS_MOST][LABEL];

enum { NAMES = ACTION_GO + VIEW_COUNT };

static const char *const names[NAMES] = {
	[ACTION_NONE] = "",
	[ACTION_NEXT_VIEW] = "next-view",
	[ACTION_PREVIOUS_VIEW] = "previous-view",
	[ACTION_UP] = "up",
	[ACTION_DOWN] = "down",
	[ACTION_PAGE_UP] = "page-up",
	[ACTION_PAGE_DOWN] = "page-down",
	[ACTION_HALF_UP] = "half-up",
	[ACTION_HALF_DOWN] = "half-down",
	[ACTION_FIRST] = "first",
	[ACTION_LAST] = "last",
	[ACTION_LEFT] = "left",
	[ACTION_RIGHT] = "right",
	[ACTION_OPEN] = "open",
	[ACTION_BACK] = "back",
	[ACTION_FILTER] = "filter",
	[ACTION_SEARCH] = "search",
	[ACTION_NEXT] = "next",
	[ACTION_PREVIOUS] = "previous",
	[ACTION_SORT] = "sort",
	[ACTION_SORT_BACK] = "sort-back",
	[ACTION_INVERT] = "invert",
	[ACTION_MESSAGES] = "messages",
	[ACTION_TOPIC] = "topic",
	[ACTION_SEEK] = "seek",
	[ACTION_FOLLOW] = "follow",
	[ACTION_LATEST] = "latest",
	[ACTION_NEXT_RECORD] = "next-record",
	[ACTION_PREVIOUS_RECORD] = "previous-record",
	[ACTION_NEXT_TAB] = "next-tab",
	[ACTION_PREVIOUS_TAB] = "previous-tab",
	[ACTION_COPY] = "copy",
	[ACTION_SAVE] = "save",
	[ACTION_TRACE] = "trace",
	[ACTION_PAST_BACK] = "past-back",
	[ACTION_PAST_ON] = "past-on",
	[ACTION_PAST] = "past",
	[ACTION_FREEZE] = "freeze",
	[ACTION_PAUSE_RESUME] = "pause-resume",
	[ACTION_PAUSE] = "pause",
	[ACTION_RESUME] = "resume",
	[ACTION_MARK] = "mark",
	[ACTION_UNMARK] = "unmark",
	[ACTION_MARK_RANGE] = "mark-range",
	[ACTION_COLUMNS] = "columns",
	[ACTION_WHOLE] = "whole",
	[ACTION_REPAIR] = "repair",
	[ACTION_DISCARD] = "discard",
	[ACTION_DEAD] = "dead",
	[ACTION_STAGES] = "stages",
	[ACTION_WIDER] = "longer",
	[ACTION_NARROWER] = "shorter",
	[ACTION_BESIDE] = "compare",
	[ACTION_CHECK] = "check",
	[ACTION_APPLY] = "apply",
	[ACTION_ROLL_BACK] = "roll-back",
	[ACTION_VERSIONS] = "versions",
	[ACTION_DIFFERENCE] = "difference",
	[ACTION_PROFILE] = "profile",
	[ACTION_EDIT] = "edit",
	[ACTION_EDITED] = "",
	[ACTION_ACKNOWLEDGE] = "acknowledge",
	[ACTION_COMMAND] = "command",
	[ACTION_MENU] = "menu",
	[ACTION_REPAINT] = "repaint",
	[ACTION_QUIT] = "quit",
	[ACTION_INTERRUPT] = "interrupt",
	[ACTION_SUSPEND] = "suspend",
	/* views, as `millrace dump` calls them; those without a key of their own are opened from others */
	[ACTION_GO + VIEW_OVERVIEW] = "overview",
	[ACTION_GO + VIEW_METRICS] = "metrics",
	[ACTION_GO + VIEW_TOPICS] = "topics",
	[ACTION_GO + VIEW_LAG] = "lag",
	[ACTION_GO + VIEW_TABLES] = "tables",
	[ACTION_GO + VIEW_EVENTS] = "events",
	[ACTION_GO + VIEW_SCRIPTS] = "scripts",
	[ACTION_GO + VIEW_LOAD] = "load",
	[ACTION_GO + VIEW_SNAPSHOTS] = "snapshots",
	[ACTION_GO + VIEW_CONFIG] = "config",
	[ACTION_GO + VIEW_PROBLEMS] = "problems",
	[ACTION_GO + VIEW_HELP] = "help",
	[ACTION_GO + VIEW_SESSIONS] = "sessions",
};

static const struct {
	const char *name;
	uint32_t key;
} special[] = {
	{ "Tab", KEYCODE_TAB },
	{ "Shift-Tab", KEYCODE_BACKTAB },
	{ "Space", ' ' },
	{ "Enter", KEYCODE_ENTER },
	{ "Esc", KEYCODE_ESCAPE },
	{ "Up", KEYCODE_UP },
	{ "Down", KEYCODE_DOWN },
	{ "Left", KEYCODE_LEFT },
	{ "Right", KEYCODE_RIGHT },
	{ "PgUp", KEYCODE_PAGE_UP },
	{ "PgDn", KEYCODE_PAGE_DOWN },
	{ "Home", KEYCODE_HOME },
	{ "End", KEYCODE_END },
	{ "F1", KEYCODE_F1 },
};

const char *keymap_name(enum action action)
{
	return (int)action < NAMES && names[action] ? names[action] : "";
}

/* KEYCODE_NONE: no such key */
static uint32_t key_of(const char *word)
{
	uint32_t code;
	size_t len = strlen(word);

	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (strcasecmp(special[i].name, word) == 0)
			return special[i].key;
	if (len == 6 && strncasecmp(word, "Ctrl-", 5) == 0 && ((word[5] | 32) >= 'a' && (word[5] | 32) <= 'z'))
		return (uint32_t)KEYCODE_CTRL(word[5]);
	return len && text_decode(word, len, &code) == len && text_printable(code) ? code : KEYCODE_NONE;
}

static enum action action_of(const char *word)
{
	for (int i = 1; i < NAMES; i++)
		if (names[i] && names[i][0] && strcmp(names[i], word) == 0)
			return (enum action)i;
	return ACTION_NONE;
}

static const char *nearest(const char *word)
{
	const char *known[NAMES];
	size_t n = 0;

	for (int i = 1; i < NAMES; i++)
		if (names[i] && names[i][0])
			known[n++] = names[i];
	return conf_nearest(word, known, n);
}

struct reading {
	const char *path;
	int line;
	size_t rows;
	struct err *err;
};

static void set_keys(const struct reading *r, enum action action, const uint32_t *keys, const char *label)
{
	for (size_t i = 0; i < r->rows; i++) {
		if (fresh[i].action != action)
			continue;
		memcpy(fresh[i].keys, keys, sizeof(fresh[i].keys));
		snprintf(fresh_labels[i], LABEL, "%s", label[0] ? label : "(none)");
		fresh[i].label = label[0] ? labels[i] : "(none)";
	}
}

static int read_keys(const struct reading *r, char **rest, uint32_t keys[4], char label[LABEL])
{
	const char *word;

	for (size_t n = 0; (word = strtok_r(NULL, BLANK, rest)) != NULL; n++) {
		uint32_t key = key_of(word);
		size_t len = strlen(label);

		if (key == KEYCODE_NONE || n == 4)
			return err_set(r->err, ERR_CONFIG, 0,
					"%s:%d: expected at most four keys (a character, Ctrl-X, Tab, PgUp, F1, ..), found '%.40s'",
					r->path, r->line, word);
		keys[n] = key;
		snprintf(label + len, LABEL - len, "%s%s", len ? " " : "", word);
	}
	return 0;
}

/* "search = / Ctrl-F" */
static int read_line(const struct reading *r, char *text)
{
	char *rest = NULL, *name = strtok_r(text, BLANK, &rest), *sign = strtok_r(NULL, BLANK, &rest);
	uint32_t keys[4] = { 0 };
	char label[LABEL] = "";
	enum action action;
	const char *near;

	if (name == NULL || name[0] == '#')
		return 0;
	action = action_of(name);
	near = action ? NULL : nearest(name);
	if (action == ACTION_NONE)
		return err_set(r->err, ERR_CONFIG, 0, "%s:%d: '%.40s' is unknown%s%s; docs/console.md lists the names",
				r->path, r->line, name, near ? "; nearest: " : "", near ? near : "");
	if (sign == NULL || strcmp(sign, "=") != 0)
		return err_set(r->err, ERR_CONFIG, 0, "%s:%d: expected %s = KEY, found '%.40s'", r->path, r->line, name,
				sign ? sign : "nothing");
	if (read_keys(r, &rest, keys, label))
		return -1;
	if (keys[0] == 0 && (action == ACTION_QUIT || action == ACTION_BACK))
		return err_set(r->err, ERR_CONFIG, 0, "%s:%d: %s: expected a key, found none", r->path, r->line, name);
	set_keys(r, action, keys, label);
	return 0;
}

static const struct key_binding *other_of(size_t row, uint32_t key)
{
	for (size_t i = 0; i < row; i++)
		for (size_t k = 0; k < 4 && fresh[i].keys[k]; k++)
			if (fresh[i].keys[k] == key && fresh[i].scope & fresh[row].scope &&
					fresh[i].action != fresh[row].action)
				return &fresh[i];
	return NULL;
}

static int check_doubles(const struct reading *r)
{
	for (size_t i = 0; i < r->rows; i++)
		for (size_t k = 0; k < 4 && fresh[i].keys[k]; k++) {
			const struct key_binding *other = other_of(i, fresh[i].keys[k]);

			if (other)
				return err_set(r->err, ERR_CONFIG, 0,
						"%s: the key '%.20s' would be %s and %s on one screen; give one of them another",
						r->path, fresh[i].label[0] ? fresh[i].label : "?",
						keymap_name(other->action), keymap_name(fresh[i].action));
		}
	return 0;
}

static int read_lines(struct reading *r, FILE *f)
{
	char text[LINE];

	while (fgets(text, sizeof(text), f)) {
		if (++r->line > LINES_MOST || (strchr(text, '\n') == NULL && !feof(f)))
			return err_set(r->err, ERR_CONFIG, 0, "%s:%d: expected at most %d lines of %d bytes", r->path,
					r->line, LINES_MOST, LINE);
		if (read_line(r, text))
			return -1;
	}
	return 0;
}

int keymap_load(const char *path, struct err *err)
{
	struct reading r = { .path = path, .err = err };
	const struct key_binding *table;
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return errno == ENOENT ? 0 : err_set(err, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
	keymap_use(NULL);
	table = keymap_table(&r.rows);
	if (r.rows > ROWS_MOST)
		r.rows = ROWS_MOST;
	memcpy(fresh, table, r.rows * sizeof(*table));
	rc = read_lines(&r, f) || check_doubles(&r) ? -1 : 0;
	fclose(f);
	if (rc)
		return -1;
	memcpy(in_force, fresh, sizeof(in_force));
	memcpy(labels, fresh_labels, sizeof(labels));
	keymap_use(in_force);
	return 0;
}
