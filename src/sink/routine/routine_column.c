/*
 * routine_column.c - which expression makes the table's value of what a message has, by the form of the value and the type
 * of the column. Only expressions that are exact for every value; what has none is refused with the setting under which
 * the message has a form that can be read.
 */
#include <string.h>

#include "sink/routine/routine_column.h"

#define WRAP "18446744073709551616"

/* $ stands for the value. StarRocks' *_add() take an INT, so that a moment comes together from three. */
static const char from_days[] = "days_add('1970-01-01', cast($ as int))";
static const char from_millis[] =
		"microseconds_add(seconds_add(days_add('1970-01-01 00:00:00', cast(cast($ as bigint) div 86400000 as int)), "
		"cast(cast($ as bigint) % 86400000 div 1000 as int)), cast(cast($ as bigint) % 1000 * 1000 as int))";
static const char from_micros[] =
		"microseconds_add(seconds_add(days_add('1970-01-01 00:00:00', cast(cast($ as bigint) div 86400000000 as int)), "
		"cast(cast($ as bigint) % 86400000000 div 1000000 as int)), cast(cast($ as bigint) % 1000000 as int))";
static const char from_zoned[] = "replace(replace($, 'T', ' '), 'Z', '')";
static const char from_wrapped[] = "if(cast($ as largeint) < 0, cast($ as largeint) + " WRAP ", cast($ as largeint))";
static const char from_base64[] = "to_binary($, 'encode64')";
static const char from_base64_url[] = "to_binary(replace(replace($, '-', '+'), '_', '/'), 'encode64')";
static const char from_base64_key[] = "lower(hex(to_binary($, 'encode64')))";
static const char from_base64_url_key[] = "lower(hex(to_binary(replace(replace($, '-', '+'), '_', '/'), 'encode64')))";
static const char from_boolean[] = "if($ is null, null, if(lower($) in ('true', '1'), 1, 0))";
static const char from_hex[] = "to_binary($, 'hex')";

static const char why_bytes[] = "it is base64 of a number in messages, which no function of StarRocks reads";
static const char why_time[] = "a TIME is a number in messages, and StarRocks has no TIME to make it of";
static const char why_real_key[] =
		"a floating point number in the key: its digits in messages are not those that loads write";
static const char leave[] = "load the table by millrace itself";

static const struct column_rule {
	const char *value, *key; /* NULL: as it stands */
	const char *refused, *remedy;
	bool key_only; /* refused in a key alone */
} rules[] = {
	[FORM_PLAIN] = { NULL, NULL, NULL, NULL, false },
	[FORM_BOOLEAN] = { from_boolean, from_boolean, NULL, NULL, false },
	[FORM_REAL] = { NULL, NULL, why_real_key, leave, true },
	[FORM_WRAPPED] = { from_wrapped, from_wrapped, NULL, NULL, false },
	[FORM_DECIMAL_BYTES] = { NULL, NULL, why_bytes, "[mysql] decimal.handling.mode = string", false },
	[FORM_BIGINT_BYTES] = { NULL, NULL, why_bytes, "[mysql] bigint.unsigned.handling.mode = long", false },
	[FORM_DECIMAL_REAL] = { NULL, NULL, "a DECIMAL is a double in messages: digits may be lost",
			"[mysql] decimal.handling.mode = string", false },
	[FORM_BASE64] = { from_base64, from_base64_key, NULL, NULL, false },
	[FORM_BASE64_URL] = { from_base64_url, from_base64_url_key, NULL, NULL, false },
	[FORM_HEX] = { from_hex, "lower($)", NULL, NULL, false },
	[FORM_BITS] = { NULL, NULL, why_bytes, leave, false },
	[FORM_DAYS] = { from_days, from_days, NULL, NULL, false },
	[FORM_TIME] = { NULL, NULL, why_time, leave, false },
	[FORM_MILLIS] = { from_millis, from_millis, NULL, NULL, false },
	[FORM_MICROS] = { from_micros, from_micros, NULL, NULL, false },
	[FORM_ZONED] = { from_zoned, from_zoned, NULL, NULL, false },
	[FORM_STRUCT] = { NULL, NULL, "it is an object or an array in messages", leave, false },
	[FORM_NONE] = { NULL, NULL, "messages have no form for its type", "[mysql] column.exclude.list", false },
};

static void put(struct buf *out, const char *expression, const char *value)
{
	for (; *expression; expression++)
		if (*expression == '$')
			buf_puts(out, value);
		else
			buf_putc(out, *expression);
}

bool routine_column(const struct column *c, enum value_form form, const struct starrocks_type *type, bool in_key,
		int64_t zone_s, const char *value, struct buf *out, const char **refused, const char **remedy)
{
	const struct column_rule *r = &rules[form];
	const char *expression = in_key ? r->key : r->value;

	*refused = in_key || !r->key_only ? r->refused : NULL;
	*remedy = r->remedy;
	if (form == FORM_BOOLEAN && type->kind == SR_BOOLEAN)
		expression = NULL;
	if (c->type == COL_JSON && type->kind == SR_JSON)
		expression = "if($ = 'null', null, parse_json($))"; /* as a load has it */
	if (expression == NULL)
		return false;
	if (form == FORM_ZONED && zone_s != 0) {
		buf_puts(out, "seconds_add(");
		put(out, expression, value);
		buf_printf(out, ", %lld)", (long long)zone_s);
	} else {
		put(out, expression, value);
	}
	return true;
}

void routine_column_remedies(struct report *r)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (rules[i].refused)
			report_add(r, REPORT_PROBLEM, "column", rules[i].remedy, "%s", rules[i].refused);
}
