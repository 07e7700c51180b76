/*
 * mysql_ddl_column.c - a column definition: type, attributes, place. There are dozens of names for two dozen types, and
 * DEFAULT may be a literal, a function or an expression in brackets, which has to be kept as written.
 */
#include <ctype.h>
#include <string.h>

#include "source/catalog/mysql_ddl_parser.h"
#include "source/decode/mysql_charset.h"

enum type_form {
	FORM_NOTHING,	  /* a character set perhaps */
	FORM_INT,	  /* (display width), SIGNED, UNSIGNED, ZEROFILL */
	FORM_FLOAT,	  /* (p) or (M,D) */
	FORM_DOUBLE,	  /* (M,D) */
	FORM_DECIMAL,	  /* (p[,s]) */
	FORM_BIT,	  /* [(n)], 1 */
	FORM_FRACTION,	  /* [(fraction digits)] */
	FORM_CHARS,	  /* [(n)], 1, character set */
	FORM_VARCHARS,	  /* (n), character set */
	FORM_BYTES,	  /* [(n)], 1 */
	FORM_VARBYTES,	  /* (n) */
	FORM_TEXT_LENGTH, /* [(n)] of TEXT and BLOB */
	FORM_LABELS,	  /* ('a','b'), character set */
	FORM_VECTOR,	  /* [(n)], 2048 */
	FORM_YEAR
};

/* By class. Where types of a class differ, form_of() knows. */
static const enum type_form forms[CLASS_COUNT] = {
	[CLASS_INTEGER] = FORM_INT,
	[CLASS_FLOAT] = FORM_FLOAT,
	[CLASS_DECIMAL] = FORM_DECIMAL,
	[CLASS_BIT] = FORM_BIT,
	[CLASS_YEAR] = FORM_YEAR,
	[CLASS_TIME] = FORM_FRACTION,
	[CLASS_DATETIME] = FORM_FRACTION,
	[CLASS_CHAR] = FORM_CHARS,
	[CLASS_BINARY] = FORM_BYTES,
	[CLASS_ENUM] = FORM_LABELS,
	[CLASS_SET] = FORM_LABELS,
	[CLASS_OPAQUE] = FORM_VECTOR,
};

static enum type_form form_of(const struct token *name, enum column_type type)
{
	switch (type) {
	case COL_DOUBLE: return FORM_DOUBLE;
	case COL_VARCHAR: return FORM_VARCHARS;
	case COL_VARBINARY: return FORM_VARBYTES;
	default: break;
	}
	if (token_is(name, "TEXT") || token_is(name, "BLOB"))
		return FORM_TEXT_LENGTH;
	if (token_is(name, "BOOL") || token_is(name, "BOOLEAN") || token_is(name, "SERIAL"))
		return FORM_NOTHING;
	return forms[type_class(type)];
}

/* ---- arguments ---- */

/* [(n)] */
static void length_optional(struct ddl_parser *p, uint32_t *out)
{
	if (ddl_accept_mark(p, '(') && ddl_number(p, out))
		ddl_expect_mark(p, ')');
}

static void length_needed(struct ddl_parser *p, uint32_t *out)
{
	if (ddl_expect_mark(p, '(') && ddl_number(p, out))
		ddl_expect_mark(p, ')');
}

/* [(M[,D])]; returns how many numbers there were. */
static unsigned precision_and_scale(struct ddl_parser *p, struct column *c)
{
	uint32_t precision = 0, scale = 0;
	unsigned n = 1;

	if (!ddl_accept_mark(p, '('))
		return 0;
	ddl_number(p, &precision);
	if (ddl_accept_mark(p, ',')) {
		ddl_number(p, &scale);
		n = 2;
	}
	if (ddl_expect_mark(p, ')') && (precision > 255 || scale > 30))
		ddl_fail(p, "a precision and scale that are possible");
	c->precision = (uint8_t)precision;
	c->scale = (uint8_t)scale;
	return p->failed ? 0 : n;
}

static void float_arguments(struct ddl_parser *p, struct column *c)
{
	unsigned n = precision_and_scale(p, c);

	c->has_scale = n == 2;
	if (n != 1)
		return;
	if (c->precision > 24) /* FLOAT(25) is a DOUBLE */
		c->type = COL_DOUBLE;
	c->precision = 0;
}

static void decimal_arguments(struct ddl_parser *p, struct column *c)
{
	if (precision_and_scale(p, c) == 0 || c->precision == 0)
		c->precision = 10;
	if (c->precision > 65 || c->scale > c->precision)
		ddl_fail(p, "a precision and scale that are possible");
}

static void fraction_argument(struct ddl_parser *p, struct column *c)
{
	uint32_t digits = 0;

	length_optional(p, &digits);
	if (digits > 6)
		ddl_fail(p, "at most 6 fraction digits");
	c->scale = (uint8_t)digits;
}

static int digit_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* x'4142', 0x4142, b'01000001': bytes of the column's own character set. Those of ASCII are the same in all of them. */
static const char *bits_text(struct ddl_parser *p)
{
	const struct token *t = &p->token;
	bool prefixed = *t->p == '0', hex = strchr("xX", t->p[prefixed ? 1 : 0]) != NULL;
	size_t from = 2, to = prefixed ? t->len : t->len - 1, per_byte = hex ? 2 : 8, n = to - from;
	char *out = arena_alloc(p->arena, n + 2);
	unsigned byte = 0, at = 0;

	for (size_t i = 0, pad = (per_byte - n % per_byte) % per_byte; i < n; i++) {
		byte = byte << (hex ? 4 : 1) | (unsigned)digit_value(t->p[from + i]);
		if ((i + 1 + pad) % per_byte != 0)
			continue;
		if (byte == 0 || byte >= 0x80) {
			ddl_fail(p, "a value as text");
			return NULL;
		}
		out[at++] = (char)byte;
		byte = 0;
	}
	out[at] = '\0';
	ddl_next(p);
	return out;
}

static const char *label_text(struct ddl_parser *p)
{
	if (p->token.kind == TOKEN_WORD && *p->token.p == '_') /* a character set in front */
		ddl_next(p);
	return p->token.kind == TOKEN_BITS ? bits_text(p) : ddl_text(p);
}

static void label_arguments(struct ddl_parser *p, struct column *c)
{
	size_t cap = 16;
	const char **label = arena_alloc(p->arena, cap * sizeof(*label));
	size_t n = 0;

	if (!ddl_expect_mark(p, '('))
		return;
	do {
		if (n == cap) {
			const char **more = arena_alloc(p->arena, 2 * cap * sizeof(*more));

			memcpy(more, label, n * sizeof(*more));
			label = more;
			cap *= 2;
		}
		label[n++] = label_text(p);
	} while (!p->failed && n <= 65535 && ddl_accept_mark(p, ','));
	if (ddl_expect_mark(p, ')') && n > (c->type == COL_SET ? 64 : 65535))
		ddl_fail(p, "fewer values");
	c->label = label;
	c->labels = (uint16_t)n;
}

static void type_arguments(struct ddl_parser *p, enum type_form form, struct ddl_column *out)
{
	struct column *c = &out->column;
	uint32_t ignored;

	switch (form) {
	case FORM_INT: length_optional(p, &c->length); break;
	case FORM_FLOAT: float_arguments(p, c); break;
	case FORM_DOUBLE: c->has_scale = precision_and_scale(p, c) == 2; break;
	case FORM_DECIMAL: decimal_arguments(p, c); break;
	case FORM_BIT:
	case FORM_CHARS:
	case FORM_BYTES:
		c->length = 1;
		length_optional(p, &c->length);
		break;
	case FORM_FRACTION: fraction_argument(p, c); break;
	case FORM_VARCHARS:
	case FORM_VARBYTES: length_needed(p, &c->length); break;
	case FORM_TEXT_LENGTH:
		out->is_text_by_length = p->token.kind == TOKEN_MARK && *p->token.p == '(';
		length_optional(p, &c->length);
		break;
	case FORM_LABELS: label_arguments(p, c); break;
	case FORM_VECTOR:
		c->length = 2048;
		length_optional(p, &c->length);
		break;
	case FORM_YEAR: length_optional(p, &ignored); break;
	case FORM_NOTHING: break;
	}
}

/* ---- the type's name ---- */

/* Words behind the first: CHAR VARYING, DOUBLE PRECISION, LONG VARBINARY, NATIONAL VARCHAR. */
static void type_second_word(struct ddl_parser *p, const struct token *first, enum type_form *form,
		struct ddl_column *out)
{
	struct column *c = &out->column;

	if (c->type == COL_CHAR && ddl_accept(p, "VARYING")) {
		c->type = COL_VARCHAR;
		*form = FORM_VARCHARS;
	} else if (token_is(first, "NCHAR") && (ddl_accept(p, "VARCHAR") || ddl_accept(p, "VARCHARACTER"))) {
		c->type = COL_VARCHAR;
		*form = FORM_VARCHARS;
	} else if (token_is(first, "DOUBLE")) {
		ddl_accept(p, "PRECISION");
	} else if (token_is(first, "LONG") && ddl_accept(p, "VARBINARY")) {
		c->type = column_type_of_bytes(c->type);
		*form = FORM_NOTHING;
	} else if (token_is(first, "LONG")) {
		if (!ddl_accept2(p, "CHAR", "VARYING") && !ddl_accept2(p, "CHARACTER", "VARYING") &&
				!ddl_accept(p, "VARCHAR"))
			ddl_accept(p, "VARCHARACTER");
	}
	if (token_is(first, "NCHAR") || token_is(first, "NVARCHAR"))
		out->charset.charset = "utf8mb3";
}

static void type_special(const struct token *name, uint64_t sql_mode, struct ddl_column *out)
{
	struct column *c = &out->column;

	if (token_is(name, "BOOL") || token_is(name, "BOOLEAN")) {
		c->is_boolean = true;
		c->length = 1;
	} else if (token_is(name, "SERIAL")) {
		c->is_unsigned = c->autoinc = true;
		out->not_null = out->unique = true;
	} else if (token_is(name, "REAL") && sql_mode & SQL_MODE_REAL_AS_FLOAT) {
		c->type = COL_FLOAT;
	}
}

/* The words of the name in upper case, one space between; NULL for SERIAL, which is a shorthand and no name. */
static const char *spelled(struct ddl_parser *p, const struct token *name, const char *from)
{
	size_t n = 0;
	char *out;

	if (p->failed || p->last_end <= from || token_is(name, "SERIAL"))
		return NULL;
	out = arena_dup(p->arena, from, (size_t)(p->last_end - from));
	for (const char *in = out; *in; in++) {
		if (!isspace((unsigned char)*in))
			out[n++] = (char)toupper((unsigned char)*in);
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	out[n] = '\0';
	return out;
}

static bool type_parse(struct ddl_parser *p, struct ddl_column *out)
{
	const char *from = p->token.p;
	bool national = ddl_accept(p, "NATIONAL");
	struct token name = p->token;
	enum column_type *type = &out->column.type;
	enum type_form form;

	if (p->failed || name.kind != TOKEN_WORD || !column_type_find(name.p, name.len, type))
		return ddl_fail(p, "a column type");
	ddl_next(p);
	form = form_of(&name, *type);
	if (national)
		out->charset.charset = "utf8mb3";
	type_second_word(p, &name, &form, out);
	type_special(&name, p->lexer.sql_mode, out);
	out->column.type_name = spelled(p, &name, from);
	type_arguments(p, form, out);
	return !p->failed;
}

/* ---- attributes ---- */

static const char *raw_text(struct ddl_parser *p, const char *from, const char *to)
{
	while (to > from && (to[-1] == ' ' || to[-1] == '\n' || to[-1] == '\t' || to[-1] == '\r'))
		to--;
	return arena_dup(p->arena, from, (size_t)(to - from));
}

static bool default_is_now(const struct ddl_parser *p)
{
	static const char *const words[] = { "CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP", NULL };

	return ddl_is_one_of(p, words);
}

static void skip_now(struct ddl_parser *p)
{
	ddl_next(p);
	if (!p->failed && token_is_mark(&p->token, '('))
		ddl_skip_parens(p);
}

/* 'a' 'b' is 'ab'. */
static const char *literal_texts(struct ddl_parser *p, size_t *len)
{
	const char *text = token_string(&p->token, p->lexer.sql_mode, p->arena, len);

	for (ddl_next(p); p->token.kind == TOKEN_STRING; ddl_next(p)) {
		size_t more_len;
		const char *more = token_string(&p->token, p->lexer.sql_mode, p->arena, &more_len);
		char *both = arena_alloc(p->arena, *len + more_len + 1);

		memcpy(both, text, *len);
		memcpy(both + *len, more, more_len + 1);
		*len += more_len;
		text = both;
	}
	return text;
}

/* What may stand in front of a string: _utf8mb4'x', DATE'2024-01-01'. */
static void default_introducer(struct ddl_parser *p, struct ddl_default *d)
{
	static const char *const types[] = { "DATE", "TIME", "TIMESTAMP", NULL };

	if (p->token.kind == TOKEN_WORD && *p->token.p == '_')
		d->charset = charset_canonical(p->token.p + 1, p->token.len - 1);
	else if (!ddl_is_one_of(p, types))
		return;
	ddl_next(p);
}

static bool default_number(struct ddl_parser *p, struct ddl_column *out)
{
	struct column *c = &out->column;
	const char *from = p->token.p;

	if (ddl_accept_mark(p, '-') || ddl_accept_mark(p, '+'))
		if (p->token.kind != TOKEN_NUMBER)
			return ddl_fail(p, "a number");
	if (p->token.kind != TOKEN_NUMBER && p->token.kind != TOKEN_BITS && !ddl_is(p, "TRUE") && !ddl_is(p, "FALSE"))
		return ddl_fail(p, "a default value");
	out->literal.form = p->token.kind == TOKEN_BITS ? DEFAULT_FORM_BITS : DEFAULT_FORM_NUMBER;
	c->default_text = *from == '-' || *from == '+'
			? arena_printf(p->arena, "%c%.*s", *from, (int)p->token.len, p->token.p)
			: arena_dup(p->arena, p->token.p, p->token.len);
	ddl_next(p);
	return true;
}

static bool default_literal(struct ddl_parser *p, struct ddl_column *out)
{
	struct ddl_default *d = &out->literal;
	const char *from = p->token.p;
	bool taken = true;

	*d = (struct ddl_default){ .cuts_fraction = p->lexer.sql_mode & SQL_MODE_TIME_TRUNCATE_FRACTIONAL };
	default_introducer(p, d);
	out->column.default_kind = DEFAULT_LITERAL;
	if (p->token.kind == TOKEN_STRING)
		out->column.default_text = literal_texts(p, &d->len);
	else
		taken = default_number(p, out);
	d->raw = raw_text(p, from, p->token.p);
	return taken;
}

bool ddl_default_parse(struct ddl_parser *p, struct ddl_column *out)
{
	const char *from = p->token.p;
	struct column *c = &out->column;

	if (p->failed)
		return false;
	if (ddl_accept(p, "NULL")) {
		c->default_kind = DEFAULT_NULL;
		return true;
	}
	if (default_is_now(p)) {
		skip_now(p);
		c->default_kind = DEFAULT_NOW;
		c->default_text = raw_text(p, from, p->token.p);
		return !p->failed;
	}
	if (!token_is_mark(&p->token, '('))
		return default_literal(p, out);
	if (!ddl_skip_parens(p))
		return false;
	c->default_kind = DEFAULT_EXPRESSION;
	c->default_text = raw_text(p, from, p->token.p);
	return true;
}

static void skip_references(struct ddl_parser *p)
{
	struct ddl_name ignored;

	ddl_table_name(p, &ignored);
	if (token_is_mark(&p->token, '('))
		ddl_skip_parens(p);
	while (ddl_is(p, "MATCH") || ddl_is(p, "ON")) {
		if (ddl_accept(p, "MATCH")) {
			ddl_next(p);
			continue;
		}
		ddl_next(p);
		ddl_next(p); /* DELETE, UPDATE */
		if (!ddl_accept2(p, "SET", "NULL") && !ddl_accept2(p, "SET", "DEFAULT") &&
				!ddl_accept2(p, "NO", "ACTION"))
			ddl_next(p); /* RESTRICT, CASCADE */
	}
}

static void skip_check(struct ddl_parser *p)
{
	ddl_skip_parens(p);
	if (!ddl_accept(p, "ENFORCED"))
		ddl_accept2(p, "NOT", "ENFORCED");
}

static bool attribute_number(struct ddl_parser *p, struct column *c)
{
	if (ddl_accept(p, "UNSIGNED")) {
		c->is_unsigned = true;
	} else if (ddl_accept(p, "ZEROFILL")) {
		c->is_unsigned = c->zerofill = true;
	} else if (!ddl_accept(p, "SIGNED")) {
		return false;
	}
	return true;
}

static bool attribute_charset(struct ddl_parser *p, struct ddl_charset *out)
{
	if (ddl_accept(p, "ASCII"))
		out->charset = "latin1";
	else if (ddl_accept(p, "UNICODE"))
		out->charset = "ucs2";
	else if (ddl_accept(p, "BYTE"))
		out->charset = "binary";
	else if (ddl_accept(p, "BINARY"))
		out->binary = true;
	else
		return !ddl_is(p, "DEFAULT") && ddl_charset_option(p, out);
	return true;
}

static bool attribute_key(struct ddl_parser *p, struct ddl_column *out)
{
	if (ddl_accept(p, "UNIQUE")) {
		ddl_accept(p, "KEY");
		out->unique = true;
	} else if (ddl_accept2(p, "PRIMARY", "KEY") || ddl_accept(p, "KEY")) {
		out->primary = true;
	} else {
		return false;
	}
	return true;
}

static bool attribute_null(struct ddl_parser *p, struct ddl_column *out)
{
	if (ddl_accept2(p, "NOT", "NULL"))
		out->not_null = true;
	else if (ddl_accept(p, "NULL"))
		out->null_given = true;
	else
		return false;
	return true;
}

static bool attribute_default(struct ddl_parser *p, struct ddl_column *out)
{
	if (ddl_accept(p, "DEFAULT"))
		return ddl_default_parse(p, out);
	if (ddl_accept(p, "ON"))
		return (out->on_update = true) && ddl_expect(p, "UPDATE") &&
				(default_is_now(p) ? (skip_now(p), true) : ddl_fail(p, "CURRENT_TIMESTAMP"));
	if (!ddl_accept2(p, "SERIAL", "DEFAULT"))
		return false;
	out->column.autoinc = out->not_null = out->unique = true;
	return ddl_expect(p, "VALUE");
}

static bool attribute_generated(struct ddl_parser *p, struct column *c)
{
	if (ddl_accept2(p, "GENERATED", "ALWAYS"))
		ddl_expect(p, "AS");
	else if (!ddl_accept(p, "AS"))
		return false;
	c->generated = true;
	ddl_skip_parens(p);
	if (!ddl_accept(p, "VIRTUAL"))
		ddl_accept(p, "STORED");
	return true;
}

static bool attribute_flag(struct ddl_parser *p, struct column *c)
{
	if (ddl_accept(p, "AUTO_INCREMENT"))
		c->autoinc = true;
	else if (ddl_accept(p, "VISIBLE"))
		c->invisible = false;
	else if (ddl_accept(p, "INVISIBLE"))
		c->invisible = true;
	else
		return false;
	return true;
}

/* Attributes that change nothing about the values. */
static bool attribute_other(struct ddl_parser *p, struct column *c)
{
	static const char *const with_value[] = { "COLUMN_FORMAT", "STORAGE", "SRID", "ENGINE_ATTRIBUTE",
		"SECONDARY_ENGINE_ATTRIBUTE", NULL };

	if (ddl_accept(p, "COMMENT")) {
		c->comment = ddl_comment(p);
		return true;
	}
	if (ddl_is_one_of(p, with_value)) {
		ddl_next(p);
		ddl_accept_mark(p, '=');
		ddl_next(p);
		return true;
	}
	if (ddl_accept2(p, "NOT", "SECONDARY"))
		return true;
	if (ddl_accept(p, "REFERENCES")) {
		skip_references(p);
		return true;
	}
	if (ddl_accept(p, "CONSTRAINT")) {
		if (!ddl_is(p, "CHECK"))
			ddl_name(p);
		if (!ddl_is(p, "CHECK"))
			return ddl_fail(p, "CHECK");
	}
	if (!ddl_accept(p, "CHECK"))
		return false;
	skip_check(p);
	return true;
}

static bool attribute_parse(struct ddl_parser *p, struct ddl_column *out)
{
	return attribute_number(p, &out->column) || attribute_null(p, out) || attribute_default(p, out) ||
			attribute_charset(p, &out->charset) || attribute_generated(p, &out->column) ||
			attribute_flag(p, &out->column) || attribute_key(p, out) || attribute_other(p, &out->column);
}

bool ddl_column_parse(struct ddl_parser *p, const char *name, struct ddl_column *out)
{
	*out = (struct ddl_column){ .column = { .name = name } };
	if (p->failed || !type_parse(p, out))
		return false;
	while (!p->failed && attribute_parse(p, out))
		continue;
	if (ddl_accept(p, "FIRST")) {
		out->place = PLACE_FIRST;
	} else if (ddl_accept(p, "AFTER")) {
		out->place = PLACE_AFTER;
		out->after = ddl_name(p);
	}
	return !p->failed;
}
