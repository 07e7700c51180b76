/*
 * test_conf.c - a table of options of every type against good files, and against bad ones whose exact error line is part of
 * the contract: file:line, what, expected, found, nearest name. Secrets by file and by command; none may reach a message.
 */
#include "core/conf/conf.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/conf/conf_part.h"
#include "core/xalloc.h"

#include "tests/tap.h"

struct table_part {
	char *name, *transform;
	int64_t rows;
};

struct settings {
	char *name, *host, *password, *token;
	bool enabled;
	int64_t port, size, wait_ms, retention_ms;
	int mode;
	struct conf_list tables;
	struct conf_pairs rest, topics;
	struct table_part parts[4];
	size_t nparts;
};

#define AT(f) offsetof(struct settings, f)
static const struct conf_option options[] = {
	{ "millrace", "name", CONF_STRING, AT(name), NULL, NULL, CONF_REQUIRED, "the name" },
	{ "mysql", "host", CONF_STRING, AT(host), "127.0.0.1", NULL, 0, "the host" },
	{ "mysql", "port", CONF_INT, AT(port), "3306", "1..65535", 0, "the port" },
	{ "mysql", "password", CONF_STRING, AT(password), NULL, NULL, CONF_SECRET, "the password" },
	{ "mysql", "token", CONF_STRING, AT(token), NULL, NULL, CONF_SECRET | CONF_REQUIRED, "a token" },
	{ "mysql", "enabled", CONF_BOOL, AT(enabled), "true", NULL, 0, "whether" },
	{ "mysql", "buffer.size", CONF_BYTES, AT(size), "64M", NULL, 0, "how much" },
	{ "mysql", "wait", CONF_DURATION, AT(wait_ms), "5s", "10..60000", 0, "how long" },
	{ "mysql", "retention", CONF_DURATION, AT(retention_ms), "7d", "-1..9223372036854775807", 0,
			"how long it stays" },
	{ "mysql", "snapshot.mode", CONF_CHOICE, AT(mode), "initial", "initial|never|when_needed", 0, "which" },
	{ "mysql", "table.include.list", CONF_LIST, AT(tables), NULL, NULL, 0, "tables" },
	{ "kafka", "*", CONF_PAIRS, AT(rest), "linger.ms=5", NULL, 0, "the rest" },
	{ "kafka", "topic.*", CONF_PAIRS, AT(topics), NULL, NULL, 0, "topic settings" },
	{ "table", "transform", CONF_STRING, offsetof(struct table_part, transform), NULL, NULL, 0, "a script" },
	{ "table", "rows", CONF_INT, offsetof(struct table_part, rows), "7", "1..10", 0, "rows" },
	{ NULL, NULL, 0, 0, NULL, NULL, 0, NULL },
};

static void *named(void *settings, const char *section, const char *name);
static const struct conf_table table = { .options = options, .named = named };

static void *named(void *settings, const char *section, const char *name)
{
	struct settings *s = settings;

	for (size_t i = 0; i < s->nparts; i++)
		if (strcmp(s->parts[i].name, name) == 0)
			return &s->parts[i];
	if (s->nparts == 4 || strcmp(name, "no.good") == 0)
		return NULL;
	conf_preset_named(&table, section, &s->parts[s->nparts]);
	s->parts[s->nparts].name = xstrdup(name);
	return &s->parts[s->nparts++];
}

static void settings_done(struct settings *s)
{
	for (size_t i = 0; i < s->nparts; i++) {
		conf_free_named(&table, "table", &s->parts[i]);
		free(s->parts[i].name);
	}
	conf_free(&table, s);
}

static void test_good(void)
{
	static const char text[] =
			"\xef\xbb\xbf; a comment\r\n# another\n\n[millrace]\r\n  name = shop   ; prefixes labels\r\n\n"
			"[mysql]\nhost = \"a \"\"b;  \"  ; quoted\nport=3307\npassword = p;w#d\ntoken = ${CONF_TEST}/$${x}\n"
			"\tenabled = off\nbuffer.size = 16k\nwait = 1m\nretention = -1\nsnapshot.mode = WHEN_NEEDED\n"
			"table.include.list = testdb.orders, testdb.(a,b){1,2} ,, testdb.c\\,d,\n"
			"[kafka]\nbootstrap.servers = h:1,h:2\ntopic.retention = 1\nlinger.ms = 7\n"
			"[table testdb.a_table_whose_name_is_longer_than_fifty_bytes_by_far]\ntransform = a.lua\n"
			"[  table   testdb.b  ]\n[mysql]\nhost =\n";
	struct settings s = { 0 };
	struct err err = { 0 };

	setenv("CONF_TEST", "from outside", 1);
	is_int(conf_load_text(&table, &s, "t.conf", text, &err), -1, "a key twice, in a section opened twice");
	is_str(err.msg, "t.conf:26: [mysql] host: expected once, found again (first in line 8)",
			"says where the first was");
	settings_done(&s);
	memset(&s, 0, sizeof(s));
	{
		char *shorter = xstrndup(text, strlen(text) - strlen("[mysql]\nhost =\n"));

		is_int(conf_load_text(&table, &s, "t.conf", shorter, &err), 0, "a good file");
		free(shorter);
	}
	is_str(s.name, "shop", "a comment behind a value");
	is_str(s.host, "a \"b;  ", "a value in quotes");
	is_str(s.password, "p;w#d", "no comment without a blank in front");
	is_str(s.token, "from outside/${x}", "a variable");
	is_int(s.port, 3307, "a number");
	is_int(s.enabled, false, "a boolean, indented");
	is_int(s.size, 16384, "a size");
	is_int(s.wait_ms, 60000, "a duration");
	is_int(s.retention_ms, -1, "no limit");
	is_int(s.mode, 2, "a choice");
	is_int(s.tables.count, 3, "a list");
	is_str(s.tables.items[1], "testdb.(a,b){1,2}", "commas in brackets");
	is_str(s.tables.items[2], "testdb.c\\,d", "an escaped comma");
	is_int(s.rest.count, 2, "what no row names");
	is_str(s.rest.items[0].value, "7", "a pair over its preset");
	is_int(s.rest.items[1].line, 19, "with its line");
	is_str(s.topics.items[0].key, "topic.retention", "the longer prefix takes it");
	is_int(s.nparts, 2, "named sections");
	is_str(s.parts[0].name, "testdb.a_table_whose_name_is_longer_than_fifty_bytes_by_far", "a long section name");
	is_str(s.parts[0].transform, "a.lua", "their own struct");
	is_str(s.parts[1].name, "testdb.b", "blanks in brackets");
	is_int(s.parts[1].rows, 7, "with presets");
	settings_done(&s);
}

/* Loads text behind "[millrace]\nname=x\n"; the error must be as given. */
static void bad(const char *text, const char *want)
{
	struct settings s = { 0 };
	struct err err = { 0 };

	is_int(conf_load_text(&table, &s, "t.conf", text, &err), -1, "refused: %.40s",
			strchr(text, '\n') ? "a text of lines" : text);
	is_str(err.msg, want, "the line says what is wrong");
	is_int(err.kind, ERR_CONFIG, "its kind");
	settings_done(&s);
}

/* What stands behind the = and what it means. */
static const struct {
	const char *text, *value; /* value NULL: refused */
} quoted[] = {
	{ " a b ", "a b" },
	{ " a ; b", "a" },
	{ "a;b", "a;b" },
	{ " ; nothing", "" },
	{ ";x", ";x" },
	{ "", "" },
	{ " \" p ;w#d \" ; comment", " p ;w#d " },
	{ " ' p ;w#d '", " p ;w#d " },
	{ " '${CONF_TEST}'", "${CONF_TEST}" },
	{ " \"${CONF_TEST}\"", "from outside" },
	{ " \"$${x}\"", "${x}" },
	{ " '$${x}'", "$${x}" },
	{ " \"a\"\"b\"", "a\"b" },
	{ " 'it''s'", "it's" },
	{ " 'a\"b'", "a\"b" },
	{ " \"\"", "" },
	{ " a\"b", "a\"b" },
	{ " p'w'", "p'w'" },
	{ " \"a", NULL },
	{ " 'a\"", NULL },
	{ " \"a\" b", NULL },
	{ " \"a\"b", NULL },
};

static void test_quoted(void)
{
	setenv("CONF_TEST", "from outside", 1);
	for (size_t i = 0; i < sizeof(quoted) / sizeof(*quoted); i++) {
		struct settings s = { 0 };
		struct err err = { 0 };
		char text[256];
		int r;

		snprintf(text, sizeof(text), "[mysql]\ntoken = t\npassword =%s\r\n", quoted[i].text);
		r = conf_load_text(&table, &s, "t.conf", text, &err);
		is_int(r, quoted[i].value ? 0 : -1, "password =%s", quoted[i].text);
		if (r == 0)
			is_str(s.password ? s.password : "", quoted[i].value, "and its value");
		else
			ok(strncmp(err.msg, "t.conf:3: [mysql] password: expected ", 37) == 0 && !strstr(err.msg, "'a"),
					"told: %s", err.msg);
		settings_done(&s);
	}
}

static void test_bad(void)
{
	unsetenv("CONF_TEST_UNSET");
	bad("name = x\n", "t.conf:1: name: expected a [section] first, found a key before any");
	bad("[millrace]\nname = x\n\n[mysq]\n",
			"t.conf:4: [mysq]: expected a section (millrace, mysql, kafka, table), found 'mysq'; nearest is 'mysql'");
	bad("[zzzzzzzzzz]\n",
			"t.conf:1: [zzzzzzzzzz]: expected a section (millrace, mysql, kafka, table), found 'zzzzzzzzzz'");
	bad("[mysql]\ntoken = t\nhots = a\n",
			"t.conf:3: [mysql] hots: expected a key of this section, found 'hots'; nearest is 'host'");
	bad("[mysql]\nsnapshot.mod = a\n",
			"t.conf:2: [mysql] snapshot.mod: expected a key of this section, found 'snapshot.mod'; nearest is 'snapshot.mode'");
	bad("[mysql]\nHost = a\n",
			"t.conf:2: [mysql] Host: expected a key of this section, found 'Host'; nearest is 'host'");
	bad("[mysql]\nqqqqqq = a\n", "t.conf:2: [mysql] qqqqqq: expected a key of this section, found 'qqqqqq'");
	bad("[mysql]\nhost.file = a\n",
			"t.conf:2: [mysql] host.file: expected a key of this section, found 'host.file'");
	bad("[mysql]\nport = many\n", "t.conf:2: [mysql] port: expected a whole number from 1 to 65535, found 'many'");
	bad("[mysql]\nport = 0\n", "t.conf:2: [mysql] port: expected a whole number from 1 to 65535, found '0'");
	bad("[mysql]\nport =\n", "t.conf:2: [mysql] port: expected a whole number from 1 to 65535, found ''");
	bad("[mysql]\nport = 99999999999999999999\n",
			"t.conf:2: [mysql] port: expected a whole number from 1 to 65535, found '99999999999999999999'");
	bad("[mysql]\nenabled = maybe\n", "t.conf:2: [mysql] enabled: expected true or false, found 'maybe'");
	bad("[mysql]\nbuffer.size = 5 apples\n",
			"t.conf:2: [mysql] buffer.size: expected a size like 64M, found '5 apples'");
	bad("[mysql]\nbuffer.size = -1\n", "t.conf:2: [mysql] buffer.size: expected a size like 64M, found '-1'");
	bad("[mysql]\nwait = 2h\n",
			"t.conf:2: [mysql] wait: expected a duration like 500ms, 5s, 10m from 10 to 60000, found '2h'");
	bad("[mysql]\nsnapshot.mode = inital\n",
			"t.conf:2: [mysql] snapshot.mode: expected one of initial|never|when_needed (nearest is 'initial'), found 'inital'");
	bad("[millrace]\n\n[mysql]\ntoken = t\n",
			"t.conf:1: [millrace] name: expected a value, found none in this section");
	bad("[millrace]\nname =\n", "t.conf:2: [millrace] name: expected a value, found nothing");
	bad("[mysql]\ntoken = ${CONF_TEST_UNSET}\n",
			"t.conf:2: [mysql] token: expected ${CONF_TEST_UNSET} set in the environment, found it unset");
	bad("[mysql]\ntoken = ${CONF\n",
			"t.conf:2: [mysql] token: expected ${NAME} (a plain ${ is written $${), found a '${' without a name and '}'");
	bad("[mysql]\ntoken = t\ntoken = u\n", "t.conf:3: [mysql] token: expected once, found again (first in line 2)");
	bad("[mysql]\npassword = s3cret\npassword.command = echo x\n",
			"t.conf:3: [mysql] password.command: expected once, found again (first in line 2)");
	bad("[kafka]\na = 1\na = 2\n", "t.conf:3: [kafka] a: expected once, found again (first in line 2)");
	bad("[mysql]\ns3cret\n", "t.conf:2: expected key = value, found a line without =");
	bad("[mysql\n", "t.conf:1: expected [section], found '[mysql' without ]");
	bad("[mysql]\nnonsense\nport = x\n", "t.conf:2: expected key = value, found a line without =");
	bad("[table]\nrows = 1\n", "t.conf:1: [table]: expected [table NAME], found no name");
	bad("[mysql x]\nport = 1\n", "t.conf:1: [mysql x]: expected [mysql], found a name");
	bad("[table no.good]\nrows = 1\n",
			"t.conf:1: [table no.good]: expected a name that can be used, found 'no.good'");
	bad("[table a.b]\nrows = 11\n", "t.conf:2: [table a.b] rows: expected a whole number from 1 to 10, found '11'");
	bad("[mysql]\nhost = a\x1b[2Jb\nport = \x1b\n",
			"t.conf:3: [mysql] port: expected a whole number from 1 to 65535, found '\\x1b'");
}

/* Lists of tables and sets of GTIDs are long: 64 KiB in one line and more have to go through whole. */
static void test_long_lines(void)
{
	struct settings s = { 0 };
	struct err err = { 0 };
	char *text = xcalloc(1, 400000), *p;

	p = text + sprintf(text, "[mysql]\ntoken = t\ntable.include.list = ");
	for (int i = 0; i < 5000; i++)
		p += sprintf(p, "testdb.table_%05d, ", i);
	ok(p - text > 90000, "a line of 95,000 bytes");
	p += sprintf(p, " ; and a comment\nport = 3309\n");
	is_int(conf_load_text(&table, &s, "t.conf", text, &err), 0, "a list of 5,000 tables: %s", err.msg);
	is_int(s.tables.count, 5000, "all of them");
	is_str(s.tables.items[4999], "testdb.table_04999", "the last one whole");
	is_int(s.port, 3309, "and what follows");
	settings_done(&s);
	memset(&s, 0, sizeof(s));
	memset(text, 0, 400000);
	strcpy(text, "[mysql]\nhost = ");
	memset(text + strlen(text), 'x', 65536);
	is_int(conf_load_text(&table, &s, "t.conf", text, &err), -1, "a value of 64 KiB, but no token");
	is_str(err.msg, "t.conf:1: [mysql] token: expected a value, found none in this section",
			"which is all that is wrong");
	is_int(s.host ? strlen(s.host) : 0, 65536, "every byte of it");
	settings_done(&s);
	memset(&s, 0, sizeof(s));
	memset(text + 15, 'x', 300000);
	is_int(conf_load_text(&table, &s, "t.conf", text, &err), -1, "a line of 300,000 bytes is refused");
	is_str(err.msg, "t.conf:2: expected a line of at most 262144 bytes, found 300007", "by its number");
	settings_done(&s);
	free(text);
}

/* ---- secrets ---- */

static char dir[] = "conf-test-XXXXXX";

static void file_write(const char *name, const char *text, mode_t mode)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		abort();
	fputs(text, f);
	fclose(f);
	chmod(path, mode);
}

static int load_secret(struct settings *s, struct err *err, const char *lines)
{
	char path[64], text[512];

	snprintf(text, sizeof(text), "[mysql]\ntoken = t\n%s\n", lines);
	file_write("t.conf", text, 0600);
	snprintf(path, sizeof(path), "%s/t.conf", dir);
	memset(s, 0, sizeof(*s));
	return conf_load(&table, s, path, err);
}

static void secret_is(const char *lines, const char *want, const char *what)
{
	struct settings s;
	struct err err = { 0 };

	is_int(load_secret(&s, &err, lines), 0, "%s loads: %s", what, err.msg);
	is_str(s.password, want, "%s", what);
	settings_done(&s);
}

static void secret_bad(const char *lines, const char *want, const char *what)
{
	struct settings s;
	struct err err = { 0 };
	char line[600];

	snprintf(line, sizeof(line), "%s/t.conf:3: [mysql] %s", dir, want);
	is_int(load_secret(&s, &err, lines), -1, "%s is refused", what);
	is_str(err.msg, line, "%s", what);
	ok(strstr(err.msg, "s3cret") == NULL, "no secret in the message");
	settings_done(&s);
}

static void test_secrets(void)
{
	char expected[200], found[200], want[300];
	struct settings s;
	struct err err = { 0 };
	struct buf b;

	file_write("pw", "s3cret\r\nsecond line\n", 0600);
	file_write("empty", "\n", 0600);
	secret_is("password.file = pw", "s3cret", "a file beside the ini file");
	secret_is("password.command = printf 's3cret\\nmore'", "s3cret", "a command");
	secret_is("password = s3cret", "s3cret", "a plain one");
	snprintf(want, sizeof(want),
			"password.file: expected a readable file, found '%s/none': No such file or directory", dir);
	secret_bad("password.file = none", want, "a file that is not there");
	snprintf(want, sizeof(want), "password.file: expected a readable file, found '%s/.': Is a directory", dir);
	secret_bad("password.file = .", want, "a directory");
	secret_bad("password.file = empty",
			"password.file: expected the value on the first line, found an empty first line",
			"an empty file");
	secret_bad("password.command = echo s3cret; exit 3",
			"password.command: expected a command that ends with status 0 within 10 s, found status 3",
			"a failing command");
	secret_bad("password.command = echo s3cret >&2; kill -9 $$",
			"password.command: expected a command that ends with status 0 within 10 s, found signal 9",
			"a dying command");
	secret_bad("password.command = true",
			"password.command: expected the value on the first line, found an empty first line",
			"a silent one");
	ok(conf_secret_command("sleep 60", 100, expected, found, sizeof(found)) == NULL,
			"a command that hangs is ended");
	is_str(found, "it still running or printing", "and named so");
	ok(conf_secret_command("exec 1>&-; sleep 60", 100, expected, found, sizeof(found)) == NULL,
			"also when it has closed its output");
	ok(conf_secret_command("yes", 5000, expected, found, sizeof(found)) == NULL,
			"a command that does not stop printing");

	is_int(load_secret(&s, &err, "password.file = pw\n[kafka]\nsasl.password.file = pw\nssl.ca.file = x"), 0,
			"secrets among the rest");
	is_str(s.rest.items[1].key, "sasl.password", "the bare key");
	is_str(s.rest.items[1].value, "s3cret", "the value behind the file");
	is_str(s.rest.items[2].key, "ssl.ca.file", "what is no secret stays");
	buf_init(&b, 4096);
	for (const struct conf_option *o = options; o->section && strcmp(o->section, "table"); o++) {
		conf_format(o, &s, &b);
		buf_putc(&b, '|');
	}
	is_str(b.data, "|127.0.0.1|3306|(set)|(set)|true|64M|5s|7d|initial||linger.ms=5, sasl.password=(set), ssl.ca.file=x||",
			"as text, without secrets");
	buf_done(&b);
	settings_done(&s);
}

static void test_files(void)
{
	struct settings s = { 0 };
	struct err err = { 0 };

	is_int(conf_load(&table, &s, "conf-test-none.conf", &err), -1, "no such file");
	is_str(err.msg, "conf-test-none.conf: expected a readable file, found: No such file or directory", "says so");
	settings_done(&s);
}

/* Any bytes may stand in the file: no crash, and a message without control characters. */
static void test_mutations(void)
{
	static const char base[] =
			"[millrace]\nname = shop ; x\n[mysql]\nport = 3307\ntoken = $${a}\ntable.include.list = a.b, c\n[kafka]\nk = v\n[table a.b]\nrows = 3\n";
	uint64_t seed = 11;
	char text[sizeof(base)];
	int raw = 0, good = 0;

	for (int i = 0; i < 20000; i++) {
		struct settings s = { 0 };
		struct err err = { 0 };

		memcpy(text, base, sizeof(base));
		for (int k = 0; k <= i % 4; k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[(seed >> 33) % (sizeof(base) - 1)] = "[]=;\n \t$.x\x01\xff"[(seed >> 20) % 12];
		}
		good += conf_load_text(&table, &s, "t", text, &err) == 0;
		for (const char *p = err.msg; *p; p++)
			raw += (unsigned char)*p < 0x20;
		settings_done(&s);
	}
	ok(good > 100 && good < 19000, "some mutations stay good (%d)", good);
	is_int(raw, 0, "no control character in a message");
}

static void note_change(void *arg, const struct conf_option *o, const char *key)
{
	char *to = arg;

	snprintf(to + strlen(to), 200 - strlen(to), "[%s] %s;", o->section, key);
}

static void changes_are(const char *before, const char *after, const char *want)
{
	struct settings a = { 0 }, b = { 0 };
	struct err err = { 0 };
	char told[200] = "";

	if (conf_load_text(&table, &a, "before", before, &err) || conf_load_text(&table, &b, "after", after, &err))
		printf("# %s\n", err.msg);
	for (const struct conf_option *o = options; o->section; o++)
		if (strcmp(o->section, "table") != 0)
			conf_changes(o, &a, &b, note_change, told);
	is_str(told, want, "from '%s' to '%s'", before, after);
	conf_free(&table, &a);
	conf_free(&table, &b);
}

#define NEEDED "[millrace]\nname = a\n[mysql]\ntoken = t\n"

static void test_changes(void)
{
	changes_are(NEEDED "port = 1", NEEDED "port = 1\nwait = 5s", "");
	changes_are(NEEDED "port = 1", NEEDED "port = 2", "[mysql] port;");
	changes_are(NEEDED "password = x", NEEDED "password = y", "[mysql] password;");
	changes_are(NEEDED "[kafka]\na.b = 1\nc = 2", NEEDED "[kafka]\nc = 3\na.b = 1\nd = 4", "[kafka] c;[kafka] d;");
	changes_are(NEEDED "[kafka]\na.b = 1", NEEDED, "[kafka] a.b;");
	changes_are(NEEDED "[kafka]\nssl.key.password = x", NEEDED "[kafka]\nssl.key.password = y",
			"[kafka] ssl.key.password;");
	changes_are(NEEDED "[kafka]\ntopic.x = 1", NEEDED "[kafka]\ntopic.x = 2", "[kafka] topic.x;");
}

int main(void)
{
	if (mkdtemp(dir) == NULL)
		abort();
	test_good();
	test_bad();
	test_quoted();
	test_long_lines();
	test_secrets();
	test_files();
	test_mutations();
	test_changes();
	for (const char *const *f = (const char *const[]){ "pw", "empty", "t.conf", NULL }; *f; f++) {
		char path[64];

		snprintf(path, sizeof(path), "%s/%s", dir, *f);
		unlink(path);
	}
	rmdir(dir);
	return tap_done();
}
