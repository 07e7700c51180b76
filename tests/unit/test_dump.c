/* test_dump.c - every view without a terminal: as text of the size that was asked for, as JSON; hostile names in both. */
#include <jansson.h>

#include "console/dump.h"
#include "tests/screen/fake_status.h"
#include "tests/tap.h"

const struct engine_request_doc *engine_request_docs(void)
{
	static const struct engine_request_arg_doc args[] = {
		{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "" },
		{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
	};
	static const struct engine_request_doc docs[] = {
		{ "loads", EFFECT_READ, "", args, DOER_LOAD },
		{ "history", EFFECT_READ, "", args, DOER_ANY },
		{ "groups", EFFECT_READ, "", args, DOER_ANY },
		{ "settings", EFFECT_READ, "", args, DOER_ANY },
		{ NULL, EFFECT_READ, NULL, NULL, DOER_ANY },
	};

	return docs;
}

static bool gone;

static int fake_status(void *self, struct status *out, struct err *err)
{
	if (gone)
		return err_set(err, ERR_UNREACHABLE, 0, "nobody answers");
	fake_status_fill(out, 3);
	return 0;
}

static int fake_request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	(void)self;
	(void)r;
	(void)emit;
	(void)arg;
	(void)err;
	return 0;
}

static struct engine_link engine = { .status = fake_status, .request = fake_request, .where = "a test" };

static int lines_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void test_view(const char *name)
{
	struct dump_conf conf = { .view = name, .rows = 24, .cols = 80, .ascii = true };
	bool plain = true;
	struct err err;
	struct buf out;

	err_clear(&err);
	buf_init(&out, 1 << 20);
	is_int(dump_view(&engine, &conf, &out, &err), 0, "%s at 80x24: %s", name, err.msg);
	is_int(lines_of(out.data), 24, "it has 24 lines");
	for (const char *c = out.data; *c; c++)
		plain &= *c == '\n' || (*c >= ' ' && *c < 0x7f);
	ok(plain, "of ASCII");
	ok(strstr(out.data, "shop") != NULL, "with the name of the process");
	buf_reset(&out);
	conf.rows = 0;
	is_int(dump_view(&engine, &conf, &out, &err), 0, "%s, as long as it needs to be", name);
	ok(lines_of(out.data) >= 40, "it is");
	buf_done(&out);
}

static void test_json(const char *name)
{
	struct dump_conf conf = { .view = name, .cols = 80, .json = true };
	struct err err;
	struct buf out;
	json_t *o;

	err_clear(&err);
	buf_init(&out, 1 << 20);
	is_int(dump_view(&engine, &conf, &out, &err), 0, "%s as JSON", name);
	o = json_loadb(out.data, out.len, 0, NULL);
	is_str(json_string_value(json_object_get(o, "view")), name, "it says which");
	ok(json_is_array(json_object_get(o, "rows")), "and has rows");
	if (strcmp(name, "tables") == 0) {
		is_int(json_array_size(json_object_get(o, "rows")), 6, "of all tables");
		ok(strchr(out.data, 0x1b) == NULL, "an escape sequence in a name is escaped");
		ok(json_object_get(json_array_get(json_object_get(o, "rows"), 0), "lag rows") != NULL,
				"by the titles of the columns");
	}
	json_decref(o);
	buf_done(&out);
}

int main(void)
{
	struct dump_conf conf = { .view = "tabels", .cols = 80 };
	struct err err;
	struct buf out;

	for (int i = 0; dump_view_name(i); i++) {
		if (strchr(dump_view_name(i), '/')) /* what it shows is asked for: dump.sh */
			continue;
		test_view(dump_view_name(i));
		test_json(dump_view_name(i));
	}
	buf_init(&out, 1 << 20);
	err_clear(&err);
	is_int(dump_view(&engine, &conf, &out, &err), -1, "a view that is not there");
	ok(strstr(err.msg, "nearest: tables") != NULL, "names the nearest");
	conf.view = "Tables";
	gone = true;
	is_int(dump_view(&engine, &conf, &out, &err), -1, "nobody answers");
	is_int(err.kind, ERR_UNREACHABLE, "and that is told");
	is_int(out.len, 0, "nothing is printed");
	buf_done(&out);
	return tap_done();
}
