/*
 * format_history_read.c - a schema history record back to schemas: exactly, when the member "millrace" stands beside
 * Debezium's model; as far as the model goes, when a Debezium connector wrote the record.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/format.h"
#include "format/history/format_history.h"
#include "format/history/format_position.h"

struct table_name {
	char db[1024], table[1024];
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int64_t number_of(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static bool flag_of(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* One part of an id, up to its closing quote; a quote in the name is doubled. NULL: it is none, or too long. */
static const char *parse_part(const char *p, char *out, size_t size)
{
	size_t n = 0;

	if (*p++ != '"')
		return NULL;
	for (; *p && n + 1 < size; p++) {
		if (*p == '"' && *++p != '"') {
			out[n] = '\0';
			return n > 0 ? p : NULL;
		}
		out[n++] = *p;
	}
	return NULL;
}

/* "db"."table" */
static int parse_id(const char *id, struct table_name *out, struct err *err)
{
	const char *p = id ? parse_part(id, out->db, sizeof(out->db)) : NULL;

	if (p && *p == '.')
		p = parse_part(p + 1, out->table, sizeof(out->table));
	else
		p = NULL;
	return p && *p == '\0' ? 0
			       : err_set(err, ERR_DATA, 0,
						 "schema history: expected a table as \"db\".\"table\", found %.200s",
						 id ? id : "nothing");
}

/* 'it''s' to it's; without quotes as it stands. */
static char *label_unquote(const char *text)
{
	size_t len = strlen(text), n = 0;
	char *out;

	if (len < 2 || text[0] != '\'' || text[len - 1] != '\'')
		return xstrdup(text);
	out = xstrndup(text + 1, len - 2);
	for (size_t i = 0; out[i]; i++) {
		out[n++] = out[i];
		if (out[i] == '\'' && out[i + 1] == '\'')
			i++;
	}
	out[n] = '\0';
	return out;
}

/* The options stand with their quotes. The caller frees the copies. */
static const char **take_labels(const json_t *model, struct column *c)
{
	const json_t *values = json_object_get(model, "enumValues");
	size_t n = json_array_size(values);
	const char **label;

	if (n == 0 || n > UINT16_MAX)
		return NULL;
	label = xcalloc(n, sizeof(*label));
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(values, i));

		label[i] = label_unquote(text ? text : "");
	}
	c->labels = (uint16_t)n;
	c->label = label;
	return label;
}

static void free_labels(const char **label, unsigned n)
{
	for (unsigned i = 0; label && i < n; i++)
		free((char *)label[i]);
	free(label);
}

/* What length and scale mean depends on the type: see column_length() in format_history.c. */
static void take_lengths(const json_t *model, struct column *c)
{
	int64_t length = number_of(model, "length", -1), scale = number_of(model, "scale", -1);

	switch (column_class(c)) {
	case CLASS_DECIMAL:
		c->precision = length > 0 && length <= 65 ? (uint8_t)length : 10;
		c->scale = scale > 0 && scale <= 30 ? (uint8_t)scale : 0;
		break;
	case CLASS_FLOAT:
		c->has_scale = scale >= 0 && scale <= 30;
		c->scale = c->has_scale ? (uint8_t)scale : 0;
		c->precision = length > 0 && length <= 255 ? (uint8_t)length : 0;
		if (c->type == COL_FLOAT && !c->has_scale && length > 24)
			c->type = COL_DOUBLE;
		break;
	case CLASS_TIME:
	case CLASS_DATETIME: c->scale = length > 0 && length <= 6 ? (uint8_t)length : 0; break;
	case CLASS_ENUM:
	case CLASS_SET: break;
	default:
		if (length >= 0 && length <= UINT32_MAX)
			c->length = (uint32_t)length;
	}
}

/* The name of the type as the DDL had it, if it is another than the type's own. */
static void take_type_name(const char *type, struct column *c, char *name, size_t size)
{
	struct history_column h;
	char *suffix;

	history_column_of(c, &h);
	if (c->type == COL_UNKNOWN || strcasecmp(type, h.type_name) == 0)
		return;
	snprintf(name, size, "%s", type);
	suffix = strcasestr(name, " UNSIGNED");
	if (suffix || (suffix = strcasestr(name, " ZEROFILL")))
		*suffix = '\0';
	c->type_name = name;
}

static char escaped(char c)
{
	static const char from[] = "ntrb0Z", to[] = "\n\t\r\b\0\x1a";
	const char *at = strchr(from, c);

	return c && at ? to[at - from] : c;
}

/*
 * Debezium keeps the text between the quotes of the DDL: escapes stay, and so do doubled quotes. What it stands for,
 * the caller's to free; NULL: a zero byte, which no text here has.
 */
static char *default_of_model(const char *text)
{
	char *out = xmalloc(strlen(text) + 1), *at = out;

	for (const char *p = text; *p; p++) {
		if (*p == '\\' && p[1] && !strchr("%_", p[1]))
			*at++ = escaped(*++p);
		else if (*p == '\'' && p[1] == '\'')
			*at++ = *p++;
		else
			*at++ = *p;
		if (at[-1] == '\0') {
			free(out);
			return NULL;
		}
	}
	*at = '\0';
	return out;
}

static int take_model(const json_t *model, struct column *c, char *name, size_t name_size, struct err *err)
{
	const char *type = text_of(model, "typeName");

	*c = (struct column){
		.name = text_of(model, "name"),
		.charset = text_of(model, "charsetName"),
		.comment = text_of(model, "comment"),
	};
	if (!c->name || !type)
		return err_set(err, ERR_DATA, 0, "schema history: a column has no name or no type");
	if (!history_column_type(type, c)) {
		c->type = COL_UNKNOWN;
		c->type_text = type;
	}
	take_type_name(type, c, name, name_size);
	if (c->charset && strcmp(c->charset, "utf8") == 0) /* of NCHAR, and of servers before 8.0 */
		c->charset = "utf8mb3";
	take_lengths(model, c);
	c->nullable = flag_of(model, "optional");
	c->autoinc = flag_of(model, "autoIncremented");
	c->default_text = text_of(model, "defaultValueExpression");
	if (flag_of(model, "hasDefaultValue"))
		c->default_kind = c->default_text ? DEFAULT_LITERAL : DEFAULT_NULL;
	return 0;
}

static enum column_type type_named(const char *name)
{
	enum column_type type;

	return name && column_type_find(name, strlen(name), &type) ? type : COL_UNKNOWN;
}

static enum column_default default_named(const char *name)
{
	for (int kind = DEFAULT_NONE; name && kind <= DEFAULT_NOW; kind++)
		if (strcmp(history_default_name((enum column_default)kind), name) == 0)
			return (enum column_default)kind;
	return DEFAULT_NONE;
}

/* Our own member says all: nothing of the model's guesses is left. */
static void take_exact(const json_t *own, struct column *c)
{
	c->type = type_named(text_of(own, "type"));
	c->type_text = text_of(own, "typeText");
	c->length = (uint32_t)number_of(own, "length", 0);
	c->precision = (uint8_t)number_of(own, "precision", 0);
	c->scale = (uint8_t)number_of(own, "scale", 0);
	c->collation = (uint16_t)number_of(own, "collation", 0);
	c->default_kind = default_named(text_of(own, "default"));
	c->default_text = text_of(own, "defaultValue");
	c->comment = text_of(own, "comment");
	c->has_scale = flag_of(own, "hasScale");
	c->is_unsigned = flag_of(own, "unsigned");
	c->zerofill = flag_of(own, "zerofill");
	c->autoinc = flag_of(own, "autoIncrement");
	c->generated = flag_of(own, "generated");
	c->invisible = flag_of(own, "invisible");
	c->is_boolean = flag_of(own, "boolean");
}

static int add_column(struct schema *s, const json_t *model, const json_t *own, struct err *err)
{
	const char **label;
	char name[64];
	struct column c;
	char *text = NULL;

	if (take_model(model, &c, name, sizeof(name), err) < 0)
		return -1;
	if (json_is_object(own))
		take_exact(own, &c);
	else if (c.default_text)
		c.default_text = text = default_of_model(c.default_text);
	if (c.default_text == NULL && c.default_kind == DEFAULT_LITERAL)
		c.default_kind = DEFAULT_EXPRESSION;
	label = take_labels(model, &c);
	schema_add_column(s, &c);
	free_labels(label, c.labels);
	free(text);
	return 0;
}

static int take_key(struct schema *s, const json_t *table, struct err *err)
{
	const json_t *names = json_object_get(table, "primaryKeyColumnNames");
	size_t n = json_array_size(names);
	const char **key;
	int rc;

	if (n == 0)
		return 0;
	key = xcalloc(n, sizeof(*key));
	for (size_t i = 0; i < n; i++) {
		key[i] = json_string_value(json_array_get(names, i));
		if (!key[i])
			key[i] = "";
	}
	rc = schema_set_key(s, key, (unsigned)n);
	free(key);
	return rc < 0 ? err_set(err, ERR_DATA, 0,
					"schema history: %s.%s: the key has a column that the table does not have",
					s->db, s->table)
		      : 0;
}

static void take_index(struct schema *s, const json_t *own)
{
	const json_t *names = json_object_get(own, "columns");
	size_t n = json_array_size(names);
	const char **columns = xcalloc(n + 1, sizeof(*columns));
	struct schema_index index = {
		.name = text_of(own, "name"),
		.primary = flag_of(own, "primary"),
		.unique = flag_of(own, "unique"),
		.functional = flag_of(own, "functional"),
		.columns = columns,
		.ncolumns = (unsigned)n,
	};

	for (size_t i = 0; i < n; i++) {
		columns[i] = json_string_value(json_array_get(names, i));
		if (!columns[i] || schema_column(s, columns[i], strlen(columns[i])) < 0)
			index.name = NULL;
	}
	if (index.name)
		schema_add_index(s, &index);
	free(columns);
}

static void take_indexes(struct schema *s, const json_t *own)
{
	for (size_t i = 0; i < json_array_size(own); i++)
		take_index(s, json_array_get(own, i));
}

static int fill_schema(struct schema *s, const json_t *table, const json_t *own, struct err *err)
{
	const json_t *columns = json_object_get(table, "columns"), *exact = json_object_get(own, "columns");
	const char *charset = text_of(table, "defaultCharsetName"), *comment = text_of(own, "comment");

	for (size_t i = 0; i < json_array_size(columns); i++)
		if (add_column(s, json_array_get(columns, i), json_array_get(exact, i), err) < 0)
			return -1;
	if (charset)
		s->charset = arena_dup(&s->arena, charset, strlen(charset));
	if (!comment)
		comment = text_of(table, "comment");
	if (comment)
		s->comment = arena_dup(&s->arena, comment, strlen(comment));
	s->collation = (uint16_t)number_of(own, "collation", 0);
	s->key_is_unique_index = flag_of(own, "keyIsUniqueIndex");
	take_indexes(s, json_object_get(own, "indexes"));
	s->exact = true;
	return take_key(s, table, err);
}

/* Where and when a statement was. */
struct history_statement {
	const struct position *at;
	int64_t commit_us; /* -1: not known */
};

static void tell_table(const struct format_history_reader *to, const struct history_statement *of,
		const struct table_name *name, struct schema *s)
{
	if (to->table)
		to->table(to->arg, of->at, of->commit_us, name->db, name->table, s);
}

static int apply_change(const json_t *change, const json_t *own, const struct history_statement *of,
		const struct format_history_reader *to, struct err *err)
{
	const json_t *table = json_object_get(change, "table");
	const char *previous = text_of(change, "previousId");
	struct table_name name, old;
	struct schema *s;
	int rc;

	if (parse_id(text_of(change, "id"), &name, err) < 0)
		return -1;
	if (previous) {
		if (parse_id(previous, &old, err) < 0)
			return -1;
		if (strcmp(old.db, name.db) != 0 || strcmp(old.table, name.table) != 0)
			tell_table(to, of, &old, NULL);
	}
	if (!json_is_object(table)) {
		tell_table(to, of, &name, NULL);
		return 0;
	}
	s = schema_new(name.db, name.table);
	rc = fill_schema(s, table, own, err);
	if (rc == 0)
		tell_table(to, of, &name, s);
	schema_unref(s);
	return rc;
}

static int apply_record(const json_t *root, const struct position *at, const struct format_history_reader *to,
		struct err *err)
{
	const json_t *own = json_object_get(root, "millrace"), *indexed = json_object_get(own, "indexed");
	const json_t *changes = indexed ? indexed : json_object_get(root, "tableChanges");
	const json_t *tables = json_object_get(own, "tables");
	const char *database = text_of(own, "database"), *pipeline = text_of(own, "pipeline");
	const char *prefix = text_of(json_object_get(root, "source"), "server");
	const struct history_statement of = { .at = at, .commit_us = number_of(own, "ts_us", -1) };

	if (to->pipeline && pipeline && prefix)
		to->pipeline(to->arg, pipeline, prefix);
	if (to->wants && !to->wants(to->arg, at, text_of(own, "gtid")))
		return 0;
	if (database && to->database)
		to->database(to->arg, database, (unsigned)number_of(own, "databaseCollation", 0));
	for (size_t i = 0; i < json_array_size(changes); i++)
		if (apply_change(json_array_get(changes, i), json_array_get(tables, i), &of, to, err) < 0)
			return -1;
	return 0;
}

int format_history_decode(const struct record *r, const struct format_history_reader *to, struct err *err)
{
	json_error_t problem;
	json_t *root = r->value ? json_loadb(r->value, r->value_len, JSON_REJECT_DUPLICATES, &problem) : NULL;
	struct position at;
	int rc = 0;

	if (!r->value)
		return 0;
	if (!root && json_error_code(&problem) == json_error_out_of_memory)
		return err_set(err, ERR_RETRY, 0, "schema history, offset %lld: not enough memory for %u bytes of JSON",
				(long long)r->offset, r->value_len);
	if (!root)
		return err_set(err, ERR_DATA, 0, "schema history, offset %lld: expected JSON, found: %s",
				(long long)r->offset, problem.text);
	position_init(&at);
	if (format_position_from_json(json_object_get(root, "position"), &at, err) == 0)
		rc = apply_record(root, &at, to, err);
	else
		rc = -1;
	position_done(&at);
	json_decref(root);
	return rc < 0 ? err_wrap(err, "schema history, offset %lld", (long long)r->offset) : 0;
}
