/*
 * script_lint_idle.c - what a script says and nothing hears: a global above the functions that neither the script nor millrace reads (a
 * misspelled `fields`), and a row of event:to() that is not returned.
 */
#include <string.h>

#include "core/conf/conf.h"
#include "script/script_lint.h"

static const char *const declared[] = { "fields", "key", "changes_key", "to", "rename", "skip", "transform", "delete",
	"init" };

static bool is_declared(const char *name)
{
	for (size_t i = 0; i < sizeof(declared) / sizeof(*declared); i++)
		if (strcmp(declared[i], name) == 0)
			return true;
	return false;
}

/* Whether the globals are used as a table, _ENV[name] or pairs(_ENV): then nobody knows which are read. */
static bool env_is_taken(const struct code *c)
{
	for (unsigned i = 0; i < c->nops; i++)
		if (code_op(c->ops[i]) == OP_GETUPVAL && lint_is_upvalue(c, code_b(c->ops[i]), "_ENV"))
			return true;
	for (unsigned i = 0; i < c->nfunctions; i++)
		if (env_is_taken(&c->functions[i]))
			return true;
	return false;
}

static void check_global(const struct lint *l, const struct code *main, const char *name, int line)
{
	const char *near;

	if (is_declared(name) || script_code_reads(main, name))
		return;
	near = conf_nearest(name, declared, sizeof(declared) / sizeof(*declared));
	lint_tell(l, false, line,
			"global %.60s: nothing reads it; expected fields, key, changes_key, to, rename, skip, or a local%s%s%s",
			name, near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
}

/* Files of require() have the same globals, and are not looked at. */
static void check_globals(const struct lint *l, const struct code *main)
{
	if (script_code_reads(main, "require") || env_is_taken(main))
		return;
	for (unsigned i = 0; i < main->nops; i++) {
		uint32_t op = main->ops[i];
		const char *name = code_op(op) == OP_SETTABUP && lint_is_upvalue(main, code_a(op), "_ENV")
				? code_text(main, code_b(op))
				: NULL;

		if (name && lint_line_of_global(main, name) == main->lines[i])
			check_global(l, main, name, main->lines[i]);
	}
}

/* The call of the method in the register: one that is not nested in its own arguments. */
static const uint32_t *call_of(const struct code *c, unsigned at)
{
	unsigned reg = code_a(c->ops[at]);

	for (unsigned i = at + 1; i < c->nops; i++)
		if ((code_op(c->ops[i]) == OP_CALL || code_op(c->ops[i]) == OP_TAILCALL) && code_a(c->ops[i]) == reg)
			return &c->ops[i];
	return NULL;
}

static void check_sent(const struct lint *l, const struct code *c)
{
	for (unsigned i = 0; i < c->nops; i++) {
		uint32_t op = c->ops[i];
		const char *name = code_op(op) == OP_SELF && lint_holds(c, i, code_b(op), "event")
				? code_text(c, code_c(op))
				: NULL;
		const uint32_t *call = name && strcmp(name, "to") == 0 ? call_of(c, i) : NULL;

		if (call && code_op(*call) == OP_CALL && code_c(*call) == 1)
			lint_tell(l, true, c->lines[i],
					"event:to: expected its row to be returned, alone or in a list, found a call whose result is left; write return event:to(..)");
	}
	for (unsigned i = 0; i < c->nfunctions; i++)
		check_sent(l, &c->functions[i]);
}

void lint_idle(const struct lint *l, const struct code *main)
{
	check_globals(l, main);
	check_sent(l, main);
}
