/* test_starrocks_nodes.c - where a redirect may take the password: never from https to http, and to no host that is not named. */
#include "sink/starrocks/starrocks_nodes.h"
#include "tests/tap.h"

static const struct {
	const char *map, *from, *to, *goes; /* goes NULL: refused */
	const char *why;
} cases[] = {
	{ "", "http://fe1:8030/a", "http://fe1:8030/b", "http://fe1:8030/b", NULL },
	{ "", "http://fe1:8030/a", "http://FE2:8031/b", "http://FE2:8031/b", NULL },
	{ "", "http://fe1:8030/a", "https://fe2:8443/b", "https://fe2:8443/b", NULL },
	{ "", "http://fe1:8030/a", "http://[::1]:8030/b?x=1", "http://[::1]:8030/b?x=1", NULL },
	{ "", "https://fe1:8443/a", "http://fe1:8030/b", NULL, "from https to http" },
	{ "*", "https://fe1:8443/a", "http://fe1:8030/b", NULL, "from https to http" },
	{ "", "http://fe1:8030/a", "http://steal:80/b", NULL, "no node of the cluster" },
	{ "", "http://fe1:8030/a", "http://fe1@steal:80/b", NULL, "no node of the cluster" },
	{ "", "http://fe1:8030/a", "http://fe1:8030@steal/b", NULL, "no node of the cluster" },
	{ "", "http://fe1:8030/a", "http://fe1.steal/b", NULL, "no node of the cluster" },
	{ "", "http://fe1:8030/a", "http://be1:99999/b", NULL, "a port from 1 to 65535" },
	{ "be1", "http://fe1:8030/a", "http://be1:8040/b", "http://be1:8040/b", NULL },
	{ "be1:8040", "http://fe1:8030/a", "http://be1:8040/b", "http://be1:8040/b", NULL },
	{ "be1:8040", "http://fe1:8030/a", "http://be1:8041/b", NULL, "no node of the cluster" },
	{ "be1:8040=10.0.0.5:18040", "http://fe1:8030/a", "http://be1:8040/b?c", "http://10.0.0.5:18040/b?c", NULL },
	{ "be2, be1=10.0.0.5:18040", "http://fe1:8030/a", "http://root:x@be1:8040/b", "http://10.0.0.5:18040/b", NULL },
	{ "*", "http://fe1:8030/a", "http://anything:1/b", "http://anything:1/b", NULL },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sink_conf conf = { .fe_http = "fe1:8030, fe2, [::1]:8030" };
		struct starrocks_nodes *n;
		struct err err = { 0 };
		char *goes;

		conf_list_parse(&conf.be_map, cases[i].map);
		n = starrocks_nodes_new(&conf);
		goes = starrocks_nodes_follow(n, cases[i].from, cases[i].to, &err);
		is_str(goes, cases[i].goes, "%s to %s, be.map '%s'", cases[i].from, cases[i].to, cases[i].map);
		if (cases[i].why)
			ok(strstr(err.msg, cases[i].why) != NULL, "told: %s", err.msg);
		free(goes);
		starrocks_nodes_free(n);
		conf_list_free(&conf.be_map);
	}
	return tap_done();
}
