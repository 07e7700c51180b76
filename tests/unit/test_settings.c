/* test_settings.c - the table of settings against files that a person would write, right and wrong. */
#include "tests/tap.h"

#include <unistd.h>

#include "engine/settings/settings.h"

static char path[] = "/tmp/millrace-settings.XXXXXX";

static int load(struct settings **s, const char *text, struct err *err)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	err_clear(err);
	*s = settings_new();
	return settings_load(*s, path, err);
}

static void refused(const char *text, const char *expected)
{
	struct settings *s;
	struct err err;

	is_int(load(&s, text, &err), -1, "refused: %s", expected);
	if (!tap_ok(strstr(err.msg, expected) != NULL, __FILE__, __LINE__, "says so"))
		printf("#   got %s\n", err.msg);
	is_int(err.kind, ERR_CONFIG, "as configuration");
	settings_free(s);
}

static void test_good(void)
{
	struct settings *s;
	struct err err;

	is_int(load(&s,
			       "[millrace]\nname = shop\nstate.dir = /var/lib/x\n[mysql]\nhost = db1\nuser = cdc\n"
			       "table.include.list = testdb.orders, testdb.customers\nskipped.operations = t\n[kafka]\nbootstrap.servers = k:9092\n"
			       "linger.ms = 5\n[table testdb.orders]\ntransform = orders.lua\n",
			       &err),
			0, "a configuration is read");
	is_str(s->load.group, "shop-load", "the group follows the name");
	is_str(s->format.offsets_topic, "shop.offsets", "and the topic of the position");
	is_str(s->format.history_topic, "schemahistory.mysql", "the history follows the prefix");
	is_int(s->mysql.table_include.count, 2, "lists");
	ok(s->mysql.skip_truncate, "skipped.operations reaches the source");
	is_int(s->log.passthrough.count, 1, "any librdkafka property passes");
	is_str(settings_for_table(s, "testdb.orders")->transform.items[0], "orders.lua", "a table's own section");
	ok(settings_for_table(s, "testdb.customers") == NULL, "a table without one");
	is_int(s->sink.max_bytes, 16 << 20, "presets");
	settings_free(s);
}

static const char *section_of(const struct settings *s, const char *table)
{
	const struct table_settings *t = settings_for_table(s, table);

	return t ? t->name : "none";
}

/* One section counts: the name, the name in another case, the pattern that says most, the first of two such. */
static void test_sections(void)
{
	struct settings *s;
	struct err err;

	is_int(load(&s,
			       "[table *]\ntransform = all.lua\n[table shop.*]\ntransform = mask.lua, shop.lua\n[table shop.order*]\n"
			       "filter = row.status ~= 'test'\n[table *.orderz]\n[table shop.orders]\n[table s*p.*]\n[table s*p.x*]\n[table s*p.*y]\n",
			       &err),
			0, "patterns and a filter are read");
	is_str(section_of(s, "shop.orders"), "shop.orders", "the table's own section first");
	is_str(section_of(s, "Shop.Orders"), "shop.orders", "in any case");
	is_str(section_of(s, "shop.order_lines"), "shop.order*", "then the pattern with the most characters");
	is_str(section_of(s, "shop.customers"), "shop.*", "another");
	is_str(section_of(s, "sp.xy"), "s*p.x*", "of two with as many the first");
	is_str(section_of(s, "crm.customers"), "*", "the one for all");
	is_int(settings_for_table(s, "shop.customers")->transform.count, 2, "a chain of scripts");
	is_str(settings_for_table(s, "shop.order_lines")->filter.text, "row.status ~= 'test'", "a filter");
	is_int(settings_for_table(s, "shop.order_lines")->filter.line, 6, "and its line");
	settings_free(s);
	is_int(load(&s, "[table shop.*]\n[table *.b]\n", &err), 0, "patterns");
	is_str(section_of(s, "crm.a"), "none", "that do not match");
	is_str(section_of(s, "shop.b"), "shop.*", "and do");
	settings_free(s);
}

static void test_http(void)
{
	static const struct {
		const char *listen, *host;
		unsigned port;
	} good[] = {
		{ "8083", "127.0.0.1", 8083 },
		{ "localhost:80", "127.0.0.1", 80 },
		{ "127.1.2.3:1", "127.1.2.3", 1 },
		{ "[::1]:8083", "::1", 8083 },
	};
	struct settings *s;
	struct err err;
	char text[200];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(text, sizeof(text), "[http]\nlisten = %s\n", good[i].listen);
		is_int(load(&s, text, &err), 0, "[http] listen = %s", good[i].listen);
		is_str(s->http.host, good[i].host, "its address");
		is_int(s->http.port, good[i].port, "its port");
		settings_free(s);
	}
	is_int(load(&s, "[http]\nlisten = 0.0.0.0:8083\ntoken = 0123456789abcdef\n", &err), 0,
			"any address, with a token");
	settings_free(s);
	refused("[http]\nlisten = 0.0.0.0:8083\n", "can be reached by others: expected a token");
	refused("[http]\nlisten = [::]:8083\n", "can be reached by others: expected a token");
	refused("[http]\nlisten = 99999\n", "[http] listen: expected a port");
	refused("[http]\nlisten = 127.0.0.1\n", "[http] listen: expected a port");
	refused("[http]\nlisten = db1:80\n", "expected an address of this machine");
	refused("[http]\nlisten = http://127.0.0.1:80\n", "[http] listen: expected a port");
	refused("[http]\ntoken = 0123456789abcde\n", "[http] token: expected 16 to 512 characters, found 15");
	refused("[http]\nreads.need.token = yes\n", "expected a token, found none");
}

/* The example that is installed is one that works. */
static void test_example(void)
{
	const char *top = getenv("top_srcdir");
	struct settings *s = settings_new();
	struct err err;
	char file[1024];

	err_clear(&err);
	snprintf(file, sizeof(file), "%s/docs/millrace.conf", top ? top : ".");
	is_int(settings_load(s, file, &err), 0, "docs/millrace.conf is read: %s", err.msg);
	is_str(s->name, "shop", "with its name");
	is_int((long long)s->mysql.table_include.count, 2, "and its tables");
	settings_free(s);
}

int main(void)
{
	close(mkstemp(path));
	test_good();
	test_sections();
	test_example();
	test_http();
	refused("[mysql]\nsnapshot.mod = initial\n", "snapshot.mode");
	refused("[kafka]\nbootstrap.server = k:9092\n", "[kafka] bootstrap.server: expected bootstrap.servers");
	refused("[mysql]\nport = 70000\n", ":2:");
	refused("[mysql]\nhost = 127.0.0.1:99999\n", ":2: [mysql] host: expected a port from 1 to 65535");
	refused("[mysql]\nhost = a, [::1\n", ":2: [mysql] host: expected [IPv6 address]");
	refused("[mysql]\nhost = http://a\n", ":2: [mysql] host");
	refused("[starrocks]\nfe.mysql = fe1:0\n", ":2: [starrocks] fe.mysql: expected a port");
	refused("[starrocks]\nfe.http = ftp://fe1\n", ":2: [starrocks] fe.http");
	refused("[mysql]\nssl.mode = verify_ca\n",
			"[mysql] ssl.mode asks for a check of the server's certificate: set ssl.ca");
	refused("[starrocks]\nssl.mode = verify_identity\n", "[starrocks] ssl.mode asks");
	refused("[starrocks]\nauth.plugins = mysql_clear_password\n",
			"mysql_clear_password sends the password in clear text");
	refused("[mysql]\nserver.public.key = /nowhere.pem\n",
			"server.public.key: expected a readable file, found '/nowhere.pem'");
	refused("[millrace]\nname = a b\n", "name");
	refused("[mysql]\nskipped.operations = x\n", "skipped.operations");
	refused("[mysq]\nhost = a\n", "mysql");
	unlink(path);
	return tap_done();
}
