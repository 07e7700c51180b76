/*
 * test_format_cell.c - every type in every mode: the field of its schema and its value in the payload, against
 * tests/golden/format_cells.txt (`name<TAB>schema field<space>value`). With an argument, prints what is instead.
 */
#include "format/cell/format_date.h"
#include "tests/unit/format_fixture.h"

struct cell_case {
	const char *name;
	struct column column;
	struct value value;
	/* 0: defaults; d s: decimal double, string; c: time connect; p: bigint precise; b u h: binary modes */
	char mode;
	bool snapshot;
};

#define TEXT(s) \
	{ \
		.kind = VALUE_TEXT, .len = sizeof(s) - 1, .p = s \
	}
#define BYTES(s) \
	{ \
		.kind = VALUE_BYTES, .len = sizeof(s) - 1, .p = s \
	}
#define ZERO(s) \
	{ \
		.kind = VALUE_ZERODATE, .len = sizeof(s) - 1, .p = s \
	}
#define INT(v) \
	{ \
		.kind = VALUE_INT, .i = v \
	}
#define UINT(v) \
	{ \
		.kind = VALUE_UINT, .u = v \
	}
#define DBL(v) \
	{ \
		.kind = VALUE_DOUBLE, .d = v \
	}
#define FLT(v) \
	{ \
		.kind = VALUE_FLOAT, .d = v \
	}
#define DEC(v, s) \
	{ \
		.kind = VALUE_DECIMAL, .aux = s, .i = v \
	}
#define BIG(t, s) \
	{ \
		.kind = VALUE_BIGDECIMAL, .aux = s, .len = sizeof(t) - 1, .p = t \
	}
#define AT(k, v) \
	{ \
		.kind = VALUE_##k, .i = v \
	}
#define NUL \
	{ \
		.kind = VALUE_NULL \
	}
#define COL(t, ...) \
	{ \
		.name = "c", .type = COL_##t, .nullable = true, __VA_ARGS__ \
	}
#define LIT(s) .default_kind = DEFAULT_LITERAL, .default_text = s
#define REQUIRED(t, ...) \
	{ \
		.name = "c", .type = COL_##t, __VA_ARGS__ \
	}

static const char *const labels[] = { "a", "b,c", "d'e" };
static const char *const set_labels[] = { "a", "b", "c" };

static const struct cell_case cases[] = {
	{ "tinyint", COL(TINYINT), INT(-128), 0, false },
	{ "tinyint unsigned", COL(TINYINT, .is_unsigned = true), INT(255), 0, false },
	{ "tinyint(1)", COL(TINYINT, .length = 1), INT(1), 0, false },
	{ "boolean", COL(TINYINT, .length = 1, .is_boolean = true), INT(1), 0, false },
	{ "smallint", COL(SMALLINT), INT(-1), 0, false },
	{ "smallint unsigned", COL(SMALLINT, .is_unsigned = true), INT(65535), 0, false },
	{ "mediumint unsigned", COL(MEDIUMINT, .is_unsigned = true), INT(16777215), 0, false },
	{ "int", COL(INT), INT(-1), 0, false },
	{ "int unsigned", COL(INT, .is_unsigned = true), INT(4294967295), 0, false },
	{ "bigint", COL(BIGINT), INT(INT64_MIN), 0, false },
	{ "bigint unsigned long", COL(BIGINT, .is_unsigned = true), UINT(UINT64_MAX), 0, false },
	{ "bigint unsigned precise", COL(BIGINT, .is_unsigned = true), UINT(UINT64_MAX), 'p', false },
	{ "bit(1)", COL(BIT, .length = 1), UINT(1), 0, false },
	{ "bit(12)", COL(BIT, .length = 12), UINT(0xf0f), 0, false },
	{ "bit(64)", COL(BIT, .length = 64), UINT(1), 0, false },
	{ "float", COL(FLOAT), FLT(3.1415927410125732), 0, false },
	{ "float large", COL(FLOAT), FLT(16777216), 0, false },
	{ "float(7,2)", COL(FLOAT, .has_scale = true, .precision = 7, .scale = 2), FLT(5.610000133514404), 0, false },
	{ "double", COL(DOUBLE), DBL(1e21), 0, false },
	{ "double small", COL(DOUBLE), DBL(9.99e-4), 0, false },
	{ "double 1e7", COL(DOUBLE), DBL(1e7), 0, false },
	{ "decimal", COL(DECIMAL, .precision = 10, .scale = 2), DEC(12345, 2), 0, false },
	{ "decimal negative", COL(DECIMAL, .precision = 10, .scale = 2), DEC(-12345, 2), 0, false },
	{ "decimal zero", COL(DECIMAL, .precision = 10, .scale = 2), DEC(0, 2), 0, false },
	{ "decimal big", COL(DECIMAL, .precision = 30, .scale = 2), BIG("18446744073709551615.00", 2), 0, false },
	{ "decimal big negative", COL(DECIMAL, .precision = 38, .scale = 0), BIG("-18446744073709551616", 0), 0,
			false },
	{ "decimal double", COL(DECIMAL, .precision = 10, .scale = 2), DEC(1234567800, 2), 'd', false },
	{ "decimal string", COL(DECIMAL, .precision = 10, .scale = 2), DEC(12340, 2), 's', false },
	{ "decimal string small", COL(DECIMAL, .precision = 20, .scale = 10), DEC(1, 10), 's', false },
	{ "varchar", COL(VARCHAR, .length = 50),
			TEXT("a\"b\\c\n\x1f/\x7f \xe2\x80\xa8 \xc3\xa9 \xf0\x9f\x98\x80 long enough"), 0, false },
	{ "varchar null", COL(VARCHAR, .length = 50), NUL, 0, false },
	{ "varchar null default", COL(VARCHAR, LIT("dflt")), NUL, 0, false },
	{ "binary", COL(BINARY, .length = 3), BYTES("\xfb\xff\x00"), 0, false },
	{ "binary base64", COL(BINARY, .length = 3), BYTES("\xfb\xff\x00"), 'b', false },
	{ "binary base64-url-safe", COL(BINARY, .length = 3), BYTES("\xfb\xff\x00"), 'u', false },
	{ "binary hex", COL(BINARY, .length = 3), BYTES("\xfb\xff\x00"), 'h', false },
	{ "enum", COL(ENUM, .labels = 3, .label = labels), TEXT("d'e"), 0, false },
	{ "enum comma", COL(ENUM, .labels = 3, .label = labels), TEXT("b,c"), 0, false },
	{ "enum invalid", COL(ENUM, .labels = 3, .label = labels), TEXT(""), 0, false },
	{ "set", COL(SET, .labels = 3, .label = set_labels), TEXT("a,c"), 0, false },
	{ "json", COL(JSON), TEXT("{\"a\":2,\"b\":[1,2]}"), 0, false },
	{ "date", COL(DATE), AT(DATE, 17702), 0, false },
	{ "date connect", COL(DATE), AT(DATE, 17702), 'c', false },
	{ "date zero", COL(DATE), ZERO("0000-00-00"), 0, false },
	{ "date zero not null", REQUIRED(DATE, .scale = 0), ZERO("2018-00-01"), 0, false },
	{ "date zero not null default", REQUIRED(DATE, LIT("2018-06-20")), ZERO("0000-00-00"), 0, false },
	{ "date year 0 stream", COL(DATE), ZERO("0000-05-05"), 'y', false },
	{ "date year 0 snapshot", COL(DATE), ZERO("0000-05-05"), 'y', true },
	{ "date year 0 kept", COL(DATE), ZERO("0000-01-01"), 0, false },
	{ "date year 0 kept snapshot", COL(DATE), ZERO("0000-12-31"), 0, true },
	{ "datetime(6) year 0 kept", COL(DATETIME, .scale = 6), ZERO("0000-01-01 00:00:00.000001"), 0, false },
	{ "date month 0 kept", COL(DATE), ZERO("0000-00-01"), 0, false },
	{ "time", COL(TIME, .scale = 1), AT(TIME, 37230500000), 0, false },
	{ "time negative", COL(TIME), AT(TIME, -3661000000), 0, false },
	{ "time connect", COL(TIME), AT(TIME, 37230500000), 'c', false },
	{ "time connect 24h", COL(TIME), AT(TIME, 86400000000), 'c', false },
	{ "time connect negative", COL(TIME), AT(TIME, -3661000000), 'c', false },
	{ "datetime", COL(DATETIME), AT(DATETIME, 1529501823000000), 0, false },
	{ "datetime(6)", COL(DATETIME, .scale = 6), AT(DATETIME, 1529501823500000), 0, false },
	{ "datetime(6) connect", COL(DATETIME, .scale = 6), AT(DATETIME, -1), 'c', false },
	{ "datetime now", COL(DATETIME, .default_kind = DEFAULT_NOW), NUL, 0, false },
	{ "timestamp", COL(TIMESTAMP), AT(TIMESTAMP, 1529501823000000), 0, false },
	{ "timestamp(6) stream", COL(TIMESTAMP, .scale = 6), AT(TIMESTAMP, 1529501823500000), 0, false },
	{ "timestamp(6) snapshot", COL(TIMESTAMP, .scale = 6), AT(TIMESTAMP, 1529501823500000), 0, true },
	{ "timestamp(3) stream", COL(TIMESTAMP, .scale = 3), AT(TIMESTAMP, 1529501823000000), 0, false },
	{ "timestamp(3) snapshot", COL(TIMESTAMP, .scale = 3), AT(TIMESTAMP, 1529501823000000), 0, true },
	{ "timestamp zero stream", COL(TIMESTAMP, .scale = 3), ZERO("0000-00-00 00:00:00.000"), 0, false },
	{ "timestamp zero snapshot", COL(TIMESTAMP, .scale = 3), ZERO("0000-00-00 00:00:00.000"), 0, true },
	{ "timestamp zero snapshot not null", REQUIRED(TIMESTAMP, .scale = 0), ZERO("0000-00-00 00:00:00"), 0, true },
	{ "timestamp now not null", REQUIRED(TIMESTAMP, .scale = 3, .default_kind = DEFAULT_NOW), AT(TIMESTAMP, 0), 0,
			false },
	{ "timestamp now nullable", COL(TIMESTAMP, .default_kind = DEFAULT_NOW), NUL, 0, false },
	{ "timestamp default", COL(TIMESTAMP, .scale = 3, LIT("2018-01-02 03:04:05.5")), NUL, 0, false },
	{ "year", COL(YEAR), INT(2018), 0, false },
	{ "point", COL(POINT), BYTES("\0\0\0\0\x01\x01\0\0\0\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\x04\x40"), 0, false },
	{ "geometry", REQUIRED(GEOMETRY, .length = 0), BYTES("\xe6\x10\0\0\x01\x07\0\0\0\0\0\0\0"), 0, false },
	{ "vector", COL(VECTOR, .length = 2), BYTES("\0\0\x80\x3f\xcd\xcc\x8c\x3f"), 0, false },
	{ "default int", REQUIRED(INT, LIT("42")), INT(1), 0, false },
	{ "default int null", COL(INT, LIT("42")), NUL, 0, false },
	{ "default bit", COL(BIT, .length = 1, LIT("b'1'")), NUL, 0, false },
	{ "default bit(12)", COL(BIT, .length = 12, LIT("b'111100001111'")), NUL, 0, false },
	{ "default decimal", COL(DECIMAL, .precision = 10, .scale = 2, LIT("9.995")), NUL, 0, false },
	{ "default decimal negative", COL(DECIMAL, .precision = 10, .scale = 2, LIT("-1.5")), NUL, 0, false },
	{ "default decimal string", COL(DECIMAL, .precision = 8, .scale = 3, LIT("1.5")), NUL, 's', false },
	{ "default decimal string zero", COL(DECIMAL, .precision = 10, .scale = 2, LIT("000.00")), NUL, 's', false },
	{ "default decimal string short", COL(DECIMAL, .precision = 4, .scale = 4, LIT("-.99995")), NUL, 's', false },
	{ "default decimal double", COL(DECIMAL, .precision = 8, .scale = 3, LIT("1.5")), NUL, 'd', false },
	{ "default double", COL(DOUBLE, LIT("1e21")), NUL, 0, false },
	{ "default binary", COL(BINARY, .length = 4, LIT("ab")), NUL, 0, false },
	{ "default hex", COL(INT, LIT("0x2A")), NUL, 0, false },
	{ "default expression", COL(INT, .default_kind = DEFAULT_EXPRESSION, .default_text = "(1 + 1)"), NUL, 0,
			false },
	{ "default date zero", COL(DATE, LIT("0000-00-00")), NUL, 0, false },
	{ "default date zero not null", REQUIRED(DATE, LIT("0000-00-00")), AT(DATE, 1), 0, false },
	{ "default datetime", COL(DATETIME, LIT("2018-06-20 13:37:03")), NUL, 0, false },
	{ "default time", COL(TIME, LIT("10:20:30.5")), NUL, 0, false },
	{ "default time connect", COL(TIME, LIT("-01:02:03.5")), NUL, 'c', false },
	{ "date year 18", COL(DATE), AT(DATE, -712863), 'y', false },
	{ "date year 99", COL(DATE), AT(DATE, -683004), 'y', false },
	{ "date year 100", COL(DATE), AT(DATE, -683003), 'y', false },
	{ "date year 18 kept", COL(DATE), AT(DATE, -712863), 0, false },
	{ "datetime year 70", COL(DATETIME), AT(DATETIME, -59958144000000000), 'y', false },
	{ "default generated", COL(INT, .generated = true, LIT("1")), NUL, 0, false },
};

static struct format_conf conf_of(char mode)
{
	struct format_conf conf = fixture_conf(FORMAT_FLAT, true);

	conf.delete_mode = DELETE_DROP;
	conf.decimal_mode = mode == 'd' ? DECIMAL_DOUBLE : mode == 's' ? DECIMAL_STRING : DECIMAL_PRECISE;
	conf.time_mode = mode == 'c' ? TIME_CONNECT : TIME_ADAPTIVE_MICROS;
	conf.enable_time_adjuster = mode == 'y';
	conf.bigint_mode = mode == 'p' ? BIGINT_PRECISE : BIGINT_LONG;
	conf.binary_mode = mode == 'b' ? BINARY_BASE64
			: mode == 'u'  ? BINARY_BASE64_URL
			: mode == 'h'  ? BINARY_HEX
				       : BINARY_BYTES;
	return conf;
}

/* Cuts the message down to what differs: the field's schema and the member's value. */
static void show(const struct record *r, char *out, size_t size)
{
	const char *fields = strchr(r->value, '[') + 1,
		   *stop = strstr(fields, "],\"optional\":false,\"name\":\"dbserver1.");
	const char *value = strstr(r->value, "\"payload\":{\"c\":") + 15;

	snprintf(out, size, "%.*s %.*s", (int)(stop - fields), fields, (int)(r->value + r->value_len - 2 - value),
			value);
}

static void run(const struct cell_case *t, bool print)
{
	struct format_conf conf = conf_of(t->mode);
	struct batch *b = batch_new();
	struct schema *s = fixture_schema("inventory", "t", &t->column, 1, NULL);
	char got[4096];

	fixture_change(b, s, t->snapshot ? CHANGE_READ : CHANGE_CREATE, NULL, &t->value);
	fixture_encode(&conf, b);
	schema_unref(s);
	if (b->nrecords == 1)
		show(&b->records[0], got, sizeof(got));
	else
		snprintf(got, sizeof(got), "dead: %s", b->changes[0].dead ? b->changes[0].dead : "?");
	if (print)
		printf("%s\t%s\n", t->name, got);
	else
		is_str(got, fixture_golden("format_cells.txt", t->name), "%s", t->name);
	batch_free(b);
}

static void test_refused(void)
{
	struct column c = COL(DATE);
	struct value impossible = ZERO("2021-02-30"), wrong = TEXT("x"), absent = { 0 };
	const struct value *rows[] = { &impossible, &wrong, &absent };
	const char *why[] = { "does not exist", "kind does not belong", "row image" };
	struct schema *s = fixture_schema("inventory", "t", &c, 1, NULL);
	struct format_conf conf = conf_of(0);

	for (int i = 0; i < 3; i++) {
		struct batch *b = batch_new();
		struct value good = AT(DATE, 1);

		fixture_change(b, s, CHANGE_CREATE, NULL, rows[i]);
		fixture_change(b, s, CHANGE_CREATE, NULL, &good);
		fixture_encode(&conf, b);
		ok(b->changes[0].dead && strstr(b->changes[0].dead, "column c: ") && strstr(b->changes[0].dead, why[i]),
				"refused: %s", why[i]);
		ok(b->nrecords == 1 && b->records[0].change == 1 && !b->changes[1].dead, "its neighbour passes");
		batch_free(b);
	}
	schema_unref(s);
}

static void test_date_texts(void)
{
	static const struct {
		const char *text;
		bool good;
	} texts[] = {
		{ "2018-06-20 13:59:59", true },
		{ "2018-06-20T23:59:59.999999Z", true },
		{ "2018-06-20 13:60:00", false },
		{ "2018-06-20 13:59:60", false },
		{ "2018-06-20 24:00:00", false },
		{ "2018-02-29", false },
		{ "2016-02-29", true },
		{ "2018-06-20 13:37:03.", false },
	};
	int64_t micros;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		is_int(date_parse(texts[i].text, strlen(texts[i].text), &micros), texts[i].good, "%s", texts[i].text);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		run(&cases[i], argc > 1);
	if (argc > 1)
		return 0;
	test_refused();
	test_date_texts();
	return tap_done();
}
