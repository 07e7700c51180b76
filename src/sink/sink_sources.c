/*
 * sink_sources.c - which tables of the source have one target, and whether a column tells them apart there. @thread one
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "sink/sink.h"

enum { KEY_ROOM = 2048 };

struct first { /* that was seen with a target, or with a source's name at it */
	struct sink_names names;
	const void *who;
};

static const struct first *first_of(struct name_map *map, const char *key, const struct sink_names *names,
		const void *who)
{
	void **at = name_map_at(map, intern(key));

	if (*at == NULL) {
		struct first *f = xcalloc(1, sizeof(*f));

		*f = (struct first){ *names, who };
		*at = f;
	}
	return *at;
}

/* As columns go; another thing is whether they hold different texts. */
static bool told_apart(const struct sink_names *a, const struct sink_names *b)
{
	return a->source_column && b->source_column && strcasecmp(a->source_column, b->source_column) == 0 &&
			a->source_in_key == b->source_in_key && a->append == b->append;
}

const void *sink_sources_add(struct sink_sources *s, const struct sink_names *names, const void *who)
{
	const struct first *f;
	char key[KEY_ROOM];

	snprintf(key, sizeof(key), "%s.%s", names->db, names->table);
	f = first_of(&s->by_target, key, names, who);
	if (f->who == who)
		return NULL;
	if (!told_apart(&f->names, names) || f->names.source == names->source)
		return f->who;
	snprintf(key, sizeof(key), "%s.%s\n%s", names->db, names->table, names->source);
	f = first_of(&s->by_source, key, names, who);
	return f->who == who ? NULL : f->who;
}

static void free_first(void *value, void *arg)
{
	(void)arg;
	free(value);
}

void sink_sources_done(struct sink_sources *s)
{
	name_map_each(&s->by_target, free_first, NULL);
	name_map_each(&s->by_source, free_first, NULL);
	name_map_done(&s->by_target);
	name_map_done(&s->by_source);
}
