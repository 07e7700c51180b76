/* format_key.c - see format_key.h. */
#include "format/encode/format_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { NAME_BYTES_MAX = 1024 };

static int refuse(const char *entry, size_t len, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0, "[mysql] message.key.columns: expected db.table:column,column, found '%.*s'",
			(int)(len < 100 ? len : 100), entry);
}

static int rule_add(struct key_rules *rules, const char *table, size_t table_len, const char *column, size_t column_len,
		struct err *err)
{
	char *text = xasprintf("%.*s.%.*s", (int)table_len, table, (int)column_len, column);
	int rc;

	rules->items = xrealloc(rules->items, (rules->count + 1) * sizeof(*rules->items));
	rc = pattern_list_parse(&rules->items[rules->count++], "[mysql] message.key.columns", text, err);
	free(text);
	return rc;
}

/* One entry: "table:column,column". */
static int entry_add(struct key_rules *rules, const char *entry, size_t len, struct err *err)
{
	const char *colon = memchr(entry, ':', len), *end = entry + len, *at = colon + 1;

	if (colon == NULL || colon == entry || colon + 1 == end || memchr(at, ':', (size_t)(end - at)) ||
			memchr(entry, ' ', len))
		return refuse(entry, len, err);
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at)), *stop = comma ? comma : end;

		if (stop > at && rule_add(rules, entry, (size_t)(colon - entry), at, (size_t)(stop - at), err) < 0)
			return -1;
		at = stop + 1;
	}
	return 0;
}

int key_rules_init(struct key_rules *rules, const char *text, struct err *err)
{
	*rules = (struct key_rules){ NULL, 0 };
	while (text && *text) {
		size_t len = strcspn(text, ";"), skip = strspn(text, " "), end = len;

		while (end > skip && text[end - 1] == ' ')
			end--;
		if (end > skip && entry_add(rules, text + skip, end - skip, err) < 0)
			return -1;
		text += len + (text[len] == ';');
	}
	return 0;
}

void key_rules_done(struct key_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		pattern_list_done(&rules->items[i]);
	free(rules->items);
	*rules = (struct key_rules){ NULL, 0 };
}

static bool has(const unsigned *key, unsigned n, unsigned column)
{
	for (unsigned i = 0; i < n; i++)
		if (key[i] == column)
			return true;
	return false;
}

unsigned key_rules_choose(const struct key_rules *rules, const struct schema *s, struct arena *a, unsigned **key)
{
	unsigned *found = arena_alloc(a, (s->ncolumns + 1) * sizeof(*found)), n = 0;
	char name[NAME_BYTES_MAX];

	for (size_t r = 0; r < rules->count; r++)
		for (unsigned i = 0; i < s->ncolumns; i++) {
			snprintf(name, sizeof(name), "%s.%s.%s", s->db, s->table, s->columns[i].name);
			if (!has(found, n, i) && pattern_list_match(&rules->items[r], name))
				found[n++] = i;
		}
	*key = n ? found : s->key;
	return n ? n : s->nkey;
}
