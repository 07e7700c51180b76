/* test_settings_convert.c - a connector's configuration becomes a millrace.conf: lines, comments, and what is lost. */
#include "tests/tap.h"

#include "engine/settings/settings.h"
#include "engine/settings/settings_convert.h"
#include "engine/settings/settings_debezium.h"

#define CONNECTOR "\"connector.class\":\"io.debezium.connector.mysql.MySqlConnector\",\"topic.prefix\":\"p\""
#define UNWRAP "\"transforms\":\"u\",\"transforms.u.type\":\"io.debezium.transforms.ExtractNewRecordState\""

static unsigned lost;

/* The configuration that these members make; static. */
static const char *convert(const char *members)
{
	static char text[16384];
	char json[8192];
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, sizeof(text) - 1);
	snprintf(json, sizeof(json), "{\"name\":\"shop\",\"config\":{" CONNECTOR "%s%s}}", *members ? "," : "",
			members);
	if (settings_convert(json, strlen(json), &out, &lost, &err) < 0)
		snprintf(text, sizeof(text), "%s", err.msg);
	else
		snprintf(text, sizeof(text), "%s", out.data);
	buf_done(&out);
	return text;
}

static void has(const char *members, const char *line, unsigned want_lost, const char *what)
{
	const char *text = convert(members);
	bool found = strstr(text, line) != NULL;

	ok(found && lost == want_lost, "%s", what);
	if (!found || lost != want_lost)
		printf("# lost %u, no '%s' in:\n# %s\n", lost, line, text);
}

static void test_lines(void)
{
	has("", "[millrace]\nname = shop\n", 0, "the connector's name");
	has("", "[kafka]\nmessage.format = envelope\ntopic.prefix = p\n", 0, "without a transform: the envelope");
	has("", "skipped.operations = t\n", 0, "Debezium's preset where it differs");
	has("", "replace.null.with.default = true\n", 0, "and another");
	has("\"database.hostname\":\"db\",\"database.port\":3307", "[mysql]\nhost = db\nport = 3307\n", 0,
			"other names; numbers");
	has("\"table.include.list\":\"a.b,\\n  c.d\"", "table.include.list = a.b,   c.d\n", 0, "on one line");
	has("\"message.key.columns\":\"a.b:c ; d.e:f\"", "message.key.columns = a.b:c; d.e:f\n", 0,
			"nothing becomes a comment");
	has("\"snapshot.mode\":\"schema_only\"", "snapshot.mode = no_data\n", 0, "a value's older name");
	has("\"table.whitelist\":\"a.b\"", "table.include.list = a.b\n", 0, "an option's older name");
	has("\"column.truncate.to.5.chars\":\"a.b.c\"", "column.truncate.to.5.chars = a.b.c\n", 0, "a family");
	has("\"database.password\":\"hunter2\"", "password = ${MYSQL_PASSWORD}\n", 0, "a password is asked for");
	ok(!strstr(convert("\"database.password\":\"hunter2\",\"database.ssl.keystore.password\":\"hunter2\""),
			   "hunter2"),
			"and not copied");
}

static void test_connect(void)
{
	has(UNWRAP, "message.format = flat\n", 0, "ExtractNewRecordState: flat");
	has(UNWRAP, "delete.tombstone.handling.mode = unset\n", 0, "with its preset for deletes");
	has(UNWRAP ",\"transforms.u.delete.tombstone.handling.mode\":\"rewrite\",\"transforms.u.add.fields\":\"op,table\"",
			"delete.tombstone.handling.mode = rewrite\nadd.fields = op,table\n", 0, "its options");
	has(UNWRAP ",\"transforms.u.route.by.field\":\"x\"", "; ! route.by.field = x\n", 1,
			"one of them that is not supported");
	has("\"transforms\":\"r\",\"transforms.r.type\":\"RegexRouter\",\"transforms.r.regex\":\"x\"",
			"; ! transforms.r.type = RegexRouter\n", 1, "another transform");
	has("\"key.converter.schemas.enable\":false,\"value.converter.schemas.enable\":\"false\"",
			"schemas.enable = false\n", 0, "JsonConverter without schemas");
	has("\"key.converter.schemas.enable\":false", "; ! key.converter.schemas.enable = false\n", 1,
			"keys alone cannot be without");
	has("\"value.converter\":\"io.confluent.connect.avro.AvroConverter\"", "; ! value.converter = io.conf", 1,
			"another converter");
	has("\"value.converter.replace.null.with.default\":\"false\"", "replace.null.with.default = false\n", 0,
			"NULL stays NULL");
}

static void test_lost(void)
{
	has("\"max.queue.size\":\"8192\"", "\n; max.queue.size = 8192\n", 0, "an option that decides nothing");
	has("\"inconsistent.schema.handling.mode\":\"fail\"", "\n; inconsistent.schema.handling.mode = fail\n", 0,
			"a preset asks for nothing");
	has("\"inconsistent.schema.handling.mode\":\"skip\"", "; ! inconsistent.schema.handling.mode = skip\n", 1,
			"another value does");
	has("\"snapshot.mode\":\"custom\"", "; ! snapshot.mode = custom\n;     [mysql] snapshot.mode: expected one of",
			1, "a value that is not taken");
	has("\"no.such.option\":\"1\"", "; ! no.such.option = 1\n;     this option is not known\n", 1,
			"an unknown option");
	has("\"column.mask.with.x.chars\":\"a.b.c\"", "; ! column.mask.with.x.chars = a.b.c\n", 1,
			"a key that is wrong");
	has("\"database.user\":\"${file:/etc/x:user}\"", "; ! database.user", 1, "a configuration provider");
	has("\"table.include.list\":\"a.b\",\"no.such\":\"1\",\"converters\":\"x\"", "table.include.list = a.b\n", 2,
			"two are counted");
	has("\"decimal.handling.mode\":\"double\"", "decimal.handling.mode = double\n", 0,
			"and the next file begins anew");
}

static void test_wrong(void)
{
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 4096);
	ok(settings_convert("{", 1, &out, &lost, &err) < 0 && strstr(err.msg, "expected JSON"), "not JSON: %s",
			err.msg);
	ok(settings_convert("[]", 2, &out, &lost, &err) < 0, "not an object: %s", err.msg);
	ok(settings_convert("{\"connector.class\":\"io.debezium.connector.postgresql.PostgresConnector\"}", 72, &out,
			   &lost, &err) < 0,
			"not MySQL: %s", err.msg);
	ok(settings_convert("{" CONNECTOR "}", strlen("{" CONNECTOR "}"), &out, &lost, &err) == 0, "the config alone");
	buf_done(&out);
}

/* Every row leads somewhere, and stands in the page of options. */
/* The beginning of the option's row: no other page of words may say something else. */
static void documented(const struct debezium_option *o, char *out, size_t size)
{
	switch (o->fate) {
	case DEBEZIUM_RENAMED: snprintf(out, size, "\n| `%s` | `[%s] %s` |", o->key, o->section, o->name); return;
	case DEBEZIUM_MOOT: snprintf(out, size, "\n| `%s` | decides nothing | %s |", o->key, o->why); return;
	case DEBEZIUM_LOST: break;
	}
	snprintf(out, size, "\n| `%s` | not supported%s%s%s | %s |", o->key, o->preset && o->preset[0] ? " (but `" : "",
			o->preset ? o->preset : "", o->preset && o->preset[0] ? "`)" : "", o->why);
}

static void test_table(void)
{
	static char page[1 << 20];
	char path[1024];
	FILE *f;
	unsigned bad = 0, o_is_setting = 0;

	snprintf(path, sizeof(path), "%s/docs/options.md", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	f = fopen(path, "r");
	page[f ? fread(page, 1, sizeof(page) - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
	for (const struct debezium_option *o = debezium_options; o->key; o++) {
		const struct conf_option *c = settings_table.options;
		char shown[320];
		const char *first;

		while (o->fate == DEBEZIUM_RENAMED && c->section &&
				(strcmp(c->section, o->section) || strcmp(c->key, o->name)))
			c++;
		for (const struct conf_option *own = settings_table.options; own->section; own++)
			if (strcmp(own->key, o->key) == 0 &&
					strcmp(own->section, o->section ? o->section : own->section) == 0 &&
					o->fate != DEBEZIUM_RENAMED)
				o_is_setting++;
		documented(o, shown, sizeof(shown));
		first = strstr(page, shown);
		if ((o->fate == DEBEZIUM_RENAMED ? c->section == NULL : o->why == NULL) || first == NULL ||
				strstr(first + 1, shown) || debezium_option_find(o->key) != o) {
			printf("# %s\n", o->key);
			bad++;
		}
	}
	is_int(o_is_setting, 0, "what is a setting of its name is not in the table");
	is_int(bad, 0, "every option has a reason or a setting, and is documented");
}

int main(void)
{
	test_lines();
	test_connect();
	test_lost();
	test_wrong();
	test_table();
	return tap_done();
}
