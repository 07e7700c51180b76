/* mysql_filter.c - see mysql_filter.h. */
#include "config.h"
#include "source/mysql_filter.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/xalloc.h"

enum { PATTERN_MAX = 4096, NAME_MAX_BYTES = 1024 };

struct pattern_list {
	regex_t *items;
	size_t count;
};

enum { DB_INCLUDE, DB_EXCLUDE, TABLE_INCLUDE, TABLE_EXCLUDE, COLUMN_INCLUDE, COLUMN_EXCLUDE, LISTS };

struct mysql_filter {
	struct pattern_list lists[LISTS];
};

static const char *const list_keys[LISTS] = { "database.include.list", "database.exclude.list", "table.include.list",
					      "table.exclude.list",    "column.include.list",	"column.exclude.list" };

/* Java's spellings into POSIX ones; false for what has none. */
static bool translate(const char *java, struct buf *out)
{
	buf_puts(out, "^(");
	for (const char *p = java; *p; p++) {
		if (p[0] == '\\' && p[1] == 'd') {
			buf_puts(out, "[0-9]");
			p++;
		} else if (p[0] == '\\' && p[1] != '\0') {
			buf_put(out, p++, 2);
		} else if (p[0] == '(' && p[1] == '?') {
			if (p[2] != ':')
				return false;
			buf_putc(out, '(');
			p += 2;
		} else {
			buf_putc(out, *p);
		}
	}
	buf_puts(out, ")$");
	return !out->failed;
}

static int compile(regex_t *re, const char *key, const char *text, struct err *err)
{
	struct buf b;
	char why[128] = "it is too long, or uses a form that POSIX regular expressions do not have";
	int r = -1;

	buf_init(&b, PATTERN_MAX);
	if (translate(text, &b) && (r = regcomp(re, b.data, REG_EXTENDED | REG_ICASE | REG_NOSUB)) != 0)
		regerror(r, re, why, sizeof(why));
	buf_done(&b);
	return r == 0 ? 0
		      : err_set(err, ERR_CONFIG, 0, "[mysql] %s: '%s' is not a regular expression: %s", key, text, why);
}

static int compile_list(struct pattern_list *list, const char *key, const struct conf_list *texts, struct err *err)
{
	list->items = xcalloc(texts->count + 1, sizeof(*list->items));
	for (size_t i = 0; i < texts->count; i++) {
		if (compile(&list->items[i], key, texts->items[i], err) < 0)
			return -1;
		list->count++;
	}
	return 0;
}

struct mysql_filter *mysql_filter_new(const struct mysql_conf *conf, struct err *err)
{
	const struct conf_list *texts[LISTS] = {
		&conf->database_include, &conf->database_exclude, &conf->table_include, &conf->table_exclude,
		&conf->column_include, &conf->column_exclude
	};
	struct mysql_filter *f = xcalloc(1, sizeof(*f));

	for (int i = 0; i < LISTS; i++) {
		bool both = i % 2 == 1 && texts[i]->count > 0 && texts[i - 1]->count > 0;

		if (both)
			err_set(err, ERR_CONFIG, 0, "[mysql] %s and %s exclude each other: keep one", list_keys[i - 1],
				list_keys[i]);
		if (both || compile_list(&f->lists[i], list_keys[i], texts[i], err) < 0) {
			mysql_filter_free(f);
			return NULL;
		}
	}
	return f;
}

void mysql_filter_free(struct mysql_filter *f)
{
	if (f == NULL)
		return;
	for (int i = 0; i < LISTS; i++) {
		for (size_t k = 0; k < f->lists[i].count; k++)
			regfree(&f->lists[i].items[k]);
		free(f->lists[i].items);
	}
	free(f);
}

static bool matches(const struct pattern_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (regexec(&list->items[i], name, 0, NULL, 0) == 0)
			return true;
	return false;
}

static bool passes(const struct mysql_filter *f, int include, const char *name)
{
	if (f->lists[include].count > 0)
		return matches(&f->lists[include], name);
	return !matches(&f->lists[include + 1], name);
}

bool mysql_filter_database(const struct mysql_filter *f, const char *db)
{
	static const char *const own[] = { "mysql", "sys", "performance_schema", "information_schema" };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcasecmp(db, own[i]) == 0)
			return false;
	return passes(f, DB_INCLUDE, db);
}

bool mysql_filter_table(const struct mysql_filter *f, const char *db, const char *table)
{
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	return mysql_filter_database(f, db) && passes(f, TABLE_INCLUDE, name);
}

static bool wants_column(const struct mysql_filter *f, const struct schema *s, unsigned i)
{
	char name[NAME_MAX_BYTES];

	if (schema_is_key(s, i))
		return true;
	snprintf(name, sizeof(name), "%s.%s.%s", s->db, s->table, s->columns[i].name);
	return passes(f, COLUMN_INCLUDE, name);
}

struct schema *mysql_filter_columns(const struct mysql_filter *f, const struct schema *s)
{
	const char *key[64];
	struct schema *out;
	unsigned left_out = 0;

	if (f->lists[COLUMN_INCLUDE].count == 0 && f->lists[COLUMN_EXCLUDE].count == 0)
		return NULL;
	out = schema_new(s->db, s->table);
	for (unsigned i = 0; i < s->ncolumns; i++) {
		if (wants_column(f, s, i))
			schema_add_column(out, &s->columns[i]);
		else
			left_out++;
	}
	if (left_out == 0) {
		schema_unref(out);
		return NULL;
	}
	for (unsigned i = 0; i < s->nkey && i < 64; i++)
		key[i] = s->columns[s->key[i]].name;
	if (s->nkey > 0)
		schema_set_key(out, key, s->nkey);
	out->key_is_unique_index = s->key_is_unique_index;
	out->exact = s->exact;
	out->charset = s->charset ? arena_dup(&out->arena, s->charset, strlen(s->charset)) : NULL;
	return out;
}
