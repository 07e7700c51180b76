/*
 * format_history.c - writes schema history records, laid out as Jackson's pretty printer lays them out.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "format/history/format_history.h"
#include "format/history/format_position.h"
#include "format/history/format_pretty.h"

enum { JDBC_NUMERIC = 2, JDBC_REAL = 7, JDBC_BOOLEAN = 16, JDBC_NVARCHAR = -9, JDBC_NCHAR = -15 };

/* By enum column_type: java.sql.Types as Debezium's DDL parser gives them. */
static void column_length(const struct column *c, struct history_column *out)
{
	switch (column_class(c)) {
	case CLASS_DECIMAL:
		out->length = c->precision ? c->precision : 10;
		out->scale = c->scale;
		break;
	case CLASS_FLOAT:
		if (c->has_scale) {
			out->length = c->precision;
			out->scale = c->scale;
		}
		break;
	case CLASS_TIME:
	case CLASS_DATETIME: out->length = c->scale ? c->scale : -1; break;
	case CLASS_ENUM: out->length = 1; break;
	case CLASS_SET: out->length = c->labels ? 2 * (int64_t)c->labels - 1 : 0; break;
	case CLASS_CHAR:
	case CLASS_BINARY: out->length = (int64_t)c->length; break;
	default: out->length = c->length && !c->is_boolean ? (int64_t)c->length : -1;
	}
}

static int jdbc_type_of(const struct column *c)
{
	const char *name = c->type_name ? c->type_name : "";

	if (c->is_boolean)
		return JDBC_BOOLEAN;
	if (strcmp(name, "NUMERIC") == 0)
		return JDBC_NUMERIC;
	if (strcmp(name, "REAL") == 0)
		return JDBC_REAL;
	if (*name == 'N' && column_class(c) == CLASS_CHAR) /* NCHAR, NATIONAL .. */
		return c->type == COL_CHAR ? JDBC_NCHAR : JDBC_NVARCHAR;
	return column_types[c->type].jdbc;
}

/* In the words of the DDL, where it had others. */
static void column_name(const struct column *c, struct history_column *out)
{
	const char *name = c->type_name ? c->type_name : c->is_boolean ? "boolean" : column_type_name(c->type);
	char *p = out->type_name;

	snprintf(p, sizeof(out->type_name), "%s%s%s", name, c->is_unsigned && !c->is_boolean ? " unsigned" : "",
			c->zerofill ? " zerofill" : "");
	for (; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
}

/* b'101' stands as 101. */
static void take_default_text(const struct column *c, struct history_column *out)
{
	const char *text = c->default_text;
	size_t len = text ? strlen(text) : 0;

	out->default_text = text;
	if (c->type != COL_BIT || len < 4 || len > sizeof(out->bits) || strncasecmp(text, "b'", 2) != 0)
		return;
	memcpy(out->bits, text + 2, len - 3);
	out->bits[len - 3] = '\0';
	out->default_text = out->bits;
}

void history_column_of(const struct column *c, struct history_column *out)
{
	*out = (struct history_column){ .jdbc_type = jdbc_type_of(c), .length = -1, .scale = -1 };
	column_name(c, out);
	out->charset = out->jdbc_type == JDBC_NCHAR || out->jdbc_type == JDBC_NVARCHAR ? "utf8" : c->charset;
	column_length(c, out);
	out->has_default = c->nullable || c->default_kind != DEFAULT_NONE;
	if (c->default_kind == DEFAULT_LITERAL)
		take_default_text(c, out);
	else if (c->default_kind == DEFAULT_NOW)
		out->default_text = "1970-01-01 00:00:00"; /* what the model holds for CURRENT_TIMESTAMP */
}

/* Takes the word off the end of the name. */
static bool cut_word(const char *name, size_t *len, const char *word)
{
	size_t n = strlen(word);

	if (*len <= n || strncasecmp(name + *len - n, word, n) != 0)
		return false;
	*len -= n;
	return true;
}

bool history_column_type(const char *type_name, struct column *out)
{
	size_t len = strlen(type_name);

	out->zerofill = cut_word(type_name, &len, " ZEROFILL");
	out->is_unsigned = cut_word(type_name, &len, " UNSIGNED") || out->zerofill;
	if (!out->is_unsigned)
		(void)cut_word(type_name, &len, " SIGNED");
	out->is_boolean = len >= 4 && len <= 7 && strncasecmp(type_name, "BOOLEAN", len) == 0;
	if (out->is_boolean)
		out->length = 1;
	if (strncasecmp(type_name, "SERIAL", len) == 0 && len == 6)
		out->is_unsigned = true;
	return column_type_find(type_name, len, &out->type);
}

static void put_id_part(struct buf *b, const char *name)
{
	buf_putc(b, '"');
	for (; *name; name++) {
		if (*name == '"')
			buf_putc(b, '"');
		buf_putc(b, *name);
	}
	buf_putc(b, '"');
}

void history_table_id(struct buf *b, const char *db, const char *table)
{
	put_id_part(b, db);
	buf_putc(b, '.');
	put_id_part(b, table);
}

const char *history_change_name(char type)
{
	return type == 'C' ? "CREATE" : type == 'D' ? "DROP" : "ALTER";
}

void history_label_quote(struct buf *b, const char *label)
{
	buf_putc(b, '\'');
	for (; *label; label++) {
		if (*label == '\'')
			buf_putc(b, '\'');
		buf_putc(b, *label);
	}
	buf_putc(b, '\'');
}

const char *history_default_name(enum column_default kind)
{
	static const char *const names[] = {
		[DEFAULT_NONE] = "none",
		[DEFAULT_NULL] = "null",
		[DEFAULT_LITERAL] = "literal",
		[DEFAULT_EXPRESSION] = "expression",
		[DEFAULT_NOW] = "now",
	};

	return names[kind];
}

static void put_labels(struct pretty *p, const struct column *c)
{
	pretty_key(p, "enumValues");
	pretty_open(p, '[');
	for (unsigned i = 0; i < c->labels; i++) {
		struct buf quoted;

		buf_init(&quoted, 1 << 20);
		history_label_quote(&quoted, c->label[i]);
		pretty_element(p);
		pretty_str(p, quoted.data);
		buf_done(&quoted);
	}
	pretty_close(p, ']');
}

static void put_column(struct pretty *p, const struct column *c, unsigned position, const struct format_conf *conf)
{
	struct history_column h;

	history_column_of(c, &h);
	pretty_element(p);
	pretty_open(p, '{');
	pretty_key_str(p, "name", c->name);
	pretty_key_int(p, "jdbcType", h.jdbc_type);
	pretty_key_str(p, "typeName", h.type_name);
	pretty_key_str(p, "typeExpression", h.type_name);
	pretty_key_str(p, "charsetName", h.charset);
	if (h.length >= 0)
		pretty_key_int(p, "length", h.length);
	if (h.scale >= 0)
		pretty_key_int(p, "scale", h.scale);
	pretty_key_int(p, "position", position);
	pretty_key_bool(p, "optional", c->nullable);
	pretty_key_bool(p, "autoIncremented", c->autoinc);
	pretty_key_bool(p, "generated", c->autoinc);
	pretty_key_str(p, "comment", conf->include_schema_comments ? c->comment : NULL);
	pretty_key_bool(p, "hasDefaultValue", h.has_default);
	if (h.default_text)
		pretty_key_str(p, "defaultValueExpression", h.default_text);
	put_labels(p, c);
	pretty_close(p, '}');
}

static void put_key_names(struct pretty *p, const struct schema *s)
{
	pretty_key(p, "primaryKeyColumnNames");
	pretty_open(p, '[');
	for (unsigned i = 0; i < s->nkey; i++) {
		pretty_element(p);
		pretty_str(p, s->columns[s->key[i]].name);
	}
	pretty_close(p, ']');
}

static void put_model(struct pretty *p, const struct schema *s, const struct format_conf *conf)
{
	pretty_open(p, '{');
	pretty_key_str(p, "defaultCharsetName", s->charset);
	put_key_names(p, s);
	pretty_key(p, "columns");
	pretty_open(p, '[');
	for (unsigned i = 0; i < s->ncolumns; i++)
		put_column(p, &s->columns[i], i + 1, conf);
	pretty_close(p, ']');
	pretty_key(p, "attributes");
	pretty_open(p, '[');
	pretty_close(p, ']');
	pretty_close(p, '}');
}

static void put_id(struct pretty *p, const char *key, const char *db, const char *table)
{
	struct buf id;

	buf_init(&id, 4096);
	history_table_id(&id, db, table);
	pretty_key_str(p, key, id.data);
	buf_done(&id);
}

static void put_change(struct pretty *p, const struct ddl_table *t, const struct format_conf *conf)
{
	pretty_element(p);
	pretty_open(p, '{');
	pretty_key_str(p, "type", history_change_name(t->type));
	put_id(p, "id", t->db, t->table);
	if (t->previous_table)
		put_id(p, "previousId", t->previous_db ? t->previous_db : t->db, t->previous_table);
	if (t->schema) { /* what is dropped has neither */
		pretty_key(p, "table");
		put_model(p, t->schema, conf);
		pretty_key_str(p, "comment", conf->include_schema_comments ? t->schema->comment : NULL);
	}
	pretty_close(p, '}');
}

/* ---- the member "millrace": what the model lacks ---- */

static void key_flag(struct pretty *p, const char *name, bool set)
{
	if (set)
		pretty_key_bool(p, name, true);
}

static void key_number(struct pretty *p, const char *name, int64_t v)
{
	if (v)
		pretty_key_int(p, name, v);
}

static void put_exact_column(struct pretty *p, const struct column *c)
{
	pretty_element(p);
	pretty_open(p, '{');
	pretty_key_str(p, "type", column_type_name(c->type));
	if (c->type_text)
		pretty_key_str(p, "typeText", c->type_text);
	key_number(p, "length", c->length);
	key_number(p, "precision", c->precision);
	key_number(p, "scale", c->scale);
	key_number(p, "collation", c->collation);
	if (c->default_kind != DEFAULT_NONE)
		pretty_key_str(p, "default", history_default_name(c->default_kind));
	if (c->default_text)
		pretty_key_str(p, "defaultValue", c->default_text);
	if (c->comment)
		pretty_key_str(p, "comment", c->comment);
	key_flag(p, "hasScale", c->has_scale);
	key_flag(p, "unsigned", c->is_unsigned);
	key_flag(p, "zerofill", c->zerofill);
	key_flag(p, "autoIncrement", c->autoinc);
	key_flag(p, "generated", c->generated);
	key_flag(p, "invisible", c->invisible);
	key_flag(p, "boolean", c->is_boolean);
	pretty_close(p, '}');
}

static void put_exact_index(struct pretty *p, const struct schema_index *index)
{
	pretty_element(p);
	pretty_open(p, '{');
	pretty_key_str(p, "name", index->name);
	key_flag(p, "primary", index->primary);
	key_flag(p, "unique", index->unique);
	key_flag(p, "functional", index->functional);
	pretty_key(p, "columns");
	pretty_open(p, '[');
	for (unsigned i = 0; i < index->ncolumns; i++) {
		pretty_element(p);
		pretty_str(p, index->columns[i]);
	}
	pretty_close(p, ']');
	pretty_close(p, '}');
}

static void put_exact_indexes(struct pretty *p, const struct schema *s)
{
	if (s->nindexes == 0)
		return;
	pretty_key(p, "indexes");
	pretty_open(p, '[');
	for (unsigned i = 0; i < s->nindexes; i++)
		put_exact_index(p, &s->indexes[i]);
	pretty_close(p, ']');
}

static void put_exact_table(struct pretty *p, const struct schema *s)
{
	pretty_element(p);
	pretty_open(p, '{');
	if (s) {
		if (s->comment)
			pretty_key_str(p, "comment", s->comment);
		key_number(p, "collation", s->collation);
		key_flag(p, "keyIsUniqueIndex", s->key_is_unique_index);
		put_exact_indexes(p, s);
		pretty_key(p, "columns");
		pretty_open(p, '[');
		for (unsigned i = 0; i < s->ncolumns; i++)
			put_exact_column(p, &s->columns[i]);
		pretty_close(p, ']');
	}
	pretty_close(p, '}');
}

/* A table whose indexes have changed is none of Debezium's tableChanges. */
static void put_indexed(struct pretty *p, const struct format_conf *conf, const struct ddl_change *ddl)
{
	if (ddl->ntables == 0 || ddl->table[0].type != 'I')
		return;
	pretty_key(p, "indexed");
	pretty_open(p, '[');
	put_change(p, &ddl->table[0], conf);
	pretty_close(p, ']');
}

static void put_exact(struct pretty *p, const struct format_conf *conf, const struct change_txn *txn,
		const struct ddl_change *ddl)
{
	pretty_key(p, "millrace");
	pretty_open(p, '{');
	if (conf->connector_name)
		pretty_key_str(p, "pipeline", conf->connector_name);
	if (txn->gtid)
		pretty_key_str(p, "gtid", txn->gtid);
	if (txn->commit_us > 0)
		pretty_key_int(p, "ts_us", txn->commit_us);
	if (ddl->database) {
		pretty_key_str(p, "database", ddl->database);
		key_number(p, "databaseCollation", ddl->collation);
	}
	put_indexed(p, conf, ddl);
	pretty_key(p, "tables");
	pretty_open(p, '[');
	for (unsigned i = 0; i < ddl->ntables; i++)
		if (ddl->table[i].type != 'T')
			put_exact_table(p, ddl->table[i].schema);
	pretty_close(p, ']');
	pretty_close(p, '}');
}

static void put_position(struct pretty *p, const struct position *at)
{
	struct position_member m[POSITION_MEMBERS];
	unsigned n = format_position_members(at, m);

	pretty_key(p, "position");
	pretty_open(p, '{');
	for (unsigned i = 0; i < n; i++) {
		if (m[i].text)
			pretty_key_str(p, m[i].name, m[i].text);
		else
			pretty_key_int(p, m[i].name, (int64_t)m[i].number);
	}
	pretty_close(p, '}');
}

void format_history_write(struct buf *b, const struct format_conf *conf, const struct position *at, int64_t now_us,
		const struct change_txn *txn, const struct ddl_change *ddl)
{
	struct pretty p = { .b = b };

	pretty_open(&p, '{');
	pretty_key(&p, "source");
	pretty_open(&p, '{');
	pretty_key_str(&p, "server", conf->topic_prefix);
	pretty_close(&p, '}');
	put_position(&p, at);
	pretty_key_int(&p, "ts_ms", now_us / 1000);
	pretty_key_str(&p, "databaseName", ddl->db ? ddl->db : "");
	pretty_key_str(&p, "ddl", ddl->ddl);
	pretty_key(&p, "tableChanges");
	pretty_open(&p, '[');
	for (unsigned i = 0; i < ddl->ntables; i++)
		if (ddl->table[i].type != 'T' && ddl->table[i].type != 'I')
			put_change(&p, &ddl->table[i], conf);
	pretty_close(&p, ']');
	put_exact(&p, conf, txn, ddl);
	pretty_close(&p, '}');
}
