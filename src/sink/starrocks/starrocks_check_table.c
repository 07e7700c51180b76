/*
 * starrocks_check_table.c - StarRocks' part of the check of a table: the type that each column has or gets there, how many bytes a
 * value of it may have, and what is left of the key's 128 bytes for its texts.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

/* Where millrace makes the tables a VARCHAR that is too short is made longer before the first row; see starrocks_alter(). */
static void settle(const struct sink_conf *conf, struct starrocks_type *want, const struct starrocks_type *have,
		bool key)
{
	bool grows = conf->table_create && have->kind == SR_VARCHAR && want->kind == SR_VARCHAR && !key &&
			have->length < want->length;

	if (!grows) {
		const char *why = have->kind == want->kind ? want->why : NULL;

		*want = *have;
		want->why = why;
	}
}

static void look_room(struct check_column *out, const struct column *c, const struct starrocks_type *type, bool key)
{
	bool binary = column_is_binary(c);

	if (type->kind == SR_VARCHAR)
		out->room_bytes = binary ? type->length / 2 : type->length;
	else if (type->kind == SR_VARBINARY || type->kind == SR_JSON)
		out->room_bytes = SR_VARCHAR_MAX;
	if (key && type->kind == SR_VARCHAR)
		out->key_weight = binary ? 2 : 1;
	out->as_text = type->kind == SR_VARCHAR && (column_class(c) == CLASS_DECIMAL || column_class(c) == CLASS_FLOAT);
}

static void look_column(const struct sink_conf *conf, struct table_check *e, unsigned at,
		const struct starrocks_columns *have)
{
	const struct column *c = &e->schema->columns[at];
	const struct starrocks_column *there = starrocks_columns_find(have, c->name);
	bool key = schema_is_key(e->schema, at);
	struct check_column *out = &e->columns[at];
	struct starrocks_type type;
	char text[64];

	if (strncasecmp(c->name, "__op", 4) == 0 || strncasecmp(c->name, "__row", 5) == 0)
		out->refused = "StarRocks keeps this name for itself";
	else if (!starrocks_name_is_plain(c->name))
		out->refused = "StarRocks takes no control characters in a name";
	if (starrocks_type_of(c, key, e->schema->exact, &type)) {
		out->refused = key ? "StarRocks has no type for it in a key" : "StarRocks has no type for it";
		return;
	}
	if (there && !starrocks_type_takes(&there->type, &type) && !starrocks_type_checks(&there->type, &type)) {
		starrocks_type_print(&there->type, text, sizeof(text));
		out->refused = arena_printf(&e->arena, "its column there is %s, which does not take it", text);
	}
	if (there)
		settle(conf, &type, &there->type, there->key);
	starrocks_type_print(&type, text, sizeof(text));
	out->target = arena_printf(&e->arena, "%s", text);
	out->why = type.why;
	look_room(out, c, &type, key);
	if (key)
		e->key_room_bytes -= starrocks_key_width(type.kind) < e->key_room_bytes ? starrocks_key_width(type.kind)
											: e->key_room_bytes - 1;
}

static void look_table(const struct sink_conf *conf, struct starrocks_sql *sql, struct table_check *e)
{
	struct starrocks_columns have = { 0 };
	const struct schema *s = e->schema;
	struct err err;

	if (sql)
		starrocks_table_read(sql, s->db, s->table, &have, &err);
	if (!starrocks_name_is_plain(s->table) || !starrocks_name_is_plain(s->db))
		e->refused = "StarRocks takes no control characters in a name";
	else if (s->nkey == 0 && !s->at_target.append)
		e->refused = "StarRocks updates and deletes by key, and it has none";
	e->key_room_bytes = SR_KEY_BYTES;
	for (unsigned i = 0; i < sink_row_columns(s); i++)
		look_column(conf, e, i, &have);
	if (s->at_target.source_in_key)
		e->key_room_bytes -= strlen(s->at_target.source) < e->key_room_bytes
				? (unsigned)strlen(s->at_target.source)
				: e->key_room_bytes - 1;
	for (unsigned i = 0; i + 1 < s->nkey; i++)
		if (s->key[i] < sink_row_columns(s) && e->columns[s->key[i]].key_weight && e->key_room_bytes > 2)
			e->key_room_bytes -= 2; /* what ends a text that is not the last */
	starrocks_columns_done(&have);
}

void starrocks_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	struct err err;
	bool answers = starrocks_sql_run(sql, "SELECT 1", NULL, NULL, &err) == 0;

	for (size_t i = 0; i < count; i++)
		look_table(conf, answers ? sql : NULL, checks[i]);
	starrocks_sql_free(sql);
}
