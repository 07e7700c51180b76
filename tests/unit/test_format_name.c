/* test_format_name.c - names in the alphabet of Avro, and topics with another delimiter. */
#include "format/cell/format_name.h"
#include "format/cell/format_topic.h"
#include "tests/unit/format_fixture.h"

static void is_adjusted(const char *name, const char *avro, const char *unicode, const char *field,
		const char *field_unicode)
{
	const char *const expected[] = { avro, unicode, field, field_unicode };
	struct format_conf conf = { 0 };

	for (int i = 0; i < 4; i++) {
		char quoted[200];
		struct buf b;

		snprintf(quoted, sizeof(quoted), "\"%s\"", expected[i]);
		conf.schema_name_mode = conf.field_name_mode = i % 2 ? NAME_AVRO_UNICODE : NAME_AVRO;
		buf_init(&b, 4096);
		if (i < 2)
			format_name_put_schema(&b, &conf, name);
		else
			format_name_field(&b, &conf, name);
		is_str(b.data ? b.data : "", i < 2 ? quoted : expected[i], "'%s' as a %s, mode %d", name,
				i < 2 ? "schema" : "field", i % 2);
		buf_done(&b);
	}
}

/* From a topic back to its table. */
static void test_tables(void)
{
	static const struct {
		const char *delimiter, *topic, *table;
	} cases[] = {
		{ ".", "p.d.t", "d.t" },
		{ NULL, "p.d.t.u", "d.t.u" },
		{ ".", "p.transaction", NULL },
		{ ".", "p", NULL },
		{ ".", "other.d.t", NULL },
		{ "--", "p--d--t", "d.t" },
		{ "_", "p_d_t_1", "d.t_1" },
		{ "_", "p_d_", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct format_conf conf = {
			.topic_prefix = (char *)"p",
			.topic_delimiter = (char *)cases[i].delimiter,
		};
		char name[64];
		bool found = format_topic_table(&conf, cases[i].topic, name, sizeof(name));

		is_str(found ? name : NULL, cases[i].table, "the table of %s", cases[i].topic);
	}
}

int main(void)
{
	struct format_conf none = { 0 };
	struct buf b;

	is_adjusted("p.d.t_1.Value", "p.d.t_1.Value", "p.d.t_u005f1.Value", "p_d_t_1_Value",
			"p_u002ed_u002et_u005f1_u002eValue");
	is_adjusted("1a", "_1a", "_u0031a", "_1a", "_u0031a");
	is_adjusted("a b\n", "a_b_", "a_u0020b_u00a", "a_b_", "a_u0020b_u00a");
	is_adjusted("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "____", "_u00e4_u20ac_ud83d_ude00", "____",
			"_u00e4_u20ac_ud83d_ude00");
	is_adjusted("\xce\xa9", "_", "_u3a9", "_", "_u3a9");
	is_adjusted("", "", "", "", "");
	buf_init(&b, 4096);
	format_name_put_field(&b, &none, "a \"b\"");
	is_str(b.data, "\"a \\\"b\\\"\"", "no mode: the name itself");
	buf_done(&b);
	is_str(format_topic_name("p", "_", "d", "t"), "p_d_t", "another delimiter");
	is_str(format_topic_name("p", NULL, "d", "t"), "p.d.t", "the usual one");
	is_str(format_topic_name("p", "--", "d", ""), "p--d", "blank parts are left out");
	test_tables();
	return tap_done();
}
