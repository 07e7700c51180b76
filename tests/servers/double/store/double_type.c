/*
 * double_type.c - the table of types, and which converter serves which. It refuses what StarRocks refuses: a string
 * longer than its column in *bytes* filters the row in both modes, whatever else cannot be converted becomes NULL
 * unless strict_mode is on.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "store/double_type.h"

enum { ARGS_NONE = 0, ARGS_WIDTH = 1, ARGS_LENGTH = 2, ARGS_DECIMAL = 3 };

struct type_row {
	const char *name;
	enum type_kind kind;
	int args;
	uint32_t len;			     /* when no length is written */
	const char *shown;		     /* SHOW CREATE TABLE; NULL: made from the arguments */
	const char *data_type, *column_type; /* information_schema.columns */
	bool key;
};

/* The first row of a kind is the one that names it; later rows are other spellings. */
static const struct type_row type_rows[] = {
	{ "boolean", TYPE_BOOLEAN, ARGS_NONE, 0, "boolean", "tinyint", "tinyint(1)", true },
	{ "tinyint", TYPE_TINYINT, ARGS_WIDTH, 0, "tinyint(4)", "tinyint", "tinyint(4)", true },
	{ "smallint", TYPE_SMALLINT, ARGS_WIDTH, 0, "smallint(6)", "smallint", "smallint(6)", true },
	{ "int", TYPE_INT, ARGS_WIDTH, 0, "int(11)", "int", "int(11)", true },
	{ "bigint", TYPE_BIGINT, ARGS_WIDTH, 0, "bigint(20)", "bigint", "bigint(20)", true },
	{ "largeint", TYPE_LARGEINT, ARGS_WIDTH, 0, "largeint(40)", "bigint unsigned", "bigint(20) unsigned", true },
	{ "float", TYPE_FLOAT, ARGS_NONE, 0, "float", "float", "float", false },
	{ "double", TYPE_DOUBLE, ARGS_NONE, 0, "double", "double", "double", false },
	{ "decimal", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "date", TYPE_DATE, ARGS_NONE, 0, "date", "date", "date", true },
	{ "datetime", TYPE_DATETIME, ARGS_NONE, 0, "datetime", "datetime", "datetime", true },
	{ "char", TYPE_CHAR, ARGS_LENGTH, 1, NULL, "char", NULL, false },
	{ "varchar", TYPE_VARCHAR, ARGS_LENGTH, 1, NULL, "varchar", NULL, true },
	{ "varbinary", TYPE_VARBINARY, ARGS_LENGTH, TYPE_VARCHAR_MAX, "varbinary", "varbinary", "varbinary", false },
	{ "json", TYPE_JSON, ARGS_NONE, 0, "json", "json", "json", false },
	{ "string", TYPE_VARCHAR, ARGS_NONE, 65533, NULL, "varchar", NULL, true },
	{ "text", TYPE_VARCHAR, ARGS_NONE, 65533, NULL, "varchar", NULL, true },
	{ "integer", TYPE_INT, ARGS_WIDTH, 0, "int(11)", "int", "int(11)", true },
	{ "bool", TYPE_BOOLEAN, ARGS_NONE, 0, "boolean", "tinyint", "tinyint(1)", true },
	{ "numeric", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "decimalv3", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "decimal32", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "decimal64", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "decimal128", TYPE_DECIMAL, ARGS_DECIMAL, 0, NULL, "decimal", NULL, false },
	{ "binary", TYPE_VARBINARY, ARGS_LENGTH, TYPE_VARCHAR_MAX, "varbinary", "varbinary", "varbinary", false },
};

static const struct type_row *row_of(enum type_kind kind)
{
	const struct type_row *row = type_rows;

	while (row->kind != kind)
		row++;
	return row;
}

static const char *decimal_args(struct type *t, unsigned nargs, const int64_t *args)
{
	int64_t precision = nargs > 0 ? args[0] : 10, scale = nargs > 1 ? args[1] : 0;

	if (precision < 1 || precision > 38)
		return "Precision of decimal must be between 1 and 38";
	if (scale < 0 || scale > precision)
		return "Scale of decimal must between 0 and precision";
	t->precision = (uint8_t)precision;
	t->scale = (uint8_t)scale;
	return NULL;
}

static const char *length_arg(struct type *t, const struct type_row *row, unsigned nargs, const int64_t *args)
{
	int64_t max = row->kind == TYPE_CHAR ? 255 : TYPE_VARCHAR_MAX;

	t->len = row->len;
	if (nargs == 0)
		return NULL;
	if (args[0] < 1)
		return "Varchar/Char size must be greater than 0";
	if (args[0] > max)
		return row->kind == TYPE_CHAR ? "Char size must be <= 255" : "Varchar size must be <= 1048576";
	t->len = (uint32_t)args[0];
	return NULL;
}

const char *type_make(struct type *t, const char *name, unsigned nargs, const int64_t *args)
{
	for (size_t i = 0; i < sizeof(type_rows) / sizeof(*type_rows); i++) {
		const struct type_row *row = &type_rows[i];

		if (strcasecmp(row->name, name) != 0)
			continue;
		*t = (struct type){ .kind = row->kind, .len = row->len };
		if (row->args == ARGS_DECIMAL)
			return nargs > 2 ? "decimal takes precision and scale" : decimal_args(t, nargs, args);
		if (row->args == ARGS_LENGTH)
			return nargs > 1 ? "one length expected" : length_arg(t, row, nargs, args);
		return nargs > (unsigned)row->args ? "this type takes no arguments" : NULL;
	}
	return "Unknown type";
}

void type_print(const struct type *t, struct buf *out)
{
	const struct type_row *row = row_of(t->kind);

	if (row->shown != NULL)
		buf_puts(out, row->shown);
	else if (t->kind == TYPE_DECIMAL)
		buf_printf(out, "decimal(%d, %d)", t->precision, t->scale);
	else
		buf_printf(out, "%s(%u)", row->name, t->len);
}

void type_mysql_print(const struct type *t, struct buf *out)
{
	const struct type_row *row = row_of(t->kind);

	if (row->column_type != NULL)
		buf_puts(out, row->column_type);
	else if (t->kind == TYPE_DECIMAL)
		buf_printf(out, "decimal(%d,%d)", t->precision, t->scale);
	else
		buf_printf(out, "%s(%u)", row->name, t->len);
}

const char *type_mysql_name(const struct type *t)
{
	return row_of(t->kind)->data_type;
}

bool type_can_be_key(const struct type *t)
{
	return row_of(t->kind)->key;
}

bool type_can_sort(const struct type *t)
{
	return t->kind != TYPE_FLOAT && t->kind != TYPE_DOUBLE && t->kind != TYPE_JSON && t->kind != TYPE_VARBINARY;
}

bool type_is_text(const struct type *t)
{
	return t->kind == TYPE_CHAR || t->kind == TYPE_VARCHAR || t->kind == TYPE_VARBINARY;
}

bool type_is_number(const struct type *t)
{
	return t->kind <= TYPE_DECIMAL;
}

bool type_can_become(const struct type *from, const struct type *to)
{
	bool from_int = from->kind >= TYPE_TINYINT && from->kind <= TYPE_LARGEINT;
	bool to_int = to->kind >= TYPE_TINYINT && to->kind <= TYPE_LARGEINT;

	if (from->kind == TYPE_VARCHAR && to->kind == TYPE_VARCHAR)
		return to->len >= from->len;
	if (from->kind == TYPE_CHAR && (to->kind == TYPE_CHAR || to->kind == TYPE_VARCHAR))
		return to->len >= from->len;
	if (from->kind == TYPE_DECIMAL && to->kind == TYPE_DECIMAL)
		return to->scale >= from->scale && to->precision - to->scale >= from->precision - from->scale;
	if (from->kind == to->kind)
		return true;
	if (from_int && (to_int || to->kind == TYPE_DOUBLE))
		return to->kind > from->kind;
	if (to->kind == TYPE_VARCHAR)
		return type_is_number(from);
	if (from->kind == TYPE_VARCHAR)
		return (to_int && to->kind != TYPE_LARGEINT) || to->kind == TYPE_FLOAT || to->kind == TYPE_DOUBLE ||
				to->kind == TYPE_DATE;
	if (from->kind == TYPE_FLOAT)
		return to->kind == TYPE_DOUBLE;
	if (from->kind == TYPE_INT)
		return to->kind == TYPE_DATE;
	return (from->kind == TYPE_DATETIME && to->kind == TYPE_DATE) ||
			(from->kind == TYPE_DATE && to->kind == TYPE_DATETIME);
}

size_t type_bound(const struct cell *in)
{
	return (in->len > in->raw_len ? in->len : in->raw_len) + TYPE_SCALAR_MAX;
}

static size_t json_minify(const char *p, size_t len, char *out)
{
	bool quoted = false;
	char *to = out;

	for (size_t i = 0; i < len; i++) {
		char c = p[i];

		if (quoted && c == '\\' && i + 1 < len) {
			*to++ = c;
			c = p[++i];
		} else if (c == '"') {
			quoted = !quoted;
		} else if (!quoted && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
			continue;
		}
		*to++ = c;
	}
	return (size_t)(to - out);
}

static enum type_result write_text(const struct type *t, const struct cell *in, char *out, size_t *len)
{
	if (in->kind == CELL_JSON) {
		*len = json_minify(in->p, in->len, out);
		return *len > t->len ? TYPE_TOO_LONG : TYPE_OK;
	}
	if (in->len > t->len)
		return TYPE_TOO_LONG;
	memcpy(out, in->p, in->len);
	*len = in->len;
	return TYPE_OK;
}

static enum type_result write_json(const struct cell *in, char *out, size_t *len)
{
	const char *p = in->raw != NULL ? in->raw : in->p;
	size_t size = in->raw != NULL ? in->raw_len : in->len;

	if (size == 0 || size > 16 << 20)
		return TYPE_BAD;
	*len = json_minify(p, size, out);
	return TYPE_OK;
}

static enum type_result write_boolean(const struct cell *in, char *out, size_t *len)
{
	size_t written;

	if (in->kind == CELL_TEXT && (in->len == 4 || in->len == 5)) {
		bool truth = in->len == 4 && strncasecmp(in->p, "true", 4) == 0;

		if (!truth && !(in->len == 5 && strncasecmp(in->p, "false", 5) == 0))
			return TYPE_BAD;
		*out = truth ? '1' : '0';
	} else {
		char number[TYPE_SCALAR_MAX];

		if (type_write_integer(TYPE_BIGINT, in->p, in->len, number, &written) != TYPE_OK)
			return TYPE_BAD;
		*out = written == 1 && *number == '0' ? '0' : '1';
	}
	*len = 1;
	return TYPE_OK;
}

enum type_result type_write(const struct type *t, const struct cell *in, char *out, size_t *len)
{
	if (in->kind == CELL_JSON && !type_is_text(t) && t->kind != TYPE_JSON)
		return TYPE_BAD;
	switch (t->kind) {
	case TYPE_BOOLEAN: return write_boolean(in, out, len);
	case TYPE_TINYINT:
	case TYPE_SMALLINT:
	case TYPE_INT:
	case TYPE_BIGINT:
	case TYPE_LARGEINT: return type_write_integer(t->kind, in->p, in->len, out, len);
	case TYPE_FLOAT:
	case TYPE_DOUBLE: return type_write_real(t->kind, in->p, in->len, out, len);
	case TYPE_DECIMAL: return type_write_decimal(t, in->p, in->len, out, len);
	case TYPE_DATE:
	case TYPE_DATETIME:
		return in->kind == CELL_TEXT ? type_write_time(t->kind, in->p, in->len, out, len) : TYPE_BAD;
	case TYPE_JSON: return write_json(in, out, len);
	default: return write_text(t, in, out, len);
	}
}

/* A string that is not the last part of a key ends with two zero bytes, its own zeros are followed by a one. */
static size_t key_text(const char *p, size_t len, bool last, char *out)
{
	char *to = out;

	if (last) {
		memcpy(out, p, len);
		return len;
	}
	for (size_t i = 0; i < len; i++) {
		*to++ = p[i];
		if (p[i] == '\0')
			*to++ = 1;
	}
	*to++ = '\0';
	*to++ = '\0';
	return (size_t)(to - out);
}

size_t type_key(const struct type *t, const char *text, size_t len, bool last, char *out)
{
	if (type_is_text(t))
		return key_text(text, len, last, out);
	if (t->kind == TYPE_DATE || t->kind == TYPE_DATETIME)
		return type_key_time(t->kind, text, len, out);
	return type_key_integer(t->kind, text, len, out);
}
