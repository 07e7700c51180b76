/*
 * format_change_topic.c - the records of the schema change topic, for people and tools that follow DDL: Debezium's
 * SchemaChangeKey and SchemaChangeValue. Rare, so they are put together in a buffer; but a first snapshot tells of all
 * tables, so what is the same in each is made once.
 */
#include "core/json.h"
#include "core/num/num.h"
#include "format/encode/format_source.h"
#include "format/history/format_history.h"

#define STRING(name) "{\"type\":\"string\",\"optional\":false,\"field\":\"" name "\"}"
#define STRING_OR_NULL(name) "{\"type\":\"string\",\"optional\":true,\"field\":\"" name "\"}"
#define INT(name) "{\"type\":\"int32\",\"optional\":false,\"field\":\"" name "\"}"
#define INT_OR_NULL(name) "{\"type\":\"int32\",\"optional\":true,\"field\":\"" name "\"}"
#define BOOL_OR_NULL(name) "{\"type\":\"boolean\",\"optional\":true,\"field\":\"" name "\"}"
#define STRINGS_OR_NULL(name) \
	"{\"type\":\"array\",\"items\":{\"type\":\"string\",\"optional\":false},\"optional\":true,\"field\":\"" name \
	"\"}"
#define STRUCT "{\"type\":\"struct\",\"fields\":["
#define ARRAY "{\"type\":\"array\",\"items\":"

static const char column_schema[] = STRUCT
		STRING("name") "," INT("jdbcType") "," INT_OR_NULL("nativeType") "," STRING("typeName") "," STRING_OR_NULL("typeExpression") "," STRING_OR_NULL("charsetName") "," INT_OR_NULL("length") "," INT_OR_NULL(
				"scale") "," INT("position") "," BOOL_OR_NULL("optional") "," BOOL_OR_NULL("autoIncremented") "," BOOL_OR_NULL("generated") "," STRING_OR_NULL("comment") "," STRING_OR_NULL("defaultValueExpression") "," STRINGS_OR_NULL("enumValues") "],\"optional\":false,\"name\":\"io.debezium.connector.schema.Column\",\"version\":1}";

static const char change_schema_open[] = ARRAY STRUCT STRING("type") "," STRING("id") "," STRUCT STRING_OR_NULL(
		"defaultCharsetName") "," STRINGS_OR_NULL("primaryKeyColumnNames") "," ARRAY;

static const char change_schema_close[] = ",\"optional\":false,\"field\":\"columns\"}," STRING_OR_NULL(
		"comment") "],\"optional\":true,\"name\":\"io.debezium.connector.schema.Table\",\"version\":1,\"field\":\"table\"}"
			   "],\"optional\":false,\"name\":\"io.debezium.connector.schema.Change\",\"version\":1}"
			   ",\"optional\":false,\"field\":\"tableChanges\"}";

void format_change_topic_schema(struct buf *b)
{
	buf_puts(b, STRUCT);
	format_source_schema(b);
	buf_puts(b,
			",{\"type\":\"int64\",\"optional\":false,\"field\":\"ts_ms\"}," STRING_OR_NULL(
					"databaseName") "," STRING_OR_NULL("schemaName") "," STRING_OR_NULL("ddl") ",");
	buf_puts(b, change_schema_open);
	buf_puts(b, column_schema);
	buf_puts(b, change_schema_close);
	buf_puts(b, "],\"optional\":false,\"name\":\"io.debezium.connector.mysql.SchemaChangeValue\",\"version\":1}");
}

static void put_key(struct buf *b, const char *key)
{
	buf_putc(b, '"');
	buf_puts(b, key);
	buf_puts(b, "\":");
}

static void put_number(struct buf *b, const char *key, int64_t v)
{
	char text[20];

	put_key(b, key);
	if (v < 0)
		buf_puts(b, "null");
	else
		buf_put(b, text, num_i64(text, v));
	buf_putc(b, ',');
}

static void put_text(struct buf *b, const char *key, const char *text, const char *after)
{
	put_key(b, key);
	buf_json_str(b, text);
	buf_puts(b, after);
}

/* The options keep their quotes; null for other types. */
static void put_labels(struct buf *b, const struct column *c)
{
	struct buf quoted;

	if (!c->labels) {
		buf_puts(b, "\"enumValues\":null}");
		return;
	}
	buf_init(&quoted, 1 << 20);
	buf_puts(b, "\"enumValues\":[");
	for (unsigned i = 0; i < c->labels; i++) {
		buf_reset(&quoted);
		history_label_quote(&quoted, c->label[i]);
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, quoted.data);
	}
	buf_puts(b, "]}");
	buf_done(&quoted);
}

static void put_column(struct buf *b, const struct column *c, unsigned position, const struct format_conf *conf)
{
	const char *flag = c->autoinc ? "true" : "false";
	struct history_column h;

	history_column_of(c, &h);
	buf_putc(b, '{');
	put_text(b, "name", c->name, ",");
	buf_printf(b, "\"jdbcType\":%d,\"nativeType\":null,", h.jdbc_type);
	put_text(b, "typeName", h.type_name, ",");
	put_text(b, "typeExpression", h.type_name, ",");
	put_text(b, "charsetName", h.charset, ",");
	put_number(b, "length", h.length);
	put_number(b, "scale", h.scale);
	buf_printf(b, "\"position\":%u,\"optional\":%s,\"autoIncremented\":%s,\"generated\":%s,", position,
			c->nullable ? "true" : "false", flag, flag);
	put_text(b, "comment", conf->include_schema_comments ? c->comment : NULL, ",");
	put_text(b, "defaultValueExpression", h.default_text, ",");
	put_labels(b, c);
}

static void put_table(struct buf *b, const struct schema *s, const struct format_conf *conf)
{
	if (!s) {
		buf_puts(b, "null");
		return;
	}
	buf_putc(b, '{');
	put_text(b, "defaultCharsetName", s->charset, ",\"primaryKeyColumnNames\":[");
	for (unsigned i = 0; i < s->nkey; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, s->columns[s->key[i]].name);
	}
	buf_puts(b, "],\"columns\":[");
	for (unsigned i = 0; i < s->ncolumns; i++) {
		if (i)
			buf_putc(b, ',');
		put_column(b, &s->columns[i], i + 1, conf);
	}
	buf_puts(b, "],");
	put_text(b, "comment", conf->include_schema_comments ? s->comment : NULL, "}");
}

static void put_change(struct buf *b, const struct ddl_table *t, const struct format_conf *conf)
{
	struct buf id;

	buf_init(&id, 4096);
	history_table_id(&id, t->db, t->table);
	buf_printf(b, "{\"type\":\"%s\",", history_change_name(t->type));
	put_text(b, "id", id.data, ",\"table\":");
	put_table(b, t->schema, conf);
	buf_putc(b, '}');
	buf_done(&id);
}

void format_change_topic_value(struct buf *b, const struct format_conf *conf, const struct buf *schema,
		const char *source, size_t source_len, int64_t now_us, const struct ddl_change *ddl)
{
	if (conf->schemas_enable) {
		buf_puts(b, "{\"schema\":");
		buf_put(b, schema->data, schema->len);
		buf_puts(b, ",\"payload\":");
	}
	buf_puts(b, "{\"source\":");
	buf_put(b, source, source_len);
	buf_printf(b, ",\"ts_ms\":%lld,", (long long)(now_us / 1000));
	put_text(b, "databaseName", ddl->db ? ddl->db : "", ",\"schemaName\":null,");
	put_text(b, "ddl", ddl->ddl, ",\"tableChanges\":[");
	for (unsigned i = 0, n = 0; i < ddl->ntables; i++) {
		if (ddl->table[i].type == 'T' || ddl->table[i].type == 'I')
			continue;
		if (n++)
			buf_putc(b, ',');
		put_change(b, &ddl->table[i], conf);
	}
	buf_puts(b, conf->schemas_enable ? "]}}" : "]}");
}

void format_change_topic_key(struct buf *b, const struct format_conf *conf, const char *db)
{
	if (conf->schemas_enable)
		buf_puts(b,
				"{\"schema\":" STRUCT STRING(
						"databaseName") "],\"optional\":false,"
								"\"name\":\"io.debezium.connector.mysql.SchemaChangeKey\",\"version\":1},\"payload\":");
	buf_putc(b, '{');
	put_text(b, "databaseName", db, conf->schemas_enable ? "}}" : "}");
}
