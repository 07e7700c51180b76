/*
 * engine_check_names.c - see engine_check_names.h. Exclude lists are not looked at: what they name is not captured, so
 * its schema is not at hand, and nothing is lost.
 */
#include "engine/control/engine_check_names.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/conf/conf.h"
#include "core/conf/pattern.h"
#include "core/xalloc.h"

enum { SECTION_IDLE, SECTION_UNKNOWN, OVERRIDE_UNKNOWN, LIST_IDLE, MASK_IDLE };
static const struct report_kind kinds[] = {
	[SECTION_IDLE] = { REPORT_PROBLEM, "[table] with a pattern", "is the section of no captured table",
			"Correct the pattern (* is any text), or take the section out." },
	[SECTION_UNKNOWN] = { REPORT_PROBLEM, "[table]", "no captured table is called so",
			"Write the name as the server does; until then the section is applied to no row." },
	[OVERRIDE_UNKNOWN] = { REPORT_PROBLEM, "[mysql] snapshot.select.statement.overrides",
			"no captured table is called so",
			"Write the name as the server does; until then a snapshot reads the whole table." },
	[LIST_IDLE] = { REPORT_WARNING, "an include list in [mysql]", "an expression matches nothing that is captured",
			"Correct the name, or leave it when what it names is still to come." },
	[MASK_IDLE] = { REPORT_PROBLEM, "[mysql] column.truncate.to and column.mask",
			"an expression matches nothing that is captured",
			"Write db.table.column as the server does; until then no value is changed." },
};

void check_names_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

struct checked_names {
	struct schema *const *schemas;
	char **tables; /* db.table, as many as schemas */
	size_t count;
	bool fold;
	struct report *report;
};

static void names_make(struct checked_names *n)
{
	n->tables = xcalloc(n->count + 1, sizeof(*n->tables));
	for (size_t i = 0; i < n->count; i++)
		n->tables[i] = xasprintf("%s.%s", n->schemas[i]->db, n->schemas[i]->table);
}

static void names_free(struct checked_names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->tables[i]);
	free(n->tables);
}

/* Whether the section is that of any table; each table has one. */
static bool section_applies(const struct checked_names *n, const struct settings *s, const struct table_settings *t)
{
	for (size_t i = 0; i < n->count; i++)
		if (settings_for_table(s, n->tables[i]) == t)
			return true;
	return false;
}

static bool table_exists(const struct checked_names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if ((n->fold ? strcasecmp(n->tables[i], name) : strcmp(n->tables[i], name)) == 0)
			return true;
	return false;
}

static void tell_missing(const struct checked_names *n, const struct report_kind *kind, const char *subject,
		const char *name)
{
	const char *near = conf_nearest(name, (const char *const *)n->tables, n->count);

	report_tell_of(n->report, kind, subject, "no captured table is called %s%s%s", name,
			near ? "; nearest is " : "", near ? near : "");
}

static void check_sections(const struct checked_names *n, const struct settings *s)
{
	for (size_t i = 0; i < s->ntables; i++) {
		char *subject = xasprintf("[table %s]", s->tables[i].name);

		if (section_is_pattern(&s->tables[i]) && !section_applies(n, s, &s->tables[i]))
			report_tell_of(n->report, &kinds[SECTION_IDLE], subject,
					"is the section of no captured table: %s",
					"none matches, or those that do have sections of their own");
		else if (!section_is_pattern(&s->tables[i]) && !table_exists(n, s->tables[i].name))
			tell_missing(n, &kinds[SECTION_UNKNOWN], subject, s->tables[i].name);
		free(subject);
	}
}

static void check_overrides(const struct checked_names *n, const struct conf_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!table_exists(n, list->items[i]))
			tell_missing(n, &kinds[OVERRIDE_UNKNOWN], kinds[OVERRIDE_UNKNOWN].subject, list->items[i]);
}

/* ---- regular expressions ---- */

typedef bool names_match(const struct checked_names *n, const struct pattern_list *p);

static bool match_database(const struct checked_names *n, const struct pattern_list *p)
{
	for (size_t i = 0; i < n->count; i++)
		if (pattern_list_match(p, n->schemas[i]->db))
			return true;
	return false;
}

static bool match_table(const struct checked_names *n, const struct pattern_list *p)
{
	for (size_t i = 0; i < n->count; i++)
		if (pattern_list_match(p, n->tables[i]))
			return true;
	return false;
}

static bool match_column(const struct checked_names *n, const struct pattern_list *p)
{
	bool found = false;

	for (size_t i = 0; i < n->count && !found; i++)
		for (unsigned c = 0; c < n->schemas[i]->ncolumns && !found; c++) {
			char *name = xasprintf("%s.%s", n->tables[i], n->schemas[i]->columns[c].name);

			found = pattern_list_match(p, name);
			free(name);
		}
	return found;
}

static void check_pattern(const struct checked_names *n, const char *text, names_match *match, const char *key,
		const struct report_kind *kind)
{
	char *items[] = { (char *)text };
	struct conf_list one = { .items = items, .count = 1 };
	struct pattern_list p = { 0 };
	struct err err;

	err_clear(&err);
	if (pattern_list_init(&p, key, &one, &err) == 0 && !match(n, &p)) {
		char *subject = xasprintf("[mysql] %s", key);

		report_tell_of(n->report, kind, subject, "'%s' matches nothing that is captured", text);
		free(subject);
	}
	pattern_list_done(&p);
}

static void check_list(const struct checked_names *n, const struct conf_list *list, names_match *match, const char *key)
{
	for (size_t i = 0; i < list->count; i++)
		check_pattern(n, list->items[i], match, key, &kinds[LIST_IDLE]);
}

/* A mask that matches no column masks nothing. */
static void check_mappers(const struct checked_names *n, const struct conf_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		char *list = xstrdup(pairs->items[i].value), *rest = NULL;

		for (char *item = strtok_r(list, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
			item += strspn(item, " ");
			item[strcspn(item, " ")] = '\0';
			check_pattern(n, item, match_column, pairs->items[i].key, &kinds[MASK_IDLE]);
		}
		free(list);
	}
}

void check_names(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t count,
		bool fold, struct report *report)
{
	struct checked_names n = { .schemas = schemas, .count = count, .fold = fold, .report = report };

	names_make(&n);
	if (role != ROLE_CAPTURE)
		check_sections(&n, s);
	check_list(&n, &s->mysql.database_include, match_database, "database.include.list");
	check_list(&n, &s->mysql.table_include, match_table, "table.include.list");
	check_list(&n, &s->mysql.column_include, match_column, "column.include.list");
	check_list(&n, &s->mysql.snapshot_include, match_table, "snapshot.include.collection.list");
	check_overrides(&n, &s->mysql.snapshot_overrides);
	check_mappers(&n, &s->format.column_truncate);
	check_mappers(&n, &s->format.column_mask);
	check_mappers(&n, &s->format.column_hash);
	names_free(&n);
}
