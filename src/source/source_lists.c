/* source_lists.c - see source_lists.h. One table of settings serves both directions. */
#include "config.h"
#include "source/source_lists.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"

static const struct list_row {
	const char *key;
	size_t offset;
} rows[] = {
	{ "database.include.list", offsetof(struct mysql_conf, database_include) },
	{ "database.exclude.list", offsetof(struct mysql_conf, database_exclude) },
	{ "table.include.list", offsetof(struct mysql_conf, table_include) },
	{ "table.exclude.list", offsetof(struct mysql_conf, table_exclude) },
	{ "column.include.list", offsetof(struct mysql_conf, column_include) },
	{ "column.exclude.list", offsetof(struct mysql_conf, column_exclude) },
};
static const char signal_key[] = "signal.data.collection";

enum { ROWS = sizeof(rows) / sizeof(*rows) };

static struct conf_list *list_at(struct mysql_conf *conf, const struct list_row *row)
{
	return (struct conf_list *)((char *)conf + row->offset);
}

static void put_key(struct buf *b, const char *key)
{
	if (b->len > 1)
		buf_putc(b, ',');
	buf_json_str(b, key);
	buf_putc(b, ':');
}

char *source_lists(const struct mysql_conf *conf)
{
	struct mysql_conf lists = *conf;
	struct buf b;

	buf_init(&b, SOURCE_LISTS_MAX);
	buf_putc(&b, '{');
	for (size_t i = 0; i < ROWS; i++) {
		const struct conf_list *list = list_at(&lists, &rows[i]);

		if (list->count == 0)
			continue;
		put_key(&b, rows[i].key);
		for (size_t k = 0; k < list->count; k++) {
			buf_putc(&b, k ? ',' : '[');
			buf_json_str(&b, list->items[k]);
		}
		buf_putc(&b, ']');
	}
	if (conf->signal_table) {
		put_key(&b, signal_key);
		buf_json_str(&b, conf->signal_table);
	}
	buf_putc(&b, '}');
	return buf_take(&b);
}

static char *read_text(const struct json_slice *v)
{
	struct arena a;
	const char *text;
	size_t len;
	char *out = NULL;

	arena_init(&a, 0);
	if (v->kind == JSON_STRING && json_text(v, &a, &text, &len) == 0)
		out = xstrndup(text, len);
	arena_done(&a);
	return out;
}

static int read_list(struct json *j, struct conf_list *list)
{
	struct json_slice v;
	char *text;

	if (!json_enter(j, '['))
		return -1;
	while (json_element(j)) {
		text = json_value(j, &v) == JSON_ERROR ? NULL : read_text(&v);
		if (text == NULL)
			return -1;
		list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
		list->items[list->count++] = text;
	}
	return 0;
}

static int read_member(struct json *j, const struct json_slice *key, struct mysql_conf *out)
{
	struct json_slice v;

	for (size_t i = 0; i < ROWS; i++)
		if (json_is(key, rows[i].key) && list_at(out, &rows[i])->count == 0)
			return read_list(j, list_at(out, &rows[i]));
	if (!json_is(key, signal_key) || out->signal_table || json_value(j, &v) == JSON_ERROR)
		return -1;
	out->signal_table = read_text(&v);
	return out->signal_table ? 0 : -1;
}

int source_lists_parse(struct mysql_conf *out, const char *text, struct err *err)
{
	struct json_slice key;
	struct json j;
	int r;

	*out = (struct mysql_conf){ 0 };
	json_init(&j, text, strlen(text));
	r = json_enter(&j, '{') ? 0 : -1;
	while (r == 0 && json_member(&j, &key))
		r = read_member(&j, &key, out);
	if (r == 0 && json_done(&j))
		return 0;
	source_lists_done(out);
	return err_set(err, ERR_FATAL, 0,
			"the stored lists of captured tables are not what this version writes (%.120s)", text);
}

void source_lists_done(struct mysql_conf *parsed)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct conf_list *list = list_at(parsed, &rows[i]);

		for (size_t k = 0; k < list->count; k++)
			free(list->items[k]);
		free(list->items);
		*list = (struct conf_list){ 0 };
	}
	free(parsed->signal_table);
	parsed->signal_table = NULL;
}
