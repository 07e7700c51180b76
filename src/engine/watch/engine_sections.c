/*
 * engine_sections.c - the same as capture/capture_sections.c in a process without a capture half: the tables that are listed are those whose topics
 * the log has, with a row since the start or without, and sections [table NAME] are compared with them. Under engine.lock, each time the partitions
 * were looked up.
 */
#include <stdlib.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

/* The tables of the log's topics, db.table, interned; the caller frees. */
static const char **tables_of_topics(const struct engine *e, size_t *count)
{
	const char **names = xcalloc(e->npartitions + 1, sizeof(*names));
	char name[TABLE_NAME_ROOM];

	*count = 0;
	for (size_t i = 0; i < e->npartitions; i++)
		if ((i == 0 || strcmp(e->partitions[i].topic, e->partitions[i - 1].topic) != 0) &&
				format_topic_table(&e->settings->format, e->partitions[i].topic, name, sizeof(name)))
			names[(*count)++] = intern(name);
	return names;
}

static void look_at_section(struct engine *e, const struct table_settings *section, const char *const *names,
		size_t count)
{
	const char *near;

	for (size_t i = 0; i < count; i++)
		if (section_matches(section, names[i])) {
			problem_clear(e->shared.problems, PROBLEM_SECTION_UNKNOWN, section->name);
			return;
		}
	near = conf_nearest(section->name, names, count);
	problem_raise(e->shared.problems, PROBLEM_SECTION_UNKNOWN, section->name,
			"[table %s]: the log has no topic of this table%s%s", section->name,
			near ? "; nearest is " : "", near ? near : "");
}

void engine_sections_look(struct engine *e)
{
	const struct settings *live = atomic_load(&e->shared.live), *before = e->sections_of;
	const char **names;
	size_t count;

	must_hold(&e->lock);
	for (size_t i = 0; before && before != live && i < before->ntables; i++)
		problem_clear(e->shared.problems, PROBLEM_SECTION_UNKNOWN, before->tables[i].name);
	e->sections_of = live;
	if (e->npartitions == 0)
		return;
	names = tables_of_topics(e, &count);
	for (size_t i = 0; i < count; i++)
		table_meters_found(e->shared.tables, names[i]);
	table_meters_looked(e->shared.tables);
	for (size_t i = 0; i < live->ntables; i++)
		look_at_section(e, &live->tables[i], names, count);
	free(names);
}
