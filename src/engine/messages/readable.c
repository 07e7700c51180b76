/* readable.c - see readable.h. Names of types: Debezium's and Kafka Connect's. */
#include "engine/messages/readable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "format/cell/format_bigint.h"

#define LAST_DAY INT64_C(2932896) /* 9999-12-31; before 0001-01-01 and after it a number is clearer */
#define FIRST_DAY INT64_C(-719162)
#define DAY_US INT64_C(86400000000)

typedef bool to_text(const struct json_slice *value, int64_t arg, char out[READABLE_ROOM]);

struct readable_field {
	char *name;
	size_t len;
	to_text *text;
	int64_t arg; /* digits after the point; microseconds of a unit */
};

static bool number_of(const struct json_slice *value, int64_t *out)
{
	return value->kind == JSON_NUMBER && num_parse_i64(value->p, value->len, out);
}

static bool decimal_text(const struct json_slice *value, int64_t scale, char out[READABLE_ROOM])
{
	uint8_t bytes[BIGINT_BYTES + 4];
	char digits[BIGINT_DIGITS + 4];
	size_t len;

	if (value->kind != JSON_STRING || value->len == 0 || value->len / 4 * 3 > BIGINT_BYTES || scale < 0 ||
			scale > BIGINT_DIGITS || num_unbase64(bytes, value->p, value->len, &len) || len == 0)
		return false;
	len = bigint_to_text(digits, bytes, len, (int)scale);
	snprintf(out, READABLE_ROOM, "%.*s", (int)len, digits);
	return len > 0;
}

static bool date_text(const struct json_slice *value, int64_t unused, char out[READABLE_ROOM])
{
	int64_t days;

	(void)unused;
	if (!number_of(value, &days) || days < FIRST_DAY || days > LAST_DAY)
		return false;
	out[num_iso_date(out, days)] = '\0';
	return true;
}

static bool datetime_text(const struct json_slice *value, int64_t unit_us, char out[READABLE_ROOM])
{
	int64_t n;

	if (!number_of(value, &n) || n / (DAY_US / unit_us) < FIRST_DAY || n / (DAY_US / unit_us) >= LAST_DAY)
		return false;
	out[num_iso_datetime(out, n * unit_us, unit_us == 1 ? 6 : 3, 'T')] = '\0';
	return true;
}

/* MySQL's TIME: also negative, and of more than a day. */
static bool time_text(const struct json_slice *value, int64_t unit_us, char out[READABLE_ROOM])
{
	int64_t n;

	if (!number_of(value, &n) || n < -40 * (DAY_US / unit_us) || n > 40 * (DAY_US / unit_us))
		return false;
	out[num_time(out, n * unit_us, unit_us == 1 ? 6 : 3)] = '\0';
	return true;
}

static const struct {
	const char *name;
	to_text *text;
	int64_t arg;
} types[] = {
	{ "org.apache.kafka.connect.data.Decimal", decimal_text, 0 },
	{ "org.apache.kafka.connect.data.Date", date_text, 0 },
	{ "org.apache.kafka.connect.data.Time", time_text, 1000 },
	{ "org.apache.kafka.connect.data.Timestamp", datetime_text, 1000 },
	{ "io.debezium.time.Date", date_text, 0 },
	{ "io.debezium.time.Time", time_text, 1000 },
	{ "io.debezium.time.MicroTime", time_text, 1 },
	{ "io.debezium.time.Timestamp", datetime_text, 1000 },
	{ "io.debezium.time.MicroTimestamp", datetime_text, 1 },
};

static bool slice_is(const struct json_slice *s, const char *text)
{
	return s->kind == JSON_STRING && s->len == strlen(text) && memcmp(s->p, text, s->len) == 0;
}

static int64_t scale_of(const struct json_slice *field)
{
	struct json_slice parameters, scale;
	int64_t n;

	if (json_find(field, "parameters", &parameters) && json_find(&parameters, "scale", &scale) &&
			scale.kind == JSON_STRING && num_parse_i64(scale.p, scale.len, &n))
		return n;
	return -1;
}

static void add(struct readable *r, const struct json_slice *field, const struct json_slice *name)
{
	struct json_slice type;
	size_t i = 0;

	if (!json_find(field, "name", &type))
		return;
	while (i < sizeof(types) / sizeof(*types) && !slice_is(&type, types[i].name))
		i++;
	if (i == sizeof(types) / sizeof(*types))
		return;
	r->fields = xrealloc(r->fields, (r->count + 1) * sizeof(*r->fields));
	r->fields[r->count++] = (struct readable_field){
		.name = xstrndup(name->p, name->len),
		.len = name->len,
		.text = types[i].text,
		.arg = types[i].text == decimal_text ? scale_of(field) : types[i].arg,
	};
}

/* rows: where `after` is met, its fields are the row's; `before` has the same. */
static void add_all(struct readable *r, const struct json_slice *fields, bool rows)
{
	struct json_slice field, name, inner;
	struct json j;

	json_init(&j, fields->p, fields->len);
	if (fields->kind != JSON_ARRAY || !json_enter(&j, '['))
		return;
	while (json_element(&j) && json_value(&j, &field) == JSON_OBJECT) {
		if (!json_find(&field, "field", &name) || name.kind != JSON_STRING)
			continue;
		if (rows && slice_is(&name, "after") && json_find(&field, "fields", &inner))
			add_all(r, &inner, false);
		else
			add(r, &field, &name);
	}
}

static void forget(struct readable *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->fields[i].name);
	r->count = 0;
}

void readable_learn(struct readable *r, const struct payload_at *at)
{
	struct json_slice key, schema, fields;
	struct json j;

	if (r->turn == at->turn)
		return;
	forget(r);
	r->turn = at->turn;
	json_init(&j, at->prefix, at->len);
	if (at->len && json_enter(&j, '{') && json_member(&j, &key) && json_value(&j, &schema) == JSON_OBJECT &&
			json_find(&schema, "fields", &fields))
		add_all(r, &fields, true);
}

const char *readable_text(const struct readable *r, const struct json_slice *name, const struct json_slice *value,
		char out[READABLE_ROOM])
{
	for (size_t i = 0; i < r->count; i++) {
		const struct readable_field *f = &r->fields[i];

		if (f->len == name->len && memcmp(f->name, name->p, f->len) == 0)
			return f->text(value, f->arg, out) ? out : NULL;
	}
	return NULL;
}

void readable_done(struct readable *r)
{
	forget(r);
	free(r->fields);
	*r = (struct readable){ 0 };
}
