/*
 * conf.c - the ini file against the table of options.
 *
 * The syntax is small enough to be read here (conf.h says what it is): libinih, which reads it elsewhere, cuts section
 * names at 50 bytes and lines at 200 without a word, and takes an indented line for a continuation. A list of tables or
 * a GTID set is longer than that. Each message names its line, what was expected, what was found and the nearest name.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf/conf_part.h"
#include "core/xalloc.h"

#define FILE_MAX (1 << 20)
#define LINE_BYTES_MAX (256 << 10)
#define COMMAND_TIMEOUT_MS 10000

struct seen { /* a setting that the file has set; option NULL: the section itself */
	char *section, *key;
	const struct conf_option *option;
	int line;
};

struct conf_reading {
	const struct conf_table *table;
	void *settings;
	const char *file; /* its name for messages */
	int line;
	char *section; /* as it stands in brackets; NULL: none yet */
	void *base;    /* the struct that the section's rows write to */
	struct seen *seen;
	size_t nseen;
	struct err *err;
	bool failed;
};

__attribute__((format(printf, 3, 4))) static int fail(struct conf_reading *l, int line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (l->failed)
		return 0;
	l->failed = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(l->err, ERR_CONFIG, 0, "%s:%d: %s", l->file, line, text);
	return 0;
}

static const struct seen *seen_find(const struct conf_reading *l, const char *section, const struct conf_option *option,
		const char *key)
{
	for (size_t i = 0; i < l->nseen; i++) {
		const struct seen *s = &l->seen[i];

		if (s->option == option && strcmp(s->section, section) == 0 &&
				(key == NULL || strcmp(s->key, key) == 0))
			return s;
	}
	return NULL;
}

static void seen_add(struct conf_reading *l, const struct conf_option *option, const char *key)
{
	l->seen = xrealloc(l->seen, (l->nseen + 1) * sizeof(*l->seen));
	l->seen[l->nseen++] = (struct seen){ xstrdup(l->section), xstrdup(key), option, l->line };
}

/* ---- names ---- */

static const char *named_section(const struct conf_table *table)
{
	if (table->named == NULL)
		return "";
	return table->named_section ? table->named_section : "table";
}

static bool is_named(const struct conf_table *table, const char *section)
{
	return strcmp(section, named_section(table)) == 0;
}

/* Whether a row's section is the one whose full text ("table testdb.orders") is given. */
static bool section_is(const struct conf_option *o, const char *full)
{
	size_t n = strlen(o->section);

	return strncmp(o->section, full, n) == 0 && (full[n] == '\0' || full[n] == ' ');
}

/* " nearest is 'x'" among the keys of a section, or among the sections (full NULL). */
static void nearest_text(const struct conf_reading *l, const char *word, const char *full, char *out, size_t size)
{
	const char *names[512], *near;
	size_t count = 0;

	for (const struct conf_option *o = l->table->options; o->section && count < 512; o++)
		if (full == NULL)
			names[count++] = o->section;
		else if (section_is(o, full) && !(o->flags & CONF_HIDDEN) && strchr(o->key, '*') == NULL)
			names[count++] = o->key;
	near = conf_nearest(word, names, count);
	snprintf(out, size, near ? "; nearest is '%s'" : "%s", near ? near : "");
}

/* ---- sections ---- */

static int section_unknown(struct conf_reading *l, const char *word)
{
	char near[128], list[256] = "";
	const char *last = "";

	for (const struct conf_option *o = l->table->options; o->section; o++) {
		size_t n = strlen(list);

		if (strcmp(o->section, last) != 0)
			snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", o->section);
		last = o->section;
	}
	nearest_text(l, word, NULL, near, sizeof(near));
	return fail(l, l->line, "[%s]: expected a section (%s), found '%s'%s", l->section, list, word, near);
}

static int section_open(struct conf_reading *l, const char *text, size_t len)
{
	const struct conf_option *o = l->table->options;
	char word[64];
	const char *name;
	size_t n = 0;

	while (n < len && text[n] != ' ' && text[n] != '\t')
		n++;
	snprintf(word, sizeof(word), "%.*s", (int)n, text);
	while (n < len && (text[n] == ' ' || text[n] == '\t'))
		n++;
	free(l->section); /* "table testdb.orders", with one blank */
	l->section = n == len ? xstrdup(word) : xasprintf("%s %.*s", word, (int)(len - n), text + n);
	name = n == len ? NULL : l->section + strlen(word) + 1;

	while (o->section && strcmp(o->section, word) != 0)
		o++;
	if (o->section == NULL)
		return section_unknown(l, word);
	if (is_named(l->table, word) != (name != NULL))
		return fail(l, l->line, "[%s]: expected [%s%s], found %s name", l->section, word, name ? "" : " NAME",
				name ? "a" : "no");
	l->base = name ? l->table->named(l->settings, word, name) : l->settings;
	if (l->base == NULL)
		return fail(l, l->line, "[%s]: expected a name that can be used, found '%s'", l->section, name);
	if (seen_find(l, l->section, NULL, NULL) == NULL)
		seen_add(l, NULL, "");
	return 1;
}

/* ---- keys ---- */

enum given { GIVEN_PLAIN, GIVEN_FILE, GIVEN_COMMAND };

/* "password.file" -> "password", GIVEN_FILE. The plain key when it has no such ending. */
static enum given key_split(const char *key, char *bare, size_t size)
{
	static const char *const endings[] = { [GIVEN_FILE] = ".file", [GIVEN_COMMAND] = ".command" };

	snprintf(bare, size, "%s", key);
	for (int i = GIVEN_FILE; i <= GIVEN_COMMAND; i++) {
		size_t n = strlen(endings[i]), len = strlen(bare);

		if (len > n && strcmp(bare + len - n, endings[i]) == 0) {
			bare[len - n] = '\0';
			return (enum given)i;
		}
	}
	return GIVEN_PLAIN;
}

static const struct conf_option *option_find(const struct conf_reading *l, const char *key, char *bare, size_t size,
		enum given *given)
{
	const struct conf_option *pairs = NULL;
	enum given ending = key_split(key, bare, size);

	for (const struct conf_option *o = l->table->options; o->section; o++) {
		size_t star = strcspn(o->key, "*");

		if (!section_is(o, l->section))
			continue;
		if (strcmp(o->key, key) == 0) {
			*given = GIVEN_PLAIN;
			snprintf(bare, size, "%s", key);
			return o;
		}
		if (ending != GIVEN_PLAIN && (o->flags & CONF_SECRET) && strcmp(o->key, bare) == 0) {
			*given = ending;
			return o;
		}
		if (o->type == CONF_PAIRS && strncmp(o->key, key, star) == 0 &&
				(pairs == NULL || star > strcspn(pairs->key, "*")))
			pairs = o;
	}
	*given = pairs && conf_key_is_secret(bare) ? ending : GIVEN_PLAIN;
	if (*given == GIVEN_PLAIN)
		snprintf(bare, size, "%s", key);
	return pairs;
}

/* Paths in the file are relative to it. */
static char *path_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	return *path == '/' || slash == NULL ? xstrdup(path) : xasprintf("%.*s/%s", (int)(slash - file), file, path);
}

/* The value as it is meant: variables replaced, secrets fetched. NULL after a failure. */
static char *value_fetch(struct conf_reading *l, const char *key, const char *text, enum given given, bool literal)
{
	char expected[256] = "", found[512] = "", *value, *path;
	char *expanded = literal ? xstrdup(text) : conf_expand(text, expected, found, sizeof(expected));

	value = expanded;
	if (expanded && given == GIVEN_FILE) {
		path = path_beside(l->file, expanded);
		value = conf_secret_file(path, expected, found, sizeof(expected));
		if (value && l->table->keeps_secret)
			l->table->keeps_secret(l->settings, path);
		free(path);
	} else if (expanded && given == GIVEN_COMMAND) {
		value = conf_secret_command(expanded, COMMAND_TIMEOUT_MS, expected, found, sizeof(expected));
	}
	if (value != expanded)
		free(expanded);
	if (value == NULL)
		fail(l, l->line, "[%s] %s: expected %s, found %s", l->section, key, expected, found);
	return value;
}

static void value_set(struct conf_reading *l, const struct conf_option *o, const char *key, const char *bare,
		const char *value)
{
	char expected[512];

	if (o->type == CONF_PAIRS) {
		conf_value_pair(o, l->base, bare, value, l->line);
		return;
	}
	if (*value == '\0' && (o->flags & CONF_REQUIRED))
		fail(l, l->line, "[%s] %s: expected a value, found nothing", l->section, key);
	else if (conf_value_set(o, l->base, value, expected, sizeof(expected)) != 0)
		fail(l, l->line, "[%s] %s: expected %s, found '%s'", l->section, key, expected,
				o->flags & CONF_SECRET ? "(hidden)" : value);
	else if (o->type == CONF_CODE)
		((struct conf_code *)(void *)((char *)l->base + o->offset))->line = l->line;
}

/* The section that has this key, when it is another than the one at hand. */
static const char *section_with(const struct conf_reading *l, const char *key)
{
	for (const struct conf_option *o = l->table->options; o->section; o++)
		if (strcmp(o->key, key) == 0 && !section_is(o, l->section))
			return o->section;
	return NULL;
}

static int key_unknown(struct conf_reading *l, const char *key)
{
	const char *known = l->table->explain ? l->table->explain(l->section, key) : NULL,
		   *section = section_with(l, key);
	char near[128];

	if (section)
		return fail(l, l->line, "[%s] %s: expected a key of this section, found one of [%s]: move it there",
				l->section, key, section);
	if (known)
		return fail(l, l->line, "[%s] %s: expected a key of this section, found '%s': %s", l->section, key, key,
				known);
	nearest_text(l, key, l->section, near, sizeof(near));
	return fail(l, l->line, "[%s] %s: expected a key of this section, found '%s'%s", l->section, key, key, near);
}

static bool is_secret(const struct conf_option *o, const char *bare)
{
	return o->flags & CONF_SECRET || (o->type == CONF_PAIRS && conf_key_is_secret(bare));
}

static int key_read(struct conf_reading *l, const char *key, const char *text, bool literal)
{
	const struct conf_option *o;
	const struct seen *before;
	char bare[256], *value;
	enum given given;

	if (l->section == NULL)
		return fail(l, l->line, "%s: expected a [section] first, found a key before any", key);
	o = option_find(l, key, bare, sizeof(bare), &given);
	if (o == NULL)
		return key_unknown(l, key);
	before = seen_find(l, l->section, o, o->type == CONF_PAIRS ? bare : NULL);
	if (before)
		return fail(l, l->line, "[%s] %s: expected once, found again (first in line %d)", l->section, key,
				before->line);
	value = value_fetch(l, key, text, given, literal);
	if (value == NULL)
		return 0;
	seen_add(l, o, bare);
	value_set(l, o, key, bare, value);
	if (given == GIVEN_PLAIN && *value && is_secret(o, bare) && strncmp(text, "${", 2) != 0 &&
			l->table->keeps_secret)
		l->table->keeps_secret(l->settings, l->file);
	if (is_secret(o, bare))
		explicit_bzero(value, strlen(value));
	free(value);
	return !l->failed;
}

/* ---- lines ---- */

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without the blanks at both ends. The text is ours to cut. */
static char *trim(char *text)
{
	size_t len;

	while (blank(*text))
		text++;
	len = strlen(text);
	while (len && (blank(text[len - 1]) || text[len - 1] == '\r'))
		len--;
	text[len] = '\0';
	return text;
}

static void section_line(struct conf_reading *l, char *text)
{
	char *close = strchr(text, ']'), *name;

	if (close == NULL) {
		fail(l, l->line, "expected [section], found '%.40s' without ]", text);
		return;
	}
	*close = '\0';
	name = trim(text + 1);
	section_open(l, name, strlen(name));
}

/* A line without '=' is not shown: it might be a password that slipped into a line of its own. */
static void key_line(struct conf_reading *l, char *text)
{
	char *value = text + strcspn(text, "=:");
	const char *expected;
	bool literal;

	if (*value == '\0') {
		fail(l, l->line, "expected key = value, found a line without =");
		return;
	}
	*value++ = '\0';
	text = trim(text);
	value = conf_value_text(value, &literal, &expected);
	if (value)
		key_read(l, text, value, literal);
	else if (l->section)
		fail(l, l->line, "[%s] %s: expected %s", l->section, text, expected);
	else
		fail(l, l->line, "%s: expected %s", text, expected);
}

static void line_read(struct conf_reading *l, const char *line, size_t len)
{
	char *copy, *text;

	l->line++;
	if (len > LINE_BYTES_MAX) {
		fail(l, l->line, "expected a line of at most %d bytes, found %zu", LINE_BYTES_MAX, len);
		return;
	}
	copy = xstrndup(line, len);
	text = trim(copy);
	if (*text == '[')
		section_line(l, text);
	else if (*text && *text != ';' && *text != '#')
		key_line(l, text);
	explicit_bzero(copy, len); /* it may hold a password */
	free(copy);
}

/* ---- the whole ---- */

static void load_presets(const struct conf_table *table, const char *section, bool named, void *base)
{
	char expected[256];

	for (const struct conf_option *o = table->options; o->section; o++) {
		if (is_named(table, o->section) != named || (named && strcmp(o->section, section) != 0) ||
				o->preset == NULL)
			continue;
		if (conf_value_set(o, base, o->preset, expected, sizeof(expected)) != 0) {
			fprintf(stderr, "conf: default of [%s] %s: expected %s, found '%s'\n", o->section, o->key,
					expected, o->preset);
			abort(); /* the table is wrong, not the file */
		}
	}
}

static void check_required(struct conf_reading *l)
{
	for (size_t i = 0; i < l->nseen && !l->failed; i++) {
		const struct seen *s = &l->seen[i];

		for (const struct conf_option *o = l->table->options; s->option == NULL && o->section; o++)
			if ((o->flags & CONF_REQUIRED) && o->preset == NULL && section_is(o, s->section) &&
					seen_find(l, s->section, o, NULL) == NULL)
				fail(l, s->line, "[%s] %s: expected a value, found none in this section", s->section,
						o->key);
	}
}

int conf_load_text(const struct conf_table *table, void *settings, const char *name, const char *text, struct err *err)
{
	struct conf_reading l = { .table = table, .settings = settings, .file = name, .err = err };

	load_presets(table, NULL, false, settings);
	text += strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	while (*text && !l.failed) {
		size_t len = strcspn(text, "\n");

		line_read(&l, text, len);
		text += len + (text[len] == '\n');
	}
	check_required(&l);
	for (size_t i = 0; i < l.nseen; i++) {
		free(l.seen[i].section);
		free(l.seen[i].key);
	}
	free(l.seen);
	free(l.section);
	return l.failed ? -1 : 0;
}

int conf_load(const struct conf_table *table, void *settings, const char *path, struct err *err)
{
	FILE *f = fopen(path, "re");
	char *text = xmalloc(FILE_MAX + 1);
	size_t len = 0;
	int rc;

	if (f)
		len = fread(text, 1, FILE_MAX + 1, f);
	if (f == NULL || ferror(f))
		rc = err_set(err, ERR_CONFIG, errno, "%s: expected a readable file, found: %s", path, strerror(errno));
	else if (len > FILE_MAX)
		rc = err_set(err, ERR_CONFIG, 0, "%s: expected at most 1 MB, found more", path);
	else if (memchr(text, '\0', len))
		rc = err_set(err, ERR_CONFIG, 0, "%s: expected text, found a NUL byte", path);
	else {
		text[len] = '\0';
		rc = conf_load_text(table, settings, path, text, err);
	}
	if (f)
		fclose(f);
	explicit_bzero(text, len);
	free(text);
	return rc;
}

void conf_preset_named(const struct conf_table *table, const char *section, void *strukt)
{
	load_presets(table, section, true, strukt);
}

void conf_free(const struct conf_table *table, void *settings)
{
	for (const struct conf_option *o = table->options; o->section; o++)
		if (!is_named(table, o->section))
			conf_value_free(o, settings);
}

void conf_free_named(const struct conf_table *table, const char *section, void *strukt)
{
	for (const struct conf_option *o = table->options; o->section; o++)
		if (strcmp(o->section, section) == 0)
			conf_value_free(o, strukt);
}
