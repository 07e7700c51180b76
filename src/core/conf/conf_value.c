/*
 * conf_value.c - one setting: text to its field and back. One row of `types` per enum conf_type; the fields are
 * written only when the whole text was good.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf/conf_part.h"
#include "core/conf/endpoint.h"
#include "core/num/num.h"
#include "core/xalloc.h"

struct conf_type_ops {
	int (*set)(const struct conf_option *o, void *field, const char *text, char *expected, size_t size);
	void (*free)(void *field);
	void (*format)(const struct conf_option *o, const void *field, struct buf *out);
};

/* ---- text ---- */

static int string_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	char **s = field;

	free(*s);
	*s = *text ? xstrdup(text) : NULL;
	return 0;
}

static bool scheme_allowed(const char *choices, const char *scheme)
{
	size_t len = strlen(scheme);

	for (const char *p = choices ? choices : ""; *p && len; p += strcspn(p, "|"), p += *p == '|')
		if (strcspn(p, "|") == len && strncasecmp(p, scheme, len) == 0)
			return true;
	return len == 0;
}

static int hosts_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	struct endpoint e;
	const char *entry, *wanted;
	size_t len;

	for (unsigned i = 0; *text && endpoint_entry(text, i, &entry, &len); i++) {
		if (endpoint_parse(entry, len, &e, &wanted) == 0 && scheme_allowed(o->choices, e.scheme))
			continue;
		snprintf(expected, size, "%s, or a list of such", wanted);
		return -1;
	}
	return string_set(o, field, text, expected, size);
}

static void string_free(void *field)
{
	char **s = field;

	if (*s)
		explicit_bzero(*s, strlen(*s)); /* it may be a password */
	free(*s);
	*s = NULL;
}

static void string_format(const struct conf_option *o, const void *field, struct buf *out)
{
	const char *s = *(char *const *)field;

	buf_puts(out, s ? s : "");
}

void conf_list_free(struct conf_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct conf_list){ NULL, 0 };
}

static void list_free(void *field)
{
	conf_list_free(field);
}

/* Commas inside brackets belong to the item: regular expressions have {1,3} and [a,b]. A backslash keeps a comma. */
static size_t list_item_length(const char *p)
{
	int open = 0;
	size_t n = 0;

	for (; p[n] && (p[n] != ',' || open > 0); n++) {
		if (p[n] == '\\' && p[n + 1])
			n++;
		else if (strchr("([{", p[n]))
			open++;
		else if (strchr(")]}", p[n]))
			open--;
	}
	return n;
}

void conf_list_parse(struct conf_list *list, const char *text)
{
	*list = (struct conf_list){ NULL, 0 };
	while (*text) {
		size_t n = list_item_length(text), len = n;
		const char *p = text;

		for (; len && (*p == ' ' || *p == '\t'); p++)
			len--;
		while (len && (p[len - 1] == ' ' || p[len - 1] == '\t'))
			len--;
		if (len) {
			list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
			list->items[list->count++] = xstrndup(p, len);
		}
		text += n + (text[n] == ',');
	}
}

static int list_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	conf_list_free(field);
	conf_list_parse(field, text);
	return 0;
}

static void list_format(const struct conf_option *o, const void *field, struct buf *out)
{
	const struct conf_list *list = field;

	for (size_t i = 0; i < list->count; i++) {
		buf_puts(out, i ? ", " : "");
		buf_puts(out, list->items[i]);
	}
}

/* ---- numbers ---- */

static void limits_of(const struct conf_option *o, int64_t *min, int64_t *max)
{
	const char *dots = o->choices ? strstr(o->choices, "..") : NULL;

	*min = o->type == CONF_INT ? INT64_MIN : 0;
	*max = INT64_MAX;
	if (dots) {
		num_parse_i64(o->choices, (size_t)(dots - o->choices), min);
		num_parse_i64(dots + 2, strlen(dots + 2), max);
	}
}

static bool number_parse(enum conf_type type, const char *text, size_t len, int64_t *out)
{
	uint64_t bytes;

	if (type == CONF_INT || *text == '-')
		return num_parse_i64(text, len, out);
	if (type == CONF_DURATION)
		return num_parse_duration_ms(text, len, out);
	if (!num_parse_bytes(text, len, &bytes) || bytes > INT64_MAX)
		return false;
	*out = (int64_t)bytes;
	return true;
}

static const char *number_name(enum conf_type type)
{
	return type == CONF_INT		     ? "a whole number"
			: type == CONF_BYTES ? "a size like 64M"
					     : "a duration like 500ms, 5s, 10m";
}

static int number_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	int64_t v, min, max;

	limits_of(o, &min, &max);
	if (number_parse(o->type, text, strlen(text), &v) && v >= min && v <= max) {
		*(int64_t *)field = v;
		return 0;
	}
	if (o->choices)
		snprintf(expected, size, "%s from %" PRId64 " to %" PRId64, number_name(o->type), min, max);
	else
		snprintf(expected, size, "%s", number_name(o->type));
	return -1;
}

static void int_format(const struct conf_option *o, const void *field, struct buf *out)
{
	buf_printf(out, "%" PRId64, *(const int64_t *)field);
}

static void bytes_format(const struct conf_option *o, const void *field, struct buf *out)
{
	static const char units[] = " kMGT";
	int64_t v = *(const int64_t *)field;
	int unit = 0;

	for (; v > 0 && v % 1024 == 0 && unit < 4; unit++)
		v /= 1024;
	buf_printf(out, "%" PRId64, v);
	if (unit)
		buf_putc(out, units[unit]);
}

static void duration_format(const struct conf_option *o, const void *field, struct buf *out)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "m" }, { 1000, "s" }, { 1, "ms" } };
	int64_t v = *(const int64_t *)field;
	size_t i = 0;

	if (v <= 0) {
		buf_printf(out, "%" PRId64, v);
		return;
	}
	while (v % units[i].ms)
		i++;
	buf_printf(out, "%" PRId64 "%s", v / units[i].ms, units[i].name);
}

/* ---- words ---- */

static int bool_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	static const char *const words[] = { "false", "true", "off", "on", "no", "yes", "0", "1" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(text, words[i]) == 0) {
			*(bool *)field = i & 1;
			return 0;
		}
	snprintf(expected, size, "true or false");
	return -1;
}

static void bool_format(const struct conf_option *o, const void *field, struct buf *out)
{
	buf_puts(out, *(const bool *)field ? "true" : "false");
}

static int choice_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	const char *p = o->choices, *names[64];
	char *copy = xstrdup(p), *next = copy;
	size_t count = 0;
	const char *near;

	for (int i = 0; *p; i++) {
		size_t n = strcspn(p, "|");

		if (strlen(text) == n && strncasecmp(text, p, n) == 0) {
			*(int *)field = i;
			free(copy);
			return 0;
		}
		p += n + (p[n] == '|');
	}
	while (next && count < 64)
		names[count++] = strsep(&next, "|");
	near = conf_nearest(text, names, count);
	snprintf(expected, size, "one of %s%s%s%s", o->choices, near ? " (nearest is '" : "", near ? near : "",
			near ? "')" : "");
	free(copy);
	return -1;
}

static void choice_format(const struct conf_option *o, const void *field, struct buf *out)
{
	const char *p = o->choices;
	size_t n;

	for (int i = *(const int *)field; i > 0 && *p; i--) {
		n = strcspn(p, "|");
		p += n + (p[n] == '|');
	}
	buf_put(out, p, strcspn(p, "|"));
}

/* ---- passed through ---- */

bool conf_key_is_secret(const char *key)
{
	static const char *const words[] = { "password", "secret", "token", "jaas", "credential", "ssl.key.pem",
		"keytab" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

static void pairs_free(void *field)
{
	struct conf_pairs *pairs = field;

	for (size_t i = 0; i < pairs->count; i++) {
		free(pairs->items[i].key);
		string_free(&pairs->items[i].value);
	}
	free(pairs->items);
	*pairs = (struct conf_pairs){ NULL, 0 };
}

/* A preset: "key=value, key=value". */
static int pairs_set(const struct conf_option *o, void *field, const char *text, char *expected, size_t size)
{
	struct conf_list list;
	int bad = 0;

	conf_list_parse(&list, text);
	for (size_t i = 0; i < list.count; i++) {
		char *equals = strchr(list.items[i], '=');

		if (equals == NULL) {
			snprintf(expected, size, "key=value pairs");
			bad = -1;
			break;
		}
		*equals = '\0';
		conf_value_pair(o, (char *)field - o->offset, list.items[i], equals + 1, 0);
	}
	conf_list_free(&list);
	return bad;
}

static void pairs_format(const struct conf_option *o, const void *field, struct buf *out)
{
	const struct conf_pairs *pairs = field;

	for (size_t i = 0; i < pairs->count; i++)
		buf_printf(out, "%s%s=%s", i ? ", " : "", pairs->items[i].key,
				conf_key_is_secret(pairs->items[i].key) ? "(set)" : pairs->items[i].value);
}

void conf_value_pair(const struct conf_option *o, void *base, const char *key, const char *value, int line)
{
	struct conf_pairs *pairs = (void *)((char *)base + o->offset);

	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].key, key) == 0) { /* a preset that the file overrides */
			string_free(&pairs->items[i].value);
			pairs->items[i].value = xstrdup(value);
			pairs->items[i].line = line;
			return;
		}
	pairs->items = xrealloc(pairs->items, (pairs->count + 1) * sizeof(*pairs->items));
	pairs->items[pairs->count++] = (struct conf_pair){ xstrdup(key), xstrdup(value), line };
}

/* ---- the table ---- */

static const struct conf_type_ops types[] = {
	[CONF_STRING] = { string_set, string_free, string_format },
	[CONF_HOSTS] = { hosts_set, string_free, string_format },
	[CONF_BOOL] = { bool_set, NULL, bool_format },
	[CONF_INT] = { number_set, NULL, int_format },
	[CONF_BYTES] = { number_set, NULL, bytes_format },
	[CONF_DURATION] = { number_set, NULL, duration_format },
	[CONF_CHOICE] = { choice_set, NULL, choice_format },
	[CONF_LIST] = { list_set, list_free, list_format },
	[CONF_CODE] = { string_set, string_free, string_format }, /* its text comes first */
	[CONF_PAIRS] = { pairs_set, pairs_free, pairs_format },
};

int conf_value_set(const struct conf_option *o, void *base, const char *text, char *expected, size_t size)
{
	return types[o->type].set(o, (char *)base + o->offset, text, expected, size);
}

void conf_value_free(const struct conf_option *o, void *base)
{
	if (types[o->type].free)
		types[o->type].free((char *)base + o->offset);
}

void conf_format(const struct conf_option *o, const void *settings, struct buf *out)
{
	const void *field = (const char *)settings + o->offset;

	if (o->flags & CONF_SECRET)
		buf_puts(out, *(char *const *)field ? "(set)" : "(not set)");
	else
		types[o->type].format(o, field, out);
}

size_t conf_field_size(const struct conf_option *o)
{
	static const size_t sizes[] = {
		[CONF_STRING] = sizeof(char *),
		[CONF_HOSTS] = sizeof(char *),
		[CONF_BOOL] = sizeof(bool),
		[CONF_INT] = sizeof(int64_t),
		[CONF_BYTES] = sizeof(int64_t),
		[CONF_DURATION] = sizeof(int64_t),
		[CONF_CHOICE] = sizeof(int),
		[CONF_LIST] = sizeof(struct conf_list),
		[CONF_CODE] = sizeof(struct conf_code),
		[CONF_PAIRS] = sizeof(struct conf_pairs),
	};

	return sizes[o->type];
}
