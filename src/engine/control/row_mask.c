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
		char *path = t->transform == NULL ? NULL : t->transform[0] == '/' ? xstrdup(t->transform)
			     : xasprintf("%s/%s", s->dir, t->transform);

		if (path && calls_mask(path)) {
			m->tables.items = xrealloc(m->tables.items, (m->tables.count + 1) * sizeof(*m->tables.items));
			m->tables.items[m->tables.count++] = xstrdup(t->name);
		}
		free(path);
	}
}

void row_mask_done(struct row_mask *m)
{
	conf_list_free(&m->tables);
}

bool row_mask_table(const struct row_mask *m, const char *db, const char *table)
{
	size_t n = strlen(db);

	for (size_t i = 0; i < m->tables.count; i++) {
		const char *name = m->tables.items[i];

		if (strncasecmp(name, db, n) == 0 && name[n] == '.' && strcasecmp(name + n + 1, table) == 0)
			return true;
	}
	return false;
}

bool row_mask_topic(const struct row_mask *m, const char *topic)
{
	size_t n = strlen(topic);

	for (size_t i = 0; i < m->tables.count; i++) {
		size_t k = strlen(m->tables.items[i]);

		if (n > k && topic[n - k - 1] == '.' && strcasecmp(topic + n - k, m->tables.items[i]) == 0)
			return true;
	}
	return false;
}
