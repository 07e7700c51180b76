/* mysql_filter.c - see mysql_filter.h. */
#include "config.h"
#include "source/catalog/mysql_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/conf/pattern.h"
#include "core/xalloc.h"

enum { NAME_MAX_BYTES = 1024 };

enum {
	DB_INCLUDE,
	DB_EXCLUDE,
	TABLE_INCLUDE,
	TABLE_EXCLUDE,
	COLUMN_INCLUDE,
	COLUMN_EXCLUDE,
	GTID_INCLUDE,
	GTID_EXCLUDE,
	SNAPSHOT_INCLUDE,
	LISTS
};

struct mysql_filter {
	struct pattern_list lists[LISTS];
	char *signal_table; /* captured whatever the lists say; NULL: none */
};

static const char *const list_keys[LISTS] = { "database.include.list", "database.exclude.list", "table.include.list",
	"table.exclude.list", "column.include.list", "column.exclude.list", "gtid.source.includes",
	"gtid.source.excludes", "snapshot.include.collection.list" };

struct mysql_filter *mysql_filter_new(const struct mysql_conf *conf, struct err *err)
{
	const struct conf_list *texts[LISTS] = { &conf->database_include, &conf->database_exclude, &conf->table_include,
		&conf->table_exclude, &conf->column_include, &conf->column_exclude, &conf->gtid_includes,
		&conf->gtid_excludes, &conf->snapshot_include };
	struct mysql_filter *f = xcalloc(1, sizeof(*f));

	f->signal_table = xstrdup(conf->signal_table);
	for (int i = 0; i < LISTS; i++) {
		char key[64];
		bool both = i % 2 == 1 && texts[i]->count > 0 && texts[i - 1]->count > 0;

		if (both)
			err_set(err, ERR_CONFIG, 0, "[mysql] %s and %s exclude each other: keep one", list_keys[i - 1],
					list_keys[i]);
		snprintf(key, sizeof(key), "[mysql] %s", list_keys[i]);
		if (both || pattern_list_init(&f->lists[i], key, texts[i], err) < 0) {
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
	for (int i = 0; i < LISTS; i++)
		pattern_list_done(&f->lists[i]);
	free(f->signal_table);
	free(f);
}

static bool passes(const struct mysql_filter *f, int include, const char *name)
{
	if (f->lists[include].count > 0)
		return pattern_list_match(&f->lists[include], name);
	return !pattern_list_match(&f->lists[include + 1], name);
}

bool mysql_filter_is_own(const char *db)
{
	static const char *const own[] = { "mysql", "sys", "performance_schema", "information_schema" };

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (strcasecmp(db, own[i]) == 0)
			return true;
	return false;
}

bool mysql_filter_database(const struct mysql_filter *f, const char *db)
{
	return !mysql_filter_is_own(db) && passes(f, DB_INCLUDE, db);
}

bool mysql_filter_table(const struct mysql_filter *f, const char *db, const char *table)
{
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	if (f->signal_table && strcasecmp(f->signal_table, name) == 0)
		return true;
	return mysql_filter_database(f, db) && passes(f, TABLE_INCLUDE, name);
}

bool mysql_filter_snapshot(const struct mysql_filter *f, const char *db, const char *table)
{
	char name[NAME_MAX_BYTES];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	return f->lists[SNAPSHOT_INCLUDE].count == 0 || pattern_list_match(&f->lists[SNAPSHOT_INCLUDE], name);
}

bool mysql_filter_gtid_source(const struct mysql_filter *f, const struct gtid_source *source)
{
	char uuid[GTID_UUID_MAX];

	if (f->lists[GTID_INCLUDE].count == 0 && f->lists[GTID_EXCLUDE].count == 0)
		return true;
	gtid_source_uuid(source, uuid);
	return passes(f, GTID_INCLUDE, uuid);
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
