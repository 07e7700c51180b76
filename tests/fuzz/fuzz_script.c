/*
 * fuzz_script.c - scripts made from a grammar, a choice a byte: statements and expressions over a row, calls of everything
 * that a script has, with arguments that are too large, too deep, of the wrong kind. Whatever it is, the row beside it
 * passes as it came.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "script/script.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/script_rows.h"

const char fuzz_name[] = "script";

struct writer {
	const uint8_t *at, *end;
	char text[4096];
	size_t len;
	int depth;
};

static unsigned choose(struct writer *w, unsigned n)
{
	return w->at < w->end ? *w->at++ % n : 0;
}

static void put(struct writer *w, const char *text)
{
	size_t n = strlen(text);

	if (w->len + n < sizeof(w->text) - 1) {
		memcpy(w->text + w->len, text, n + 1);
		w->len += n;
	}
}

static const char *const atoms[] = { "1", "0", "-1", "1e9", "math.huge", "math.maxinteger", "1 << 60", "'a'", "''",
	"null", "nil", "true", "{}", "row.id", "row.amount", "row.huge", "row.created", "row.doc", "row.email",
	"row.status", "row", "event", "x", "y", "f", "kept", "('a'):rep(1000)", "('a'):rep(1e6)", "('[1,'):rep(200)",
	"'(a*)*b'", "'%b()[^a]+'", "decimal('1.5')", "date('2024-02-29')",
	"setmetatable({}, { __index = f, __len = f, __call = f })", "'%f[a]%1'", "'%.3f%d%-9s%Y'",
	"'{\"a\":[1.5,null]}'", "row.doc.a", "('{\"a\":[1.5,null]}').a", "-0.0", "0/0" };
static const char *const calls[] = { "string.find", "string.match", "string.gsub", "string.gmatch", "string.rep",
	"string.format", "string.pack", "string.unpack", "string.byte", "string.char", "string.sub", "string.upper",
	"string.reverse", "table.concat", "table.insert", "table.remove", "table.move", "table.sort", "table.unpack",
	"table.pack", "utf8.len", "utf8.char", "utf8.codepoint", "utf8.offset", "math.floor", "math.ceil", "math.abs",
	"math.max", "math.fmod", "math.tointeger", "tonumber", "tostring", "select", "next", "pairs", "rawget",
	"rawset", "rawlen", "setmetatable", "pcall", "xpcall", "error", "mask", "hash", "hmac", "redact", "coalesce",
	"truncate", "split", "contains", "row.created.format", "row.created.add", "row.created.at", "enum_index",
	"set_members", "state.get", "state.set", "keep", "drop", "json.encode", "json.decode", "json.get", "json.set",
	"row.created.utc", "decimal", "date", "datetime", "time", "row.copy", "row.set", "row.has", "f", "assert",
	"type" };
static const char *const operators[] = { "+", "-", "*", "/", "//", "%", "^", "..", "==", "<", "<=", "and", "or", "&",
	"<<" };
static const char *const targets[] = { "x", "y", "row.status", "row.amount", "row.small", "row.doc", "row.id",
	"row.created", "kept.x", "string.upper", "row.nope", "z" };

static void expression(struct writer *w);

static void arguments(struct writer *w)
{
	unsigned n = choose(w, 5);

	put(w, "(");
	for (unsigned i = 0; i < n; i++) {
		put(w, i ? ", " : "");
		expression(w);
	}
	put(w, ")");
}

static void expression(struct writer *w)
{
	unsigned kind = ++w->depth > 6 ? 0 : choose(w, 8);

	if (kind == 5 || kind == 6) {
		put(w, calls[choose(w, sizeof(calls) / sizeof(*calls))]);
		arguments(w);
	} else if (kind == 7) {
		put(w, "(");
		expression(w);
		put(w, " ");
		put(w, operators[choose(w, sizeof(operators) / sizeof(*operators))]);
		put(w, " ");
		expression(w);
		put(w, ")");
	} else if (kind == 4) {
		put(w, "function(...) x = ... return ");
		expression(w);
		put(w, " end");
	} else {
		put(w, atoms[choose(w, sizeof(atoms) / sizeof(*atoms))]);
	}
	w->depth--;
}

static void statement(struct writer *w)
{
	static const char *const heads[] = { "pcall(function() ", "while ", "for i = 1, ", "if ",
		"do local c <close> = setmetatable({}, { __close = function() " };
	static const char *const middles[] = { "", " do ", " do ", " then ", "" },
				 *const tails[] = { " end)", " end", " end", " end", " end }) end" };
	unsigned kind = choose(w, 8);

	if (kind < 5 && w->depth < 4) {
		w->depth++;
		put(w, heads[kind]);
		if (*middles[kind]) {
			expression(w);
			put(w, middles[kind]);
		}
		statement(w);
		put(w, tails[kind]);
		w->depth--;
	} else if (kind == 5) {
		put(w, calls[choose(w, sizeof(calls) / sizeof(*calls))]);
		arguments(w);
	} else {
		put(w, targets[choose(w, sizeof(targets) / sizeof(*targets))]);
		put(w, " = ");
		expression(w);
	}
	put(w, "\n");
}

static void run(const char *text)
{
	static const struct script_limits limits = { .instructions = 20000, .memory_bytes = 4 << 20, .time_ms = 200 };
	struct batch *in = batch_new(), *out = batch_new();
	struct schema *orders = orders_schema();
	struct err err = { 0 };
	struct script *s = script_open_text("fuzz.lua", text, &limits, &err);

	for (int i = 1; i <= 3; i++)
		orders_change(in, orders, i == 2 ? CHANGE_UPDATE : CHANGE_CREATE, orders_row(in, orders, i, "old"),
				orders_row(in, orders, i, "new"));
	if (s) {
		FUZZ_ASSERT(script_run(s, in, 0, 3, out, &err) == 0 && out->nchanges >= 2);
		FUZZ_ASSERT(out->changes[0].after == in->changes[0].after && !out->changes[0].dead);
		FUZZ_ASSERT(out->changes[out->nchanges - 1].after == in->changes[2].after &&
				!out->changes[out->nchanges - 1].dead);
		FUZZ_ASSERT(out->arena.used < 8 << 20);
	}
	script_close(s);
	batch_free(in);
	batch_free(out);
	schema_unref(orders);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct writer w = { .at = data, .end = data + size };

	put(&w, "kept = {}\nlocal x, y\nlocal function f(...) return ... end\nfunction transform(row, event)\nif row.id ~= 2 then return row end\n");
	while (w.at < w.end && w.len < sizeof(w.text) - 1000) {
		put(&w, "pcall(function() ");
		statement(&w);
		put(&w, "end)\n");
	}
	put(&w, "do return ");
	put(&w, atoms[size ? data[size - 1] % (sizeof(atoms) / sizeof(*atoms)) : 0]);
	put(&w, " end end\n");
	if (getenv("FUZZ_SHOW"))
		fputs(w.text, stderr);
	run(w.text);
	return 0;
}
