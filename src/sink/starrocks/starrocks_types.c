/*
 * starrocks_types.c - which StarRocks type takes a MySQL column, and why. One table of rules; a few types depend on
 * more than their name. VARCHAR counts bytes there and characters in MySQL, and a primary key takes neither decimals,
 * nor floating point, nor binary, nor JSON.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sink/starrocks/starrocks.h"

static const char why_same[] = "same range";
static const char why_wider[] = "the next wider signed type holds the unsigned range";
static const char why_text[] = "length in bytes: MySQL counts characters, up to 4 bytes each in UTF-8";
static const char why_long[] = "no tighter bound is known: the longest VARCHAR of StarRocks before 4.2";
static const char why_binary[] = "the bytes as they are; sent as hex, to_binary() turns them back";
static const char why_key_text[] = "a key takes text, not this type; every digit is kept";

static const struct type_rule {
	enum starrocks_kind kind, kind_unsigned, kind_key;
	uint32_t length; /* of VARCHAR; 0: from the column */
	const char *why, *why_unsigned, *why_key;
} rules[COL_COUNT] = {
	[COL_TINYINT] = { SR_TINYINT, SR_SMALLINT, SR_OTHER, 0, why_same, why_wider, NULL },
	[COL_SMALLINT] = { SR_SMALLINT, SR_INT, SR_OTHER, 0, why_same, why_wider, NULL },
	[COL_MEDIUMINT] = { SR_INT, SR_INT, SR_OTHER, 0, "StarRocks has no 3-byte integer",
			"StarRocks has no 3-byte integer", NULL },
	[COL_INT] = { SR_INT, SR_BIGINT, SR_OTHER, 0, why_same, why_wider, NULL },
	[COL_BIGINT] = { SR_BIGINT, SR_LARGEINT, SR_OTHER, 0, why_same, "up to 2^64 - 1, and works as a key", NULL },
	[COL_FLOAT] = { SR_FLOAT, SR_FLOAT, SR_VARCHAR, 32, why_same, why_same, why_key_text },
	[COL_DOUBLE] = { SR_DOUBLE, SR_DOUBLE, SR_VARCHAR, 32, why_same, why_same, why_key_text },
	[COL_DECIMAL] = { SR_DECIMAL, SR_DECIMAL, SR_VARCHAR, 0,
			"same precision and scale; sent as text, never as a double",
			"same precision and scale; sent as text, never as a double", why_key_text },
	[COL_BIT] = { SR_BIGINT, SR_BIGINT, SR_OTHER, 0, "the bits as a number", "the bits as a number", NULL },
	[COL_YEAR] = { SR_SMALLINT, SR_SMALLINT, SR_OTHER, 0, "0 and 1901 to 2155", "0 and 1901 to 2155", NULL },
	[COL_DATE] = { SR_DATE, SR_DATE, SR_OTHER, 0, "a zero date becomes NULL", NULL, NULL },
	[COL_TIME] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 17,
			"-838:59:59.999999 to 838:59:59.999999; StarRocks stores no TIME", NULL, NULL },
	[COL_DATETIME] = { SR_DATETIME, SR_DATETIME, SR_OTHER, 0,
			"all six digits of the fraction; a zero date becomes NULL", NULL, NULL },
	[COL_TIMESTAMP] = { SR_DATETIME, SR_DATETIME, SR_OTHER, 0,
			"without a zone there: written in time.zone, UTC if not set; all six digits of the fraction",
			NULL, NULL },
	[COL_CHAR] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 0, why_text, NULL, NULL },
	[COL_VARCHAR] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 0, why_text, NULL, NULL },
	[COL_TINYTEXT] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 1020, why_text, NULL, NULL },
	[COL_TEXT] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, SR_VARCHAR_MAX, why_long, NULL, NULL },
	[COL_MEDIUMTEXT] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, SR_VARCHAR_MAX, why_long, NULL, NULL },
	[COL_LONGTEXT] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, SR_VARCHAR_MAX, why_long, NULL, NULL },
	[COL_BINARY] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 0, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_VARBINARY] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 0, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_TINYBLOB] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 510, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_BLOB] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 65533, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_MEDIUMBLOB] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 65533, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_LONGBLOB] = { SR_VARBINARY, SR_VARBINARY, SR_VARCHAR, 65533, why_binary, NULL,
			"a key takes no bytes: hex, lower case" },
	[COL_ENUM] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 0, "the label; room for labels four times as long as today's",
			NULL, NULL },
	[COL_SET] = { SR_VARCHAR, SR_VARCHAR, SR_OTHER, 0, "the labels with commas; room for four times as much", NULL,
			NULL },
	[COL_JSON] = { SR_JSON, SR_JSON, SR_VARCHAR, 0, "stays JSON; numbers keep 64 bits or a double there", NULL,
			why_key_text },
	[COL_GEOMETRY] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_POINT] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_LINESTRING] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_POLYGON] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_MULTIPOINT] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_MULTILINESTRING] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_MULTIPOLYGON] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_GEOMCOLLECTION] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4 bytes srid, then WKB", NULL, NULL },
	[COL_VECTOR] = { SR_VARBINARY, SR_VARBINARY, SR_OTHER, 0, "4-byte floats, little-endian", NULL, NULL },
};

static const struct {
	const char *name; /* as created and, for most, as information_schema shows it */
	unsigned digits;  /* integers: decimal digits that fit whatever they are */
} kinds[] = {
	[SR_BOOLEAN] = { "BOOLEAN", 1 },
	[SR_TINYINT] = { "TINYINT", 2 },
	[SR_SMALLINT] = { "SMALLINT", 4 },
	[SR_INT] = { "INT", 9 },
	[SR_BIGINT] = { "BIGINT", 18 },
	[SR_LARGEINT] = { "LARGEINT", 19 }, /* of MySQL: BIGINT UNSIGNED, BIT(64) */
	[SR_FLOAT] = { "FLOAT", 0 },
	[SR_DOUBLE] = { "DOUBLE", 0 },
	[SR_DECIMAL] = { "DECIMAL", 0 },
	[SR_DATE] = { "DATE", 0 },
	[SR_DATETIME] = { "DATETIME", 0 },
	[SR_VARCHAR] = { "VARCHAR", 0 },
	[SR_VARBINARY] = { "VARBINARY", 0 },
	[SR_JSON] = { "JSON", 0 },
	[SR_OTHER] = { "(other)", 0 },
};

/* Bytes in UTF-8 of one character that the column can hold. */
static unsigned char_bytes(const struct column *c)
{
	static const struct {
		const char *charset;
		unsigned bytes;
	} narrow[] = { { "ascii", 1 }, { "latin1", 3 }, { "utf8mb3", 3 }, { "utf8", 3 }, { "ucs2", 3 } };

	for (size_t i = 0; c->charset && i < sizeof(narrow) / sizeof(narrow[0]); i++)
		if (strcasecmp(c->charset, narrow[i].charset) == 0)
			return narrow[i].bytes;
	return 4;
}

static uint32_t label_bytes(const struct column *c)
{
	size_t longest = 0, sum = 0;

	for (unsigned i = 0; i < c->labels; i++) {
		size_t len = strlen(c->label[i]);

		longest = len > longest ? len : longest;
		sum += len + 1;
	}
	return (uint32_t)(c->type == COL_SET ? 4 * sum : 4 * longest);
}

static void bound_text(const struct column *c, bool in_key, bool exact, struct starrocks_type *out)
{
	uint64_t bytes = 0;

	if (column_is_binary(c))
		bytes = 2 * (uint64_t)c->length; /* hex */
	else if (c->type == COL_ENUM || c->type == COL_SET)
		bytes = label_bytes(c);
	else if (c->length)
		bytes = (uint64_t)c->length * char_bytes(c);
	else if (exact)
		bytes = 1; /* CHAR(0) */
	if (bytes == 0 && in_key) {
		bytes = SR_KEY_BYTES;
		out->why = "length unknown; a key takes 128 bytes at most";
	} else if (bytes == 0 || bytes > SR_VARCHAR_MAX) {
		bytes = SR_VARCHAR_MAX;
		out->why = why_long;
	}
	out->length = (uint32_t)bytes;
}

/* Bytes of the longest: sign, digits, point, the zero before it. */
static unsigned decimal_text(unsigned precision, unsigned scale)
{
	return precision + 1 + (scale > 0) + (scale == precision);
}

static void bound_decimal(const struct column *c, struct starrocks_type *out)
{
	unsigned precision = c->precision ? c->precision : 38;

	out->precision = (uint8_t)precision;
	out->scale = c->scale;
	if (out->kind == SR_DECIMAL && precision > 38) {
		out->kind = SR_VARCHAR;
		out->why = "more than the 38 digits of StarRocks' DECIMAL: text, every digit kept";
	}
	if (out->kind == SR_VARCHAR)
		out->length = decimal_text(precision, c->scale);
}

int starrocks_type_of(const struct column *c, bool in_key, bool exact, struct starrocks_type *out)
{
	const struct type_rule *rule = &rules[c->type];

	memset(out, 0, sizeof(*out));
	if (!rule->why)
		return -1;
	out->kind = c->is_unsigned ? rule->kind_unsigned : rule->kind;
	out->why = c->is_unsigned && rule->why_unsigned ? rule->why_unsigned : rule->why;
	if (in_key && rule->kind_key != SR_OTHER) {
		out->kind = rule->kind_key;
		out->why = rule->why_key;
	} else if (in_key && out->kind == SR_VARBINARY) {
		return -1;
	}
	if (c->type == COL_TINYINT && c->length == 1 && !c->is_unsigned)
		out->why = "values other than 0 and 1 survive";
	if (c->type == COL_BIT && c->length == 1) {
		out->kind = SR_BOOLEAN;
		out->why = "one bit";
	} else if (c->type == COL_BIT && (c->length == 64 || c->length == 0)) {
		out->kind = SR_LARGEINT;
		out->why = "64 bits, unsigned";
	}
	if (c->type == COL_DECIMAL)
		bound_decimal(c, out);
	else if (out->kind == SR_VARCHAR && rule->length)
		out->length = rule->length;
	else if (out->kind == SR_VARCHAR)
		bound_text(c, in_key, exact, out);
	return 0;
}

void starrocks_type_print(const struct starrocks_type *t, char *out, size_t size)
{
	if (t->kind == SR_VARCHAR)
		snprintf(out, size, "%s(%u)", t->is_char ? "CHAR" : "VARCHAR", t->length);
	else if (t->kind == SR_DECIMAL)
		snprintf(out, size, "DECIMAL(%u,%u)", t->precision, t->scale);
	else
		snprintf(out, size, "%s", kinds[t->kind].name);
}

/*
 * information_schema shows LARGEINT as `bigint(20) unsigned`, BOOLEAN as `tinyint(1)` where TINYINT is `tinyint(4)`, DECIMAL
 * by its width, STRING as itself. CHAR is padded by nobody.
 */
static enum starrocks_kind parse_kind(const char *word, const char *text)
{
	static const struct {
		const char *word;
		enum starrocks_kind kind;
	} aliases[] = {
		{ "decimal32", SR_DECIMAL },
		{ "decimal64", SR_DECIMAL },
		{ "decimal128", SR_DECIMAL },
		{ "decimalv3", SR_DECIMAL },
		{ "string", SR_VARCHAR },
		{ "char", SR_VARCHAR },
		{ "text", SR_VARCHAR },
		{ "binary", SR_VARBINARY },
		{ "integer", SR_INT },
		{ "bool", SR_BOOLEAN },
		{ "timestamp", SR_DATETIME },
	};

	if (strcasecmp(word, "bigint") == 0 && strcasestr(text, "unsigned"))
		return SR_LARGEINT;
	if (strcasecmp(text, "tinyint(1)") == 0)
		return SR_BOOLEAN;
	for (size_t i = 0; i < SR_OTHER; i++)
		if (strcasecmp(word, kinds[i].name) == 0)
			return (enum starrocks_kind)i;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcasecmp(word, aliases[i].word) == 0)
			return aliases[i].kind;
	return SR_OTHER;
}

void starrocks_type_parse(const char *text, struct starrocks_type *out)
{
	char word[32];
	size_t len = 0;
	const char *open = strchr(text, '(');
	unsigned long first = open ? strtoul(open + 1, NULL, 10) : 0;
	const char *comma = open ? strchr(open, ',') : NULL;

	memset(out, 0, sizeof(*out));
	while (len + 1 < sizeof(word) && isalnum((unsigned char)text[len])) {
		word[len] = text[len];
		len++;
	}
	word[len] = '\0';
	out->kind = parse_kind(word, text);
	out->is_char = strcasecmp(word, "char") == 0;
	if (out->kind == SR_VARCHAR)
		out->length = first ? (uint32_t)first : strcasecmp(word, "string") == 0 ? 65533 : SR_VARCHAR_MAX;
	if (out->kind == SR_DECIMAL) {
		out->precision = (uint8_t)(first ? first : 38);
		out->scale = (uint8_t)(comma ? strtoul(comma + 1, NULL, 10) : 0);
	}
}

/* How long a value gets as text, for a table that has a VARCHAR where we would not. */
static uint32_t text_room(const struct starrocks_type *t)
{
	static const uint32_t room[] = {
		[SR_BOOLEAN] = 5,
		[SR_TINYINT] = 4,
		[SR_SMALLINT] = 6,
		[SR_INT] = 11,
		[SR_BIGINT] = 20,
		[SR_LARGEINT] = 20, /* of MySQL, none is negative */
		[SR_FLOAT] = 32,
		[SR_DOUBLE] = 32,
		[SR_DATE] = 10,
		[SR_DATETIME] = 26,
		[SR_OTHER] = 0,
	};

	if (t->kind == SR_DECIMAL)
		return decimal_text(t->precision, t->scale);
	if (t->kind == SR_VARCHAR)
		return t->length;
	return t->kind == SR_JSON || t->kind == SR_VARBINARY ? 1 : room[t->kind]; /* by value */
}

bool starrocks_type_takes(const struct starrocks_type *have, const struct starrocks_type *want)
{
	unsigned digits = kinds[want->kind].digits;

	if (have->kind == SR_OTHER)
		return false;
	if (have->kind == SR_VARCHAR)
		return have->length >= text_room(want);
	if (want->kind == SR_BOOLEAN && have->kind <= SR_LARGEINT)
		return true;
	if (want->kind == SR_TINYINT && have->kind == SR_BOOLEAN)
		return false;
	if (digits && have->kind <= SR_LARGEINT)
		return have->kind >= want->kind;
	if (have->kind == SR_DECIMAL && want->kind == SR_DECIMAL)
		return have->scale >= want->scale && have->precision - have->scale >= want->precision - want->scale;
	if (have->kind == SR_DECIMAL && digits)
		return (unsigned)(have->precision - have->scale) > digits;
	if (have->kind == SR_DOUBLE && want->kind == SR_FLOAT)
		return true;
	if (have->kind == SR_DATETIME && want->kind == SR_DATE)
		return true;
	return have->kind == want->kind;
}

bool starrocks_type_checks(const struct starrocks_type *have, const struct starrocks_type *want)
{
	bool whole = want->kind <= SR_LARGEINT, decimal = want->kind == SR_DECIMAL;

	switch (have->kind) {
	case SR_BOOLEAN:
	case SR_TINYINT:
	case SR_SMALLINT:
	case SR_INT:
	case SR_BIGINT:
	case SR_LARGEINT:
	case SR_DECIMAL: return whole || decimal;
	case SR_FLOAT:
	case SR_DOUBLE: return whole || decimal || want->kind == SR_FLOAT || want->kind == SR_DOUBLE;
	case SR_VARCHAR: return true;
	case SR_VARBINARY:
	case SR_JSON: return want->kind == have->kind || want->kind == SR_VARCHAR;
	default: return starrocks_type_takes(have, want);
	}
}

unsigned starrocks_key_width(enum starrocks_kind kind)
{
	static const unsigned width[] = {
		[SR_BOOLEAN] = 1,
		[SR_TINYINT] = 1,
		[SR_SMALLINT] = 2,
		[SR_INT] = 4,
		[SR_BIGINT] = 8,
		[SR_LARGEINT] = 16,
		[SR_FLOAT] = 4,
		[SR_DOUBLE] = 8,
		[SR_DECIMAL] = 16,
		[SR_DATE] = 4,
		[SR_DATETIME] = 8,
		[SR_VARCHAR] = 0,
		[SR_VARBINARY] = 0,
		[SR_JSON] = 0,
		[SR_OTHER] = 0,
	};

	return width[kind];
}
