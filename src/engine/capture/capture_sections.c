/*
 * capture_sections.c - what of the configuration meets no table: sections [table NAME] whose script is applied to no row, and lists by
 * which nothing is captured. Nobody would see it. The source knows the tables and the server's rule of case, so capture tells it. On the
 * way each captured table gets its meter, so that one without a row, or without a topic yet, is listed as the others are.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "engine/capture/capture_parts.h"

enum { EVERY_US = 2000000 };

static bool matches(const void *section, const char *db_table)
{
	return section_matches(section, db_table);
}

static void look_at_section(struct capture *c, const struct table_settings *section)
{
	struct problems *p = c->sh->problems;
	const char *name = section->name;
	char *near;

	switch (section_is_pattern(section) ? source_captures_any(c->source, matches, section)
					    : source_captures(c->source, name)) {
	case 1: problem_clear(p, PROBLEM_SECTION_UNKNOWN, name); break;
	case 0:
		near = source_nearest(c->source, name);
		problem_raise(p, PROBLEM_SECTION_UNKNOWN, name, "[table %s]: no captured table has this name%s%s", name,
				near ? "; nearest is " : "", near ? near : "");
		free(near);
		break;
	default: break;
	}
}

static void list_table(void *tables, const char *db_table)
{
	table_meters_found(tables, db_table);
}

static void look_at_lists(struct capture *c)
{
	int some = source_each_captured(c->source, list_table, c->sh->tables);

	if (some >= 0)
		table_meters_looked(c->sh->tables);
	if (some == 0 && c->sh->loads)
		problem_raise(c->sh->problems, PROBLEM_NOTHING_CAPTURED, "capture",
				"no table of the server matches the lists of [mysql], such as table.include.list");
	else if (some > 0)
		problem_clear(c->sh->problems, PROBLEM_NOTHING_CAPTURED, "capture");
}

void capture_sections(struct capture *c)
{
	const struct settings *live = atomic_load(&c->sh->live);
	int64_t now_us = clock_mono_us();

	if (c->sections_of == live && now_us - c->sections_us < EVERY_US)
		return;
	for (size_t i = 0; c->sections_of && c->sections_of != live && i < c->sections_of->ntables; i++)
		problem_clear(c->sh->problems, PROBLEM_SECTION_UNKNOWN, c->sections_of->tables[i].name);
	c->sections_of = live;
	c->sections_us = now_us;
	look_at_lists(c);
	for (size_t i = 0; c->sh->loads && i < live->ntables; i++)
		look_at_section(c, &live->tables[i]);
}
