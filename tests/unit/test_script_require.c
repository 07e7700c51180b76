/* test_script_require.c - init(config), and require(): files in the script's folder and none outside, whatever the name or the links. */
#include "script/script.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tap.h"
#include "tests/unit/script_rows.h"

static const struct script_limits limits = { .instructions = 1000000, .memory_bytes = 8 << 20 };

static char top[] = "/tmp/millrace-require.XXXXXX";
static struct schema *orders;
static struct batch *in, *out;

static void put(const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", top, name);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

static void folder(const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	mkdir(path, 0700);
}

static void link_to(const char *target, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	is_int(symlink(target, path), 0, "link %s", name);
}

static struct script *open_script(const char *text, const struct conf_pairs *config, struct err *err)
{
	char path[200];

	put("in/s.lua", text);
	snprintf(path, sizeof(path), "%s/in/s.lua", top);
	err_clear(err);
	return script_open_from(&(struct script_origin){ .path = path, .config = config }, &limits, err);
}

/* The e-mail of a row that the script has gone over; or why it is dead, or was not loaded. */
static const char *email_of(struct script *s, const struct err *err)
{
	static char text[600];
	struct err run = { 0 };

	snprintf(text, sizeof(text), "%s", err->msg);
	if (s == NULL)
		return text;
	batch_reset(in);
	batch_reset(out);
	orders_change(in, orders, CHANGE_CREATE, NULL, orders_row(in, orders, 1, "paid"));
	is_int(script_run(s, in, 0, 1, out, &run), 0, "runs");
	if (out->changes[0].dead)
		return out->changes[0].dead;
	snprintf(text, sizeof(text), "%.*s", (int)out->changes[0].after[C_EMAIL].len, out->changes[0].after[C_EMAIL].p);
	return text;
}

static void gives(const char *text, const char *want)
{
	struct err err;
	struct script *s = open_script(text, NULL, &err);

	is_str(email_of(s, &err), want, "%.100s", text);
	script_close(s);
}

static void fails(const char *text, const char *why)
{
	struct err err;
	struct script *s = open_script(text, NULL, &err);
	const char *found = email_of(s, &err);

	if (!tap_ok(strstr(found, why) != NULL, __FILE__, __LINE__, "%.100s", text))
		printf("#   got %s\n", found);
	script_close(s);
}

static void test_require(void)
{
	put("in/greet.lua", "local m = {} function m.hello(x) return 'hello ' .. x end m.list = { 1, 2 } return m");
	put("in/lib/deep.lua",
			"local greet = require('greet') return { twice = function(x) return greet.hello(greet.hello(x)) end }");
	put("in/nothing.lua", "");
	put("in/wrong.lua", "return 1 +");
	put("in/raises.lua", "error('no')");
	put("in/a.lua", "return require('b')");
	put("in/b.lua", "return require('a')");
	put("in/count.lua", "made = (rawget(_ENV, 'made') or 0) + 1 return made");
	put("in/loop.lua", "while true do end");
	gives("local g = require 'greet' function transform(row) row.email = g.hello(row.status) return row end",
			"hello paid");
	gives("local d = require 'lib.deep' function transform(row) row.email = d.twice('x') return row end",
			"hello hello x");
	gives("require 'greet' function transform(row) row.email = require('greet').hello('y') return row end",
			"hello y");
	gives("local n = require 'nothing' function transform(row) row.email = tostring(n) return row end", "true");
	gives("local a, b = require 'count', require 'count' function transform(row) row.email = a .. b .. made return row end",
			"111");
	fails("require 'greet' function transform(row) require('greet').list[1] = 7 return row end", "read-only");
	fails("require 'greet' function transform(row) require('greet').hello = nil return row end", "read-only");
	fails("function transform(row) require('greet') return row end",
			"'greet.lua' in a call; write local x = .. outside the functions");
	fails("require 'wrong' function transform(row) return row end",
			"s.lua: wrong.lua:1: unexpected symbol near <eof>");
	fails("require 'raises' function transform(row) return row end", "raises.lua:1: no");
	fails("require 'a' function transform(row) return row end", "in a circle, found 'a' again");
	fails("require 'loop' function transform(row) return row end", "expected an end within 1000000 instructions");
	fails("require 'missing' function transform(row) return row end",
			"file missing.lua in the folder of the script, found: No such file");
}

static void test_outside(void)
{
	static const char *const names[] = { "../outside", "..outside", "lib/deep", "/etc/passwd", "lib..deep",
		".greet", "greet.", "", "greet\\0x", "gr eet", "greet.lua/", "%s", "g\\xc3\\xb6" };
	char text[300];

	put("outside.lua", "return 'outside'");
	folder("away");
	put("away/far.lua", "return 'far'");
	link_to("../outside.lua", "in/linked.lua");
	link_to("../away", "in/over");
	link_to("/dev/zero", "in/zero.lua");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text), "require('%s') function transform(row) return row end", names[i]);
		fails(text, "require: expected");
	}
	fails("require 'linked' function transform(row) return row end", "found: a link, or no folder");
	fails("require 'over.far' function transform(row) return row end", "found: a link, or no folder");
	fails("require 'zero' function transform(row) return row end", "found: a link, or no folder");
	fails("require 'lib' function transform(row) return row end", "No such file");
	folder("in/dir.lua");
	fails("require 'dir' function transform(row) return row end", "something that is no file");
	snprintf(text, sizeof(text), "require('%0*d') function transform(row) return row end", 101, 1);
	fails(text, "expected a name of letters");
}

static void test_lookup(void)
{
	put("in/rates.csv",
			"\xef\xbb\xbf"
			"currency,rate,note\r\nEUR,1.25,\"a, \"\"b\"\"\nc\"\r\nUSD,1,\r\n");
	put("in/lib/one-column.csv", "name\na\nb");
	put("in/short.csv", "a,b\n1,2\n3\n");
	put("in/long.csv", "a,b\n1,2,3\n");
	put("in/twice.csv", "a,b\n1,2\n1,3\n");
	put("in/open.csv", "a,b\n1,\"2\n");
	put("in/after.csv", "a,b\n1,\"2\"x\n");
	put("in/unnamed.csv", "a,\n1,2\n");
	put("in/nothing.csv", "");
#define SHOWS(e) " function transform(row) row.email = tostring(" e ") return row end"
	gives("local r = lookup('rates.csv')" SHOWS("decimal(r.EUR.rate) * 2"), "2.50");
	gives("local r = lookup('rates.csv')" SHOWS("r.EUR.note"), "a, \"b\"\nc");
	gives("local r = lookup('rates.csv')" SHOWS("r.USD.note == ''"), "true");
	gives("local r = lookup('rates.csv')" SHOWS("r[row.status]"), "nil");
	gives("local r = lookup('lib/one-column.csv')" SHOWS("r.b.name"), "b");
	fails("local r = lookup('rates.csv') function transform(row) r.EUR.rate = 2 return row end", "read-only");
	fails("lookup('short.csv')" SHOWS("1"), "short.csv:3: expected 2 values, found 1");
	fails("lookup('long.csv')" SHOWS("1"), "long.csv:2: expected 2 values, found more");
	fails("lookup('twice.csv')" SHOWS("1"), "twice.csv:3: expected each key once, found 1");
	fails("lookup('open.csv')" SHOWS("1"), "open.csv:3: expected a closing quote");
	fails("lookup('after.csv')" SHOWS("1"), "after.csv:2: expected a comma or the end of the line");
	fails("lookup('unnamed.csv')" SHOWS("1"), "expected a name for each column");
	fails("lookup('nothing.csv')" SHOWS("1"), "expected a name for each column");
	fails("lookup('../in/rates.csv')" SHOWS("1"), "expected a file's name of letters");
	fails("lookup('/etc/x.csv')" SHOWS("1"), "expected a file's name of letters");
	fails("lookup('rates.lua')" SHOWS("1"), "that ends in .csv");
	fails("lookup('missing.csv')" SHOWS("1"),
			"lookup: expected file missing.csv in the folder of the script, found: No such");
	fails("lookup()" SHOWS("1"), "string expected");
	gives("function transform(row) for i = 1, 1000 do log.info('line ' .. i) end log.info(row.amount) return row end",
			"jane.doe@example.com");
	fails("function transform(row) for i = 1, 17 do counter('c' .. i) end return row end",
			"expected at most 16 names, found one more: 'c17'");
	fails("function transform(row) counter('x', -1) return row end", "expected 0 or more");
	fails("function transform(row) counter('') return row end", "expected a name");
	fails("counter('x') function transform(row) return row end", "found one from while the script is loaded");
	fails("function transform(row) log.info() return row end", "bad argument #1");
}

/* A state that is made again runs the texts of before, whatever has become of the files. */
static void test_again(void)
{
	static const char text[] =
			"local g = require 'greet' local keep = { n = 0 } setmetatable(keep, {}) "
			"function transform(row) keep.n = keep.n + 1 if keep.n == 2 then error('second') end row.email = g.hello(keep.n) return row end";
	struct err err;
	struct script *s = open_script(text, NULL, &err);

	put("in/greet.lua", "error('changed')");
	is_str(email_of(s, &err), "hello 1", "a row");
	ok(strstr(email_of(s, &err), "second") != NULL, "one that fails: the state is made again");
	is_str(email_of(s, &err), "hello 1", "from the same texts");
	script_close(s);
}

static void test_init(void)
{
	struct conf_pair items[] = {
		{ (char *)"script.domain", (char *)"example.com", 7 },
		{ (char *)"script.max.rows", (char *)"12", 8 },
	};
	struct conf_pairs config = { items, 2 };
	struct err err;
	struct script *s = open_script(
			"local domain, rows function init(config) domain, rows = config.domain, tonumber(config['max.rows']) end "
			"function transform(row) row.email = domain .. rows + 1 return row end",
			&config, &err);

	is_str(email_of(s, &err), "example.com13", "init(config) gets what the configuration says");
	ok(script_has_init(s), "and says so");
	script_close(s);
	s = open_script("function init(config) c = config end function transform(row) c.domain = 'x' return row end",
			&config, &err);
	ok(strstr(email_of(s, &err), "read-only") != NULL, "what it keeps is read-only");
	script_close(s);
	s = open_script("function transform(row) return row end", &config, &err);
	ok(s && !script_has_init(s), "a script without");
	script_close(s);
	fails("function init(config) error('no key') end function transform(row) return row end", "no key");
	fails("init = 7 function transform(row) return row end", "expected function init");
	gives("fields = nil function init() fields = { added = 'int' } end function transform(row) row.added = 1 row.email = tostring(row.added) return row end",
			"1");
}

int main(void)
{
	char command[100];

	if (mkdtemp(top) == NULL)
		return 1;
	folder("in");
	folder("in/lib");
	orders = orders_schema();
	in = batch_new();
	out = batch_new();
	test_require();
	test_outside();
	test_lookup();
	test_again();
	test_init();
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
