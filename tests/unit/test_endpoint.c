/* test_endpoint.c - host:port in every spelling, right and wrong. */
#include "core/conf/endpoint.h"
#include "tests/tap.h"

#include <string.h>

static const struct {
	const char *text, *scheme, *host; /* host NULL: refused */
	unsigned port;
} cases[] = {
	{ "db1", "", "db1", 0 },
	{ "db1:3307", "", "db1", 3307 },
	{ "  db1:3307\t", "", "db1", 3307 },
	{ "localhost:41999", "", "localhost", 41999 },
	{ "127.0.0.1:1", "", "127.0.0.1", 1 },
	{ "127.0.0.1:65535", "", "127.0.0.1", 65535 },
	{ "::1", "", "::1", 0 },
	{ "fe80::1%eth0", "", "fe80::1%eth0", 0 },
	{ "[::1]", "", "::1", 0 },
	{ "[::1]:9030", "", "::1", 9030 },
	{ "https://fe1:8030", "https", "fe1", 8030 },
	{ "https://[2001:db8::7]:8030", "https", "2001:db8::7", 8030 },
	{ "127.0.0.1:99999", NULL, NULL, 0 },
	{ "127.0.0.1:0", NULL, NULL, 0 },
	{ "127.0.0.1:-1", NULL, NULL, 0 },
	{ "127.0.0.1:", NULL, NULL, 0 },
	{ "127.0.0.1:33a", NULL, NULL, 0 },
	{ "127.0.0.1:18446744073709551617", NULL, NULL, 0 },
	{ "[::1", NULL, NULL, 0 },
	{ "[::1]9030", NULL, NULL, 0 },
	{ "[::1]:", NULL, NULL, 0 },
	{ "[]:9030", NULL, NULL, 0 },
	{ ":9030", NULL, NULL, 0 },
	{ "", NULL, NULL, 0 },
	{ "a b", NULL, NULL, 0 },
	{ "user@host", NULL, NULL, 0 },
	{ "fe1:8030/path", NULL, NULL, 0 },
	{ "://fe1", NULL, NULL, 0 },
};

static void test_parse(void)
{
	struct endpoint e;
	const char *expected;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int r = endpoint_parse(cases[i].text, strlen(cases[i].text), &e, &expected);

		is_int(r, cases[i].host ? 0 : -1, "'%s'", cases[i].text);
		if (r < 0 || cases[i].host == NULL)
			continue;
		is_str(e.scheme, cases[i].scheme, "its scheme");
		is_str(e.host, cases[i].host, "its host");
		is_int(e.port, cases[i].port, "its port");
	}
}

static void test_list(void)
{
	static const char list[] = "a, [::1]:9030 ,,c:1";
	char out[64];
	const char *text;
	size_t len;

	is_int(endpoint_count(list), 4, "a list, an empty entry counts");
	ok(endpoint_entry(list, 1, &text, &len) && strncmp(text, " [::1]:9030 ", len) == 0, "the second entry");
	ok(endpoint_entry(list, 2, &text, &len) && len == 0, "the empty entry");
	ok(endpoint_entry(list, 3, &text, &len) && len == 3, "the last entry");
	ok(!endpoint_entry(list, 4, &text, &len), "there are no more");
	is_str(endpoint_format(out, sizeof(out), "::1", 9030), "[::1]:9030", "IPv6 is written with brackets");
	is_str(endpoint_format(out, sizeof(out), "db1", 3306), "db1:3306", "others without");
}

int main(void)
{
	test_parse();
	test_list();
	return tap_done();
}
