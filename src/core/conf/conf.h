/*
 * conf.h - reads an ini file against a table of options. The table is the only place where a setting is named:
 * parsing, --help, `check`, the manual and the settings screen all read it.
 *
 * Errors say `file:line: what, expected, found, nearest name`. Keys are spelled as the system that they belong to
 * spells them. A line is a [section], KEY = VALUE (or KEY : VALUE), a comment or empty; none goes on in the next one. A comment
 * begins with ; or # at the start of a line, or with ; behind a blank. Blanks around a value do not count; in "double" or
 * 'single' quotes blanks and ; do, and a quote inside is written twice. ${VAR} takes from the environment, but not in
 * single quotes (an unset variable is an error; $${ is a plain ${). An empty value unsets a preset. A secret `password`
 * may also be given as password.file (relative to the ini file) or password.command: the first line of the file or of
 * the output, within 10 s. That also holds for passed-through keys whose name says that they are secret
 * (sasl.password.file). Values of secrets never reach a message.
 */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"

enum conf_type {
	CONF_STRING, /* char *; NULL when unset and no default */
	CONF_HOSTS, /* char *: host[:port], comma separated (core/conf/endpoint.h); schemes in front of them only where choices names them */
	CONF_BOOL,  /* bool; true/false, on/off, yes/no, 1/0 */
	CONF_INT,   /* int64_t, between min and max */
	CONF_BYTES, /* int64_t bytes; 64M; -1 where min allows it */
	CONF_DURATION, /* int64_t milliseconds; 5s, 500ms, a bare number is ms; -1 where min allows it */
	CONF_CHOICE,   /* int: index into choices */
	CONF_LIST,     /* struct conf_list: comma separated, blanks trimmed */
	CONF_CODE,     /* struct conf_code: a line of a script, and which line of the file it is */
	CONF_PAIRS     /* struct conf_pairs: collects every key of the section that no row names, or `prefix.*` rows */
};

struct conf_list {
	char **items;
	size_t count;
};

struct conf_code {
	char *text; /* NULL when unset */
	int line;
};

struct conf_pair {
	char *key, *value;
	int line; /* where it was set; 0: default */
};
struct conf_pairs {
	struct conf_pair *items;
	size_t count;
};

enum {
	CONF_SECRET = 1,   /* never printed; also KEY.file and KEY.command */
	CONF_LIVE = 2,	   /* SIGHUP applies it; others need a restart */
	CONF_REQUIRED = 4, /* wherever its section stands in the file */
	CONF_HIDDEN = 8	   /* for tests: works, but not in help and manual */
};

struct conf_option {
	const char *section; /* "mysql"; sections with a name ("table testdb.orders") have an option row of section "table" */
	const char *key; /* "snapshot.mode"; "*" with CONF_PAIRS takes all other keys */
	enum conf_type type;
	size_t offset;	     /* in the settings struct, or in the named section's own struct */
	const char *preset;  /* the default as text; NULL: none */
	const char *choices; /* CONF_CHOICE: "initial|initial_only|..."; INT, BYTES, DURATION: "min..max" */
	unsigned flags;
	const char *help; /* one line */
};

struct conf_table {
	const struct conf_option *options; /* ends with section NULL */
	/* A named section ("[table db.t]"): returns the struct that its rows write to, created (conf_preset_named())
	 * when new. */
	void *(*named)(void *settings, const char *section, const char *name);
	const char *named_section; /* which section has names; NULL: "table" */
	/* What is known about a key that no row has, for the message; NULL: nothing. May be NULL itself. */
	const char *(*explain)(const char *section, const char *key);
	/* Called with each file that a secret stands in: a KEY.file, or the configuration itself. May be NULL. */
	void (*keeps_secret)(void *settings, const char *path);
};

int conf_load(const struct conf_table *table, void *settings, const char *path,
		struct err *err); /* presets first, then the file */
int conf_load_text(const struct conf_table *table, void *settings, const char *name, const char *text, struct err *err);
void conf_free(const struct conf_table *table, void *settings); /* the values of unnamed sections */
void conf_free_named(const struct conf_table *table, const char *section, void *strukt);
void conf_preset_named(const struct conf_table *table, const char *section, void *strukt);
/* For help, manual, check: the value as text; secrets as "(set)" or "(not set)". */
void conf_format(const struct conf_option *option, const void *settings, struct buf *out);
bool conf_key_is_secret(const char *key); /* of passed-through keys, by their name */
/* Comma separated, blanks trimmed; a comma inside brackets or behind a backslash belongs to its item. */
void conf_list_parse(struct conf_list *list, const char *text);
void conf_list_free(struct conf_list *list);
/* Tells each key of the row whose value is not the same in both structs: of CONF_PAIRS there may be several. */
typedef void conf_change_fn(void *arg, const struct conf_option *option, const char *key);
void conf_changes(const struct conf_option *option, const void *a, const void *b, conf_change_fn *tell, void *arg);
size_t conf_field_size(const struct conf_option *option);
const char *conf_nearest(const char *word, const char *const *names, size_t count); /* NULL when nothing is near */

#endif
