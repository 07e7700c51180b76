/* test_gtid.c - sets of transactions: text, binary, algebra, tags. */
#include "source/decode/mysql_gtid.h"
#include "tests/tap.h"

#define U1 "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define U2 "9ce52d67-e6fe-11f1-baff-02fc00000001"

static struct gtid_set set_of(const char *text)
{
	struct gtid_set set = { 0 };
	struct err err;

	if (gtid_set_parse(&set, text, &err) < 0)
		printf("# %s: %s\n", text, err.msg);
	return set;
}

static void is_set(struct gtid_set *set, const char *want, const char *what)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	buf_puts(&out, "");
	gtid_set_print(set, &out);
	is_str(out.data, want, "%s", what);
	buf_done(&out);
}

static void reads(const char *text, const char *want)
{
	struct gtid_set set = set_of(text);

	is_set(&set, want, text);
	gtid_set_done(&set);
}

static void refuses(const char *text)
{
	struct gtid_set set = { 0 };
	struct err err = { 0 };

	ok(gtid_set_parse(&set, text, &err) < 0 && err.kind == ERR_DATA && err.msg[0], "refused: '%s' (%s)", text,
			err.msg);
	gtid_set_done(&set);
}

static void test_text(void)
{
	reads("", "");
	reads(U1 ":5", U1 ":5");
	reads(" " U1 ":1-3:4-5 : 9 ,\n" U1 ":7\n", U1 ":1-5:7:9");
	reads("3E11FA4771CA11E19E33C80AA9429562:1-2", U1 ":1-2");
	reads(U2 ":1-43:tagg:1", U2 ":1-43:tagg:1");
	reads(U2 ":B_2:3," U1 ":1," U2 ":a:1:2:4", U1 ":1," U2 ":a:1-2:4:b_2:3");
	refuses("x");
	refuses(U1);
	refuses(U1 ":");
	refuses(U1 ":0");
	refuses(U1 ":5-4");
	refuses(U1 ":1-");
	refuses(U1 ":9223372036854775807");
	refuses(U1 ":99999999999999999999");
	refuses(U1 ":1 x");
	refuses(U1 ":a23456789012345678901234567890123:1");
}

static void test_algebra(void)
{
	struct gtid_set a = set_of(U1 ":1-10," U2 ":tag:5"), b = set_of(U1 ":3-4:10:20"), c = { 0 };
	struct gtid g = { .gno = 11 };
	struct err err;

	gtid_set_copy(&c, &a);
	ok(gtid_set_is_subset(&a, &c) && gtid_set_is_subset(&c, &a), "a copy is equal");
	gtid_set_subtract(&c, &b);
	is_set(&c, U1 ":1-2:5-9," U2 ":tag:5", "subtract cuts holes");
	ok(gtid_set_is_subset(&c, &a) && !gtid_set_is_subset(&a, &c), "subset");
	gtid_set_add_set(&c, &b);
	is_set(&c, U1 ":1-10:20," U2 ":tag:5", "union fills them");
	gtid_set_subtract(&c, &a);
	is_set(&c, U1 ":20", "a source without transactions goes");
	is_int(gtid_set_count(&a), 11, "count");
	ok(gtid_parse(&g, U1 ":11", &err) == 0 && !gtid_set_contains(&a, &g), "11 is not in it");
	gtid_set_add(&a, &g);
	ok(gtid_set_contains(&a, &g), "now it is");
	is_set(&a, U1 ":1-11," U2 ":tag:5", "the interval grew");
	ok(gtid_parse(&g, U1 ":1-2", &err) < 0, "two are not one");
	gtid_set_done(&a);
	gtid_set_done(&b);
	gtid_set_done(&c);
}

static void test_binary(void)
{
	/* From a PREVIOUS_GTIDS event of MySQL 9.7 after one tagged transaction. */
	static const uint8_t tagged[] = {
		0x01,
		0x02,
		0,
		0,
		0,
		0,
		0,
		0x01,
		0x9c,
		0xe5,
		0x2d,
		0x67,
		0xe6,
		0xfe,
		0x11,
		0xf1,
		0xba,
		0xff,
		0x02,
		0xfc,
		0,
		0,
		0,
		0x01,
		0x00,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0x2c,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0x9c,
		0xe5,
		0x2d,
		0x67,
		0xe6,
		0xfe,
		0x11,
		0xf1,
		0xba,
		0xff,
		0x02,
		0xfc,
		0,
		0,
		0,
		0x01,
		0x08,
		't',
		'a',
		'g',
		'g',
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		1,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		2,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
	};
	struct gtid_set set = { 0 };
	struct buf out;
	struct err err;

	buf_init(&out, 1 << 16);
	is_int(gtid_set_decode(&set, tagged, sizeof(tagged), &err), 0, "tagged form is read");
	is_set(&set, U2 ":1-43:tagg:1", "as the server prints it");
	gtid_set_encode(&set, &out);
	is_mem(out.data, out.len, tagged, sizeof(tagged), "and written again");
	gtid_set_clear(&set);
	for (size_t len = 0; len < sizeof(tagged); len++)
		if (gtid_set_decode(&set, tagged, len, &err) == 0)
			ok(0, "%zu bytes of it are refused", len);
	buf_reset(&out);
	gtid_set_clear(&set);
	gtid_set_parse(&set, U1 ":1-2", &err);
	gtid_set_encode(&set, &out);
	is_int(out.len, 8 + 16 + 8 + 16, "classic form without tags");
	is_int(out.data[0], 1, "one source");
	is_int(out.data[7], 0, "no format");
	gtid_set_done(&set);
	buf_done(&out);
}

int main(void)
{
	test_text();
	test_algebra();
	test_binary();
	return tap_done();
}
