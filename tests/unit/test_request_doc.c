/* test_request_doc.c - arguments of requests are checked against the table: unknown, missing, doubled, malformed. */
#include "tests/tap.h"

#include "engine/engine.h"

static const struct engine_request_arg_doc args[] = {
	{ "what", ARG_HELD, true, NULL, EFFECT_READ, "" },
	{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "" },
	{ "action", ARG_CHOICE, false, "start|stop", EFFECT_READ, "" },
	{ "truncate", ARG_YES, false, NULL, EFFECT_DESTRUCTIVE, "" },
	{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
};
static const struct engine_request_doc docs[] = {
	{ "hold", EFFECT_COSTLY, "", args, DOER_ANY },
	{ NULL, EFFECT_READ, NULL, NULL, DOER_ANY },
};

struct row {
	struct {
		const char *name, *value;
	} args[4];
	const char *error; /* NULL: right */
	enum engine_effect effect;
};
static const struct row table[] = {
	{ { { "what", "load" } }, NULL, EFFECT_COSTLY },
	{ { { "what", "load" }, { "n", "5" }, { "action", "stop" } }, NULL, EFFECT_COSTLY },
	{ { { "what", "load" }, { "truncate", "yes" } }, NULL, EFFECT_DESTRUCTIVE },
	{ { { "n", "5" } }, "hold: expected what=capture|load|TABLE, found none", EFFECT_COSTLY },
	{ { { "what", "" } }, "hold: what: expected capture|load|TABLE, found ''", EFFECT_COSTLY },
	{ { { "what", "load" }, { "n", "abc" } }, "hold: n: expected NUMBER, found 'abc'", EFFECT_COSTLY },
	{ { { "what", "load" }, { "n", "-5" } }, "hold: n: expected NUMBER, found '-5'", EFFECT_COSTLY },
	{ { { "what", "load" }, { "action", "sto" } }, "hold: action: expected start|stop, found 'sto'",
			EFFECT_COSTLY },
	{ { { "what", "load" }, { "truncate", "no" } }, "hold: truncate: expected yes, found 'no'",
			EFFECT_DESTRUCTIVE },
	{ { { "what", "load" }, { "what", "capture" } }, "hold: what is given twice", EFFECT_COSTLY },
	{ { { "what", "load" }, { "wat", "capture" } }, "hold: 'wat' is unknown; nearest: what", EFFECT_COSTLY },
	{ { { "what", "load" }, { "nonsense", "1" } },
			"hold: 'nonsense' is unknown; expected: hold what=capture|load|TABLE "
			"[n=NUMBER] [action=start|stop] [truncate=yes]",
			EFFECT_COSTLY },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct engine_request r = { .command = "hold" };
		struct err err;
		int rc;

		for (size_t k = 0; k < 4 && table[i].args[k].name; k++)
			engine_request_give(&r, table[i].args[k].name, table[i].args[k].value);
		engine_request_give(&r, "n", NULL); /* an option that is not given */
		err_clear(&err);
		rc = engine_request_check(docs, &r, &err);
		is_str(rc ? err.msg : "", table[i].error ? table[i].error : "", "row %zu", i);
		is_int(engine_request_effect(docs, &r), table[i].effect, "its effect");
	}
	for (int i = 0; i < 4; i++) {
		static const struct {
			const char *action, *truncate;
			enum engine_effect effect;
		} snapshots[] = {
			{ "pause", NULL, EFFECT_REVERSIBLE },
			{ "list", NULL, EFFECT_READ },
			{ "stop", NULL, EFFECT_COSTLY },
			{ "pause", "yes", EFFECT_DESTRUCTIVE },
		};
		struct engine_request r = { .command = "snapshot",
			.args = { { "action", snapshots[i].action }, { "truncate", snapshots[i].truncate } },
			.nargs = snapshots[i].truncate ? 2 : 1 };

		is_int(engine_request_effect(docs, &r), snapshots[i].effect, "of snapshot action=%s",
				snapshots[i].action);
	}
	ok(engine_request_doc(docs, "hold") == docs && engine_request_doc(docs, "held") == NULL, "found by name");
	return tap_done();
}
