/*
 * starrocks_ddl.c - a table of StarRocks as text: its columns, names and strings, and CREATE TABLE.
 *
 * Value columns are all created NULL: a delete carries no values, MySQL may drop NOT NULL at any time, and StarRocks
 * cannot add a NOT NULL column without inventing a value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/fnv.h"
#include "core/xalloc.h"
#include "row/column_fill.h"
#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

void starrocks_columns_add(struct starrocks_columns *have, const char *name, const char *type, bool nullable, bool key)
{
	have->items = xrealloc(have->items, (have->count + 1) * sizeof(have->items[0]));
	have->items[have->count].name = xstrdup(name);
	starrocks_type_parse(type, &have->items[have->count].type);
	have->items[have->count].nullable = nullable;
	have->items[have->count].preset = have->items[have->count].comment = NULL;
	have->items[have->count++].key = key;
	if (key && have->model[0] == '\0')
		snprintf(have->model, sizeof(have->model), "PRI");
}

void starrocks_columns_done(struct starrocks_columns *have)
{
	for (size_t i = 0; i < have->count; i++) {
		free(have->items[i].name);
		free(have->items[i].preset);
		free(have->items[i].comment);
	}
	free(have->items);
	have->items = NULL;
	have->count = 0;
	have->model[0] = '\0';
	have->form = 0;
}

const struct starrocks_column *starrocks_columns_find(const struct starrocks_columns *have, const char *name)
{
	for (size_t i = 0; i < have->count; i++)
		if (strcasecmp(have->items[i].name, name) == 0)
			return &have->items[i];
	return NULL;
}

bool starrocks_columns_replace(const struct starrocks_columns *have)
{
	return strcasecmp(have->model, "PRI") == 0 || strcasecmp(have->model, "UNI") == 0;
}

uint64_t starrocks_columns_form(const struct starrocks_columns *have)
{
	uint64_t form = 0;

	for (size_t i = 0; i < have->count; i++) {
		const struct starrocks_column *c = &have->items[i];
		uint64_t hash = fnv_text(FNV_STANDARD, c->name);

		hash = fnv_add(hash,
				(uint64_t)c->type.kind << 56 ^ (uint64_t)c->type.precision << 48 ^
						(uint64_t)c->type.scale << 40 ^ c->type.length);
		form += fnv_add(hash, (c->nullable ? 1u : 0u) ^ (c->key ? 2u : 0u));
	}
	return form;
}

void starrocks_name(struct buf *b, const char *name)
{
	buf_putc(b, '`');
	for (; *name; name++) {
		if (*name == '`')
			buf_putc(b, '`');
		buf_putc(b, *name);
	}
	buf_putc(b, '`');
}

void starrocks_string(struct buf *b, const char *text)
{
	buf_putc(b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_putc(b, '\\');
		if (*text == '\n')
			buf_puts(b, "\\n");
		else if (*text == '\r')
			buf_puts(b, "\\r");
		else if (*text == '\t')
			buf_puts(b, "\\t");
		else
			buf_putc(b, *text);
	}
	buf_putc(b, '"');
}

void starrocks_put_table(struct buf *b, const struct schema *schema)
{
	starrocks_name(b, schema->db);
	buf_putc(b, '.');
	starrocks_name(b, schema->table);
}

bool starrocks_put_source(struct buf *b, const char *word, const char *column, const char *source)
{
	if (column == NULL)
		return false;
	buf_puts(b, word);
	starrocks_name(b, column);
	buf_puts(b, " = ");
	starrocks_string(b, source);
	return true;
}

bool starrocks_name_is_plain(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return false;
	return true;
}

/* What no statement can put right. */
static bool is_system(const char *db)
{
	static const char *const own[] = { "_statistics_", "information_schema", "sys" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcasecmp(db, own[i]) == 0)
			return true;
	return false;
}

int starrocks_schema_check(const struct schema *schema, struct err *err)
{
	struct starrocks_type type;
	unsigned key_bytes = 0;

	if (sink_source_check(schema, err))
		return -1;
	if (schema->nkey == 0 && !schema->at_target.append)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: no primary key; StarRocks updates and deletes by key: add one at the source, "
				"set target.mode = append in its [table] section (rows are only added), or leave the table out",
				schema->db, schema->table);
	if (!starrocks_name_is_plain(schema->table) || !starrocks_name_is_plain(schema->db))
		return err_set(err, ERR_DATA, 0, "a table name holds control characters; leave the table out");
	if (is_system(schema->db))
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: StarRocks keeps its own tables in the database %s: set [starrocks] database, or target in the table's section",
				schema->db, schema->table, schema->db);
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];

		if (!starrocks_name_is_plain(c->name) || strncasecmp(c->name, "__op", 4) == 0 ||
				strncasecmp(c->name, "__row", 5) == 0)
			return err_set(err, ERR_DATA, 0,
					"table %s.%s: column %u: control characters, __op and __row are not possible in StarRocks; "
					"rename it in a script",
					schema->db, schema->table, i + 1);
		if (starrocks_type_of(c, schema_is_key(schema, i), schema->exact, &type))
			return err_set(err, ERR_DATA, 0, "table %s.%s: column %s: no StarRocks type for %s%s",
					schema->db, schema->table, c->name,
					c->type_text ? c->type_text : column_type_name(c->type),
					schema_is_key(schema, i) ? " in a key" : "");
		key_bytes += schema_is_key(schema, i) ? starrocks_key_width(type.kind) : 0;
	}
	if (key_bytes > SR_KEY_BYTES)
		return err_set(err, ERR_CONFIG, 0,
				"table %s.%s: each value of its key takes %u bytes, and StarRocks takes %d: shorten the key, or leave the table out",
				schema->db, schema->table, key_bytes, SR_KEY_BYTES);
	return 0;
}

/* The one function that may stand there without quotes. */
static void put_preset(struct buf *b, enum starrocks_kind kind, const char *preset)
{
	if (preset == NULL)
		return;
	buf_puts(b, " DEFAULT ");
	if (kind == SR_DATETIME && strcasecmp(preset, "CURRENT_TIMESTAMP") == 0)
		buf_puts(b, preset);
	else
		starrocks_string(b, preset);
}

static void put_comment(struct buf *b, const char *comment)
{
	if (comment == NULL || comment[0] == '\0')
		return;
	buf_puts(b, " COMMENT ");
	starrocks_string(b, comment);
}

static void put_definition(struct buf *b, const struct column *c, const struct starrocks_type *type, bool not_null,
		const char *preset)
{
	char text[64];

	starrocks_type_print(type, text, sizeof(text));
	starrocks_name(b, c->name);
	buf_printf(b, " %s %s", text, not_null ? "NOT NULL" : "NULL");
	put_preset(b, type->kind, preset);
	put_comment(b, c->comment);
}

void starrocks_put_column(struct buf *b, const struct schema *schema, unsigned at, const char *preset)
{
	bool in_key = schema_is_key(schema, at);
	struct starrocks_type type;

	starrocks_type_of(&schema->columns[at], in_key, schema->exact, &type);
	put_definition(b, &schema->columns[at], &type, in_key, preset);
}

void starrocks_put_have(struct buf *b, const struct starrocks_column *have, const struct starrocks_type *type)
{
	char text[64];

	starrocks_type_print(type, text, sizeof(text));
	starrocks_name(b, have->name);
	buf_printf(b, " %s %s", text, have->nullable ? "NULL" : "NOT NULL");
	put_preset(b, type->kind, have->preset);
	put_comment(b, have->comment);
}

static void put_key_names(struct buf *b, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->nkey; i++) {
		buf_puts(b, i ? ", " : "");
		starrocks_name(b, schema->columns[schema->key[i]].name);
	}
}

/* The literal defaults that StarRocks is known to take: it refuses the whole table for one that it does not. */
static const char *safe_default(const struct column *c, enum starrocks_kind kind, char *text, size_t size)
{
	bool known = (kind >= SR_TINYINT && kind <= SR_BIGINT) || kind == SR_DECIMAL || kind == SR_VARCHAR;

	return known && c->default_kind == DEFAULT_LITERAL && !column_is_binary(c) && column_fill(c, text, size) ? text
														 : NULL;
}

/* NOT NULL is safe where a load never writes NULL of itself, as it does for a zero date. */
static bool is_not_null(const struct sink_conf *conf, const struct column *c, enum starrocks_kind kind)
{
	return conf->not_null && !c->nullable && kind != SR_DATE && kind != SR_DATETIME && kind != SR_JSON;
}

static void create_column(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, unsigned at)
{
	const struct column *c = &schema->columns[at];
	bool key = schema_is_key(schema, at);
	struct starrocks_type type;
	char text[1024];

	starrocks_type_of(c, key, schema->exact, &type);
	put_definition(sql, c, &type, key || is_not_null(conf, c, type.kind),
			key ? NULL : safe_default(c, type.kind, text, sizeof(text)));
}

/* The columns as the table has them: keys come first. first: of a table without a key, what it is sorted by. */
static void put_columns(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, int first)
{
	const char *separator = "\n  ";

	for (unsigned i = 0; i < schema->nkey; i++, separator = ",\n  ") {
		buf_puts(sql, separator);
		create_column(sql, conf, schema, schema->key[i]);
	}
	for (int i = first >= 0 ? -1 : 0; i < (int)schema->ncolumns; i++) {
		unsigned at = (unsigned)(i < 0 ? first : i);

		if (schema_is_key(schema, at) || i == first)
			continue;
		buf_puts(sql, separator);
		create_column(sql, conf, schema, at);
		separator = ",\n  ";
	}
}

/* The first column that a table may be sorted by. -1: none. */
static int sort_column(const struct schema *schema, struct err *err)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct starrocks_type type;

		starrocks_type_of(&schema->columns[i], false, schema->exact, &type);
		if (type.kind != SR_FLOAT && type.kind != SR_DOUBLE && type.kind != SR_JSON &&
				type.kind != SR_VARBINARY)
			return (int)i;
	}
	err_set(err, ERR_CONFIG, 0,
			"table %s.%s: none of its columns has a type that a Duplicate Key table is sorted by",
			schema->db, schema->table);
	return -1;
}

static void put_distribution(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, int first)
{
	buf_puts(sql, "\nDISTRIBUTED BY ");
	if (first >= 0) {
		buf_puts(sql, "RANDOM");
	} else {
		buf_puts(sql, "HASH (");
		put_key_names(sql, schema);
		buf_putc(sql, ')');
	}
	if (conf->buckets > 0)
		buf_printf(sql, " BUCKETS %lld", (long long)conf->buckets);
	buf_puts(sql, "\nPROPERTIES (");
	if (conf->replication_num > 0)
		buf_printf(sql, "\"replication_num\" = \"%lld\", ", (long long)conf->replication_num);
	if (first < 0)
		buf_puts(sql, "\"enable_persistent_index\" = \"true\", ");
	buf_puts(sql, "\"fast_schema_evolution\" = \"true\")");
}

static void put_keys(struct buf *sql, const struct schema *schema, int first)
{
	if (first >= 0) {
		buf_puts(sql, "DUPLICATE KEY (");
		starrocks_name(sql, schema->columns[first].name);
	} else {
		buf_puts(sql, "PRIMARY KEY (");
		put_key_names(sql, schema);
	}
	buf_putc(sql, ')');
	if (schema->comment && schema->comment[0]) {
		buf_puts(sql, "\nCOMMENT ");
		starrocks_string(sql, schema->comment);
	}
}

int starrocks_create(struct buf *sql, const struct sink_conf *conf, const struct schema *schema, struct err *err)
{
	int first = -1;

	if (starrocks_schema_check(schema, err) || (schema->at_target.append && (first = sort_column(schema, err)) < 0))
		return -1;
	buf_puts(sql, "CREATE TABLE IF NOT EXISTS ");
	starrocks_put_table(sql, schema);
	buf_puts(sql, " (");
	put_columns(sql, conf, schema, first);
	buf_puts(sql, "\n) ENGINE=OLAP\n");
	put_keys(sql, schema, first);
	if (schema->at_target.suffix)
		buf_printf(sql, "\n%s", schema->at_target.suffix);
	else
		put_distribution(sql, conf, schema, first);
	return 0;
}

void starrocks_why(struct buf *b, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		const struct column *c = &schema->columns[i];
		struct starrocks_type type;
		char from[256], to[64];

		if (starrocks_type_of(c, schema_is_key(schema, i), schema->exact, &type))
			continue;
		column_type_print(c, from, sizeof(from));
		starrocks_type_print(&type, to, sizeof(to));
		buf_printf(b, "%s: %s -> %s: %s\n", c->name, from, to, type.why);
		if (schema_is_key(schema, i) && type.kind == SR_VARCHAR && type.length > SR_KEY_BYTES)
			buf_printf(b, "%s: in the key: a value that makes the key longer than %d bytes goes to the dead letters\n",
					c->name, SR_KEY_BYTES);
	}
}
