/* row_mask.c - see row_mask.h. A script that cannot be read masks: nothing is shown by mistake. */
#include "engine/base/row_mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { SCRIPT_MAX = 1 << 20, DEPTH_MAX = 8 }; /* of files that require files */

/* What a script may take away from a value. */
static const char *const words[] = { "mask", "redact", "hmac(", "hash(" };

static bool has_word(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (memmem(text, len, words[i], strlen(words[i])))
			return true;
	return false;
}

static bool file_masks(const char *path, unsigned depth);

/* The file that require() at this place names, below the script's folder. What is not a plain name cannot be followed, so it masks. */
static bool required_masks(const char *path, const char *after, unsigned depth)
{
	const char *slash = strrchr(path, '/'), *name = after + strspn(after, " \t(");
	size_t len = *name == '"' || *name == '\'' ? strcspn(name + 1, "\"'\n") : 0;
	char *file;
	bool masks;

	if (len == 0)
		return true;
	file = xasprintf("%.*s%.*s.lua", slash ? (int)(slash - path + 1) : 0, path, (int)len, name + 1);
	for (char *c = file + (slash ? slash - path + 1 : 0); c < file + strlen(file) - strlen(".lua"); c++)
		if (*c == '.')
			*c = '/';
	masks = file_masks(file, depth + 1);
	free(file);
	return masks;
}

/* Up to the first "--" of its line it is no comment. */
static bool is_code(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		if (*at-- == '-' && *at == '-')
			return false;
	return true;
}

static bool requires_mask(const char *path, const char *text, unsigned depth)
{
	static const char word[] = "require";

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
		if (is_code(text, at) && required_masks(path, at + strlen(word), depth))
			return true;
	return false;
}

static bool file_masks(const char *path, unsigned depth)
{
	char *text = xmalloc(SCRIPT_MAX + 1);
	FILE *f = depth < DEPTH_MAX ? fopen(path, "re") : NULL;
	size_t len = f ? fread(text, 1, SCRIPT_MAX, f) : 0;
	bool masks;

	text[len] = '\0';
	masks = f == NULL || has_word(text, len) || requires_mask(path, text, depth);
	if (f)
		fclose(f);
	free(text);
	return masks;
}

bool row_mask_file(const char *path)
{
	return file_masks(path, 0);
}

bool row_mask_script(const struct script *script)
{
	struct script_source source;
	bool masks = false;

	for (size_t i = 0; !masks && script_source_at(script, i, &source); i++) {
		masks = has_word(source.text, strlen(source.text));
		for (size_t k = 0; !masks && k < source.nfiles; k++)
			masks = has_word(source.files[k].text, strlen(source.files[k].text));
	}
	return masks;
}

void row_mask_init(struct row_mask *m, const struct settings *s)
{
	*m = (struct row_mask){ .settings = s, .masks = xcalloc(s->ntables + 1, sizeof(*m->masks)) };
	for (size_t i = 0; i < s->ntables; i++)
		for (size_t k = 0; k < s->tables[i].transform.count && !m->masks[i]; k++) {
			char *path = table_script_path(s, s->tables[i].transform.items[k]);

			m->masks[i] = row_mask_file(path);
			free(path);
		}
}

void row_mask_done(struct row_mask *m)
{
	free(m->masks);
	*m = (struct row_mask){ 0 };
}

static bool table_masks(const struct row_mask *m, const char *db_table)
{
	const struct table_settings *t = settings_for_table(m->settings, db_table);

	return t && m->masks[t - m->settings->tables];
}

bool row_mask_table(const struct row_mask *m, const char *db, const char *table)
{
	char *name = xasprintf("%s.%s", db, table);
	bool masks = table_masks(m, name);

	free(name);
	return masks;
}

bool row_mask_topic(const struct row_mask *m, const char *topic)
{
	for (const char *dot = strchr(topic, '.'); dot; dot = strchr(dot + 1, '.'))
		if (strchr(dot + 1, '.') && table_masks(m, dot + 1))
			return true;
	return false;
}
