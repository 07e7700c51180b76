/*
 * capture_sections.c - sections [table NAME] of the configuration that name no captured table: a script in them is applied
 * to no row, and nobody would see it. The source knows the tables and the server's rule of case, so capture tells it.
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

void capture_sections(struct capture *c)
{
	const struct settings *live = atomic_load(&c->sh->live);
	int64_t now_us = clock_mono_us();

	if (live->ntables == 0 && c->sections_of == live)
		return;
	if (c->sections_of == live && now_us - c->sections_us < EVERY_US)
		return;
	for (size_t i = 0; c->sections_of && c->sections_of != live && i < c->sections_of->ntables; i++)
		problem_clear(c->sh->problems, PROBLEM_SECTION_UNKNOWN, c->sections_of->tables[i].name);
	c->sections_of = live;
	c->sections_us = now_us;
	for (size_t i = 0; i < live->ntables; i++)
		look_at_section(c, &live->tables[i]);
}
