/* settings_table.c - sections [table NAME]: which one is a table's. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/settings/settings.h"

static bool glob(const char *pattern, const char *text)
{
	const char *star = NULL, *again = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (tolower((unsigned char)*pattern) == tolower((unsigned char)*text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

bool section_is_pattern(const struct table_settings *t)
{
	return strchr(t->name, '*') != NULL;
}

bool section_matches(const struct table_settings *t, const char *db_table)
{
	return glob(t->name, db_table);
}

static size_t literal_characters(const char *pattern)
{
	size_t n = 0;

	for (; *pattern; pattern++)
		n += *pattern != '*';
	return n;
}

const struct table_settings *settings_for_table(const struct settings *s, const char *db_table)
{
	const struct table_settings *other_case = NULL, *pattern = NULL;

	for (size_t i = 0; i < s->ntables; i++) {
		const struct table_settings *t = &s->tables[i];

		if (strcmp(t->name, db_table) == 0)
			return t;
		if (strcasecmp(t->name, db_table) == 0)
			other_case = t;
		else if (section_is_pattern(t) && section_matches(t, db_table) &&
				(pattern == NULL || literal_characters(t->name) > literal_characters(pattern->name)))
			pattern = t;
	}
	return other_case ? other_case : pattern;
}

void settings_target(const void *settings, const char *db_table, struct sink_table *out)
{
	const struct table_settings *t = settings_for_table(settings, db_table);

	if (t)
		*out = (struct sink_table){
			.target = t->target,
			.append = t->target_mode == TARGET_APPEND,
			.suffix = t->create_suffix,
			.change = t->schema_change,
			.source_column = t->source_column,
			.source_value = t->source_value,
			.source_in_key = t->source_in_key,
		};
}

bool settings_appends(const void *settings, const char *db_table)
{
	const struct table_settings *t = settings_for_table(settings, db_table);

	return t && t->target_mode == TARGET_APPEND;
}

bool table_has_script(const struct table_settings *t)
{
	return t->transform.count || t->filter.text;
}

bool settings_by_routine(const struct settings *s, const struct table_settings *t)
{
	return t && t->loader != LOAD_AS_PRESET ? t->loader == LOAD_ROUTINE : s->sink.load != 0;
}
