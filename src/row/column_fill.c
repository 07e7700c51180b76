/* column_fill.c - see column_fill.h. One row a type: how its literal is spelled, and what its zero is. */
#include "row/column_fill.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"

typedef bool fill(const struct column *c, const char *text, size_t len, char *out, size_t size);

static bool copy(const char *text, size_t len, char *out, size_t size)
{
	if (len >= size)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return true;
}

static bool fill_integer(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	uint64_t u;
	int64_t i;

	(void)c;
	if (strcasecmp(text, "TRUE") == 0 || strcasecmp(text, "FALSE") == 0)
		return copy(strcasecmp(text, "TRUE") == 0 ? "1" : "0", 1, out, size);
	return (num_parse_i64(text, len, &i) || num_parse_u64(text, len, &u)) && copy(text, len, out, size);
}

static bool fill_double(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	double d;

	(void)c;
	return num_parse_double(text, len, &d) && copy(text, len, out, size);
}

/* Zeros behind the point up to the column's digits; a literal with more of them was rounded by the server. */
static bool with_fraction(const char *text, size_t len, unsigned digits, char *out, size_t size)
{
	const char *point = memchr(text, '.', len);
	size_t has = point ? len - (size_t)(point - text) - 1 : 0;

	if (has > digits || len + digits + 2 > size)
		return false;
	memcpy(out, text, len);
	if (!point && digits)
		out[len++] = '.';
	for (; has < digits; has++)
		out[len++] = '0';
	out[len] = '\0';
	return true;
}

static bool fill_decimal(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	return len > 0 && strspn(text, "-0123456789.") >= len && text[0] != '.' &&
			with_fraction(text, len, c->scale, out, size);
}

static bool fill_text(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	(void)c;
	return copy(text, len, out, size);
}

static bool fill_date(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	(void)c;
	return len == 10 && text[4] == '-' && text[7] == '-' && strncmp(text, "0000", 4) != 0 &&
			copy(text, len, out, size);
}

static bool fill_datetime(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	return len >= 19 && text[10] == ' ' && strncmp(text, "0000", 4) != 0 &&
			with_fraction(text, len, c->scale, out, size);
}

static bool fill_time(const struct column *c, const char *text, size_t len, char *out, size_t size)
{
	return len >= 8 && text[2] == ':' && text[5] == ':' && with_fraction(text, len, c->scale, out, size);
}

static const struct {
	fill *literal;
	const char *zero;
} fills[CLASS_COUNT] = {
	[CLASS_INTEGER] = { fill_integer, "0" },
	[CLASS_YEAR] = { fill_integer, "0" },
	[CLASS_FLOAT] = { fill_double, "0" },
	[CLASS_DECIMAL] = { fill_decimal, "0" },
	[CLASS_CHAR] = { fill_text, "" },
	[CLASS_TEXT] = { fill_text, "" },
	[CLASS_ENUM] = { fill_text, NULL },
	[CLASS_SET] = { fill_text, "" },
	[CLASS_DATE] = { fill_date, NULL },
	[CLASS_TIME] = { fill_time, "00:00:00" },
};

bool column_fill(const struct column *c, char *out, size_t size)
{
	enum type_class class = column_class(c);
	fill *literal = c->type == COL_DATETIME ? fill_datetime : fills[class].literal;
	const char *zero = class == CLASS_ENUM && c->labels ? c->label[0] : fills[class].zero;

	if (c->generated || c->autoinc || literal == NULL)
		return false;
	if (c->default_kind == DEFAULT_LITERAL)
		return literal(c, c->default_text, strlen(c->default_text), out, size);
	return c->default_kind == DEFAULT_NONE && !c->nullable && zero && literal(c, zero, strlen(zero), out, size);
}
