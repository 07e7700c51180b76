/* row_mask.c - see row_mask.h. A script that cannot be read masks: nothing is shown by mistake. */
#include "engine/control/row_mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { SCRIPT_MAX = 1 << 20 };

static bool calls_mask(const char *path)
{
	char *text = xmalloc(SCRIPT_MAX + 1);
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(text, 1, SCRIPT_MAX, f) : 0;
	bool masks = f == NULL || memmem(text, len, "mask", 4) != NULL;

	if (f)
		fclose(f);
	free(text);
	return masks;
}

void row_mask_init(struct row_mask *m, const struct settings *s)
{
	*m = (struct row_mask){ 0 };
	for (size_t i = 0; i < s->ntables; i++) {
		const struct table_settings *t = &s->tables[i];
		bool masks = false;

		for (size_t k = 0; k < t->transform.count && !masks; k++) {
			char *path = table_script_path(s, t->transform.items[k]);

			masks = calls_mask(path);
			free(path);
		}
		if (masks) {
			m->sections = xrealloc(m->sections, (m->count + 1) * sizeof(*m->sections));
			m->sections[m->count++] = (struct table_settings){ .name = xstrdup(t->name) };
		}
	}
}

void row_mask_done(struct row_mask *m)
{
	for (size_t i = 0; i < m->count; i++)
		free(m->sections[i].name);
	free(m->sections);
	*m = (struct row_mask){ 0 };
}

bool row_mask_table(const struct row_mask *m, const char *db, const char *table)
{
	char *name = m->count ? xasprintf("%s.%s", db, table) : NULL;
	bool masks = false;

	for (size_t i = 0; i < m->count && !masks; i++)
		masks = section_matches(&m->sections[i], name);
	free(name);
	return masks;
}

bool row_mask_topic(const struct row_mask *m, const char *topic)
{
	for (size_t i = 0; i < m->count; i++)
		for (const char *dot = strchr(topic, '.'); dot; dot = strchr(dot + 1, '.'))
			if (section_matches(&m->sections[i], dot + 1))
				return true;
	return false;
}
