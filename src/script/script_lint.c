/*
 * script_lint.c - what can be known of a script before a row comes: names that nothing defines, columns that the table
 * lacks, and comparisons that do not do what they look like. It reads the compiled script (script_code.h), so scopes are
 * Lua's own; and it tells only what is so whatever the rows are, for a false alarm costs more than a late one.
 */
#include "script/script_lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/conf/conf.h"

void lint_tell(const struct lint *l, bool error, int line, const char *fmt, ...)
{
	struct script_finding f = { .script = l->s->name, .error = error, .line = line };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f.text, sizeof(f.text), fmt, ap);
	va_end(ap);
	l->tell(l->arg, &f);
}

/* ---- globals ---- */

bool lint_is_upvalue(const struct code *c, unsigned up, const char *name)
{
	return up < c->nupvalues && c->upvalues[up].name && strcmp(c->upvalues[up].name, name) == 0;
}

static bool global_defined(const struct lint *l, const char *name)
{
	bool defined;

	lua_pushstring(l->L, name);
	defined = lua_rawget(l->L, -2) != LUA_TNIL;
	lua_pop(l->L, 1);
	return defined;
}

static void tell_global(const struct lint *l, int line, const char *name)
{
	const char *names[500], *near;
	size_t count = 0;

	names[count++] = "row";
	names[count++] = "event";
	for (lua_pushnil(l->L); lua_next(l->L, -2); lua_pop(l->L, 1))
		if (lua_type(l->L, -2) == LUA_TSTRING && count < sizeof(names) / sizeof(*names))
			names[count++] = lua_tostring(l->L, -2);
	near = conf_nearest(name, names, count);
	lint_tell(l, true, line, "global %.60s: expected a name that is defined, found none%s%.60s%s", name,
			near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
}

static void check_global(const struct lint *l, const struct code *c, unsigned at)
{
	uint32_t i = c->ops[at];
	bool reads = code_op(i) == OP_GETTABUP;
	unsigned up = reads ? code_b(i) : code_a(i);
	const char *name = code_text(c, reads ? code_c(i) : code_b(i));

	if (name == NULL || !lint_is_upvalue(c, up, "_ENV"))
		return;
	if (reads && !global_defined(l, name))
		tell_global(l, c->lines[at], name);
	else if (!reads && c->parent)
		lint_tell(l, true, c->lines[at],
				"global %.60s: expected a local; globals are only set while the script is loaded",
				name);
}

/* ---- columns ---- */

static const struct column *column_named(const struct lint *l, const char *name)
{
	int column = l->schema ? schema_column(l->schema, name, strlen(name)) : -1;

	if (column >= 0)
		return &l->schema->columns[column];
	for (unsigned i = 0; i < l->s->nfields; i++)
		if (strcasecmp(l->s->fields[i].name, name) == 0)
			return &l->s->fields[i];
	return NULL;
}

static void tell_column(const struct lint *l, int line, const char *name)
{
	const char *names[4200], *near;
	size_t count = 0;

	for (unsigned i = 0; i < l->schema->ncolumns && count < 4100; i++)
		names[count++] = l->schema->columns[i].name;
	for (unsigned i = 0; i < l->s->nfields && count < 4200; i++)
		names[count++] = l->s->fields[i].name;
	near = conf_nearest(name, names, count);
	lint_tell(l, true, line, "row.%.60s: expected a column of %s.%s, found none%s%.60s%s", name, l->schema->db,
			l->schema->table, near ? "; nearest is '" : "", near ? near : "", near ? "'" : "");
}

bool lint_holds(const struct code *c, unsigned at, unsigned reg, const char *name)
{
	const char *local = code_local(c, at, reg);
	uint32_t before = at ? c->ops[at - 1] : 0;

	if (local)
		return strcmp(local, name) == 0;
	return at && code_op(before) == OP_GETUPVAL && code_a(before) == reg &&
			lint_is_upvalue(c, code_b(before), name);
}

static bool is_method(const char *name)
{
	return strcmp(name, "copy") == 0 || strcmp(name, "has") == 0 || strcmp(name, "set") == 0;
}

/* The field that the instruction reads of `row`, or writes; NULL: none. */
static const char *row_field(const struct code *c, unsigned at)
{
	uint32_t i = c->ops[at];

	if (code_op(i) == OP_GETTABUP)
		return lint_is_upvalue(c, code_b(i), "row") ? code_text(c, code_c(i)) : NULL;
	if (code_op(i) == OP_SETTABUP)
		return lint_is_upvalue(c, code_a(i), "row") ? code_text(c, code_b(i)) : NULL;
	if (code_op(i) == OP_GETFIELD || code_op(i) == OP_SELF)
		return lint_holds(c, at, code_b(i), "row") ? code_text(c, code_c(i)) : NULL;
	if (code_op(i) == OP_SETFIELD)
		return lint_holds(c, at, code_a(i), "row") ? code_text(c, code_b(i)) : NULL;
	return NULL;
}

static void check_event(const struct lint *l, const struct code *c, unsigned at)
{
	uint32_t i = c->ops[at];
	bool reads = code_op(i) == OP_GETFIELD || code_op(i) == OP_SELF;
	const char *name = reads && lint_holds(c, at, code_b(i), "event") ? code_text(c, code_c(i)) : NULL;

	if (name && !script_event_has(name) && strcmp(name, "to") != 0)
		lint_tell(l, true, c->lines[at], "event.%.60s: expected " SCRIPT_EVENT_PARTS ", found '%.60s'", name,
				name);
}

/* ---- comparisons ---- */

static bool is_integer_column(const struct column *k)
{
	enum type_class class = column_class(k);

	return class == CLASS_INTEGER || class == CLASS_BIT || class == CLASS_YEAR;
}

static bool is_time_column(const struct column *k)
{
	enum type_class class = column_class(k);

	return class == CLASS_DATE || class == CLASS_TIME || class == CLASS_DATETIME;
}

/* row.x as a condition: 0 and null are true. */
static void check_truth(const struct lint *l, const struct code *c, unsigned at, const char *name,
		const struct column *k)
{
	if (is_integer_column(k))
		lint_tell(l, false, c->lines[at], "row.%.60s as a condition: 0 is true in Lua; write row.%.60s ~= 0",
				name, name);
	else if (k->nullable)
		lint_tell(l, false, c->lines[at],
				"row.%.60s as a condition: null is true in Lua; write row.%.60s ~= null, or coalesce(row.%.60s, ..)",
				name, name, name);
}

static bool function_knows_null(const struct code *c)
{
	for (unsigned i = 0; i < c->nops; i++) {
		const char *name = code_op(c->ops[i]) == OP_GETTABUP ? code_text(c, code_c(c->ops[i])) : NULL;

		if (name && (strcmp(name, "null") == 0 || strcmp(name, "coalesce") == 0))
			return true;
	}
	return false;
}

static void check_equal(const struct lint *l, const struct code *c, unsigned at, const char *name,
		const struct column *k)
{
	uint32_t i = c->ops[at + 1];
	int kind = code_op(i) == OP_EQI		    ? CODE_NUMBER
			: code_b(i) < c->nconstants ? (int)c->constants[code_b(i)].kind
						    : CODE_NIL;
	int line = c->lines[at];

	if (kind == CODE_BOOLEAN)
		lint_tell(l, false, line,
				"row.%.60s == true or false is never so: no column is a boolean in Lua; compare with 1 or 0, NULL with null",
				name);
	else if (kind == CODE_NIL && !function_knows_null(c))
		lint_tell(l, false, line,
				"row.%.60s == nil asks whether the row's image has the column; for SQL NULL write row.%.60s == null",
				name, name);
	else if (kind == CODE_NUMBER && k && (k->type == COL_DECIMAL || is_time_column(k)))
		lint_tell(l, false, line, "row.%.60s == a number is never so: it is a %s; write row.%.60s%s", name,
				column_type_name(k->type), name,
				k->type == COL_DECIMAL ? ":eq(..)" : ".year or the like");
	else if (kind == CODE_NUMBER && k && column_is_text(k))
		lint_tell(l, false, line, "row.%.60s == a number is never so: it is text; put the number in quotes",
				name);
	else if (kind == CODE_TEXT && k && (is_integer_column(k) || k->type == COL_DECIMAL || is_time_column(k)))
		lint_tell(l, false, line,
				"row.%.60s == a text is never so: it is a %s; write tostring(row.%.60s) == ..", name,
				column_type_name(k->type), name);
}

/* What is done with a field that was just read. */
static void check_use(const struct lint *l, const struct code *c, unsigned at, const char *name)
{
	const struct column *k = column_named(l, name);
	uint32_t next = at + 1 < c->nops ? c->ops[at + 1] : 0;
	unsigned reg = code_a(c->ops[at]);

	if ((code_op(c->ops[at]) != OP_GETFIELD && code_op(c->ops[at]) != OP_GETTABUP) || at + 1 >= c->nops)
		return;
	if (code_op(next) == OP_EQK || code_op(next) == OP_EQI) {
		if (code_a(next) == reg)
			check_equal(l, c, at, name, k);
	} else if (k &&
			((code_op(next) == OP_TEST && code_a(next) == reg) ||
					(code_op(next) == OP_TESTSET && code_b(next) == reg) ||
					(code_op(next) == OP_NOT && code_b(next) == reg))) {
		check_truth(l, c, at, name, k);
	}
}

/* ---- the key ---- */

static void check_key_write(const struct lint *l, const struct code *c, unsigned at, const char *name)
{
	int column = l->schema ? schema_column(l->schema, name, strlen(name)) : -1;
	enum code_op op = code_op(c->ops[at]);

	if ((op != OP_SETFIELD && op != OP_SETTABUP) || column < 0 || l->s->nkey || l->s->changes_key ||
			!schema_is_key(l->schema, (unsigned)column))
		return;
	lint_tell(l, false, c->lines[at],
			"row.%.60s is part of the key: a row that gets another one is a dead letter, unless the script says "
			"changes_key = true above its functions",
			name);
}

int lint_line_of_global(const struct code *main, const char *wanted)
{
	for (unsigned i = 0; i < main->nops; i++) {
		const char *name = code_op(main->ops[i]) == OP_SETTABUP ? code_text(main, code_b(main->ops[i])) : NULL;

		if (name && strcmp(name, wanted) == 0)
			return main->lines[i];
	}
	return 0;
}

/* Names that the table lacks are passed over for rows: it may have lost the column meanwhile. */
static void check_pairs(const struct lint *l, const struct code *main)
{
	for (unsigned i = 0; l->schema && i < l->s->npairs; i++) {
		const struct script_pair *p = &l->s->pairs[i];
		const char *what = p->to ? "rename" : "skip";

		if (column_named(l, p->from) == NULL)
			lint_tell(l, false, lint_line_of_global(main, what), "%s: %.64s is no column of %s.%s", what,
					p->from, l->schema->db, l->schema->table);
		else if (schema_column(l->schema, p->from, strlen(p->from)) >= 0 &&
				schema_is_key(l->schema, (unsigned)schema_column(l->schema, p->from, strlen(p->from))))
			lint_tell(l, true, lint_line_of_global(main, what),
					"%s: %.64s is part of the key, by which rows are found", what, p->from);
	}
}

static void check_own_key(const struct lint *l, const struct code *main)
{
	const char *missing = l->schema ? script_declared_missing(l->s, l->schema) : NULL;
	char words[400];

	if (missing == NULL)
		return;
	script_declared_words(l->s, l->schema, missing, words, sizeof(words));
	lint_tell(l, true, lint_line_of_global(main, "key"), "%s", words);
}

/* ---- what is left out ---- */

/* Returns of nothing that can be come to. The last instruction of a function is one that Lua adds. */
static void check_returns(struct lint *l, const struct code *c, const char *name)
{
	const bool *reached = code_reached(&l->arena, c);

	for (unsigned i = 0; i < c->nops; i++) {
		bool of_nothing = code_op(c->ops[i]) == OP_RETURN0 ||
				(code_op(c->ops[i]) == OP_RETURN && code_b(c->ops[i]) == 1);

		if (!reached[i] || !of_nothing)
			continue;
		if (i + 1 < c->nops)
			lint_tell(l, true, c->lines[i],
					"%s: expected a row, a list of rows, nil or drop(reason) after return, found nothing",
					name);
		else
			lint_tell(l, true, c->lines[i],
					"%s: expected a return on every way through the function, found an end without one; "
					"write return row, return nil or drop(reason)",
					name);
	}
}

/* function NAME() .. end in the main function: a closure that goes into the global of that name. NULL: none. */
static const struct code *entry(const struct code *main, const char *wanted)
{
	const struct code *found = NULL;

	for (unsigned i = 0; main && i + 1 < main->nops; i++) {
		uint32_t made = main->ops[i], set = main->ops[i + 1];
		const char *name = code_op(made) == OP_CLOSURE && code_op(set) == OP_SETTABUP
				? code_text(main, code_b(set))
				: NULL;

		if (name && code_c(set) == code_a(made) && code_bx(made) < main->nfunctions &&
				strcmp(name, wanted) == 0)
			found = &main->functions[code_bx(made)];
	}
	return found;
}

static void check_entry(struct lint *l, const struct code *main)
{
	static const char *const names[] = { "transform", "delete" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (entry(main, names[i]))
			check_returns(l, entry(main, names[i]), names[i]);
}

/* init() runs each time when the script is loaded: what it sets is there for every row. */
static bool is_init(const struct code *c)
{
	return c->parent && c->parent->parent == NULL && c == entry(c->parent, "init");
}

/* Whether an upvalue is a variable of the main function: then it lasts from row to row. */
static bool lasts(const struct code *c, unsigned upvalue)
{
	while (upvalue < c->nupvalues && c->parent) {
		if (c->upvalues[upvalue].in_stack)
			return c->parent->parent == NULL;
		upvalue = c->upvalues[upvalue].index;
		c = c->parent;
	}
	return false;
}

static void check_function(const struct lint *l, const struct code *c)
{
	for (unsigned i = 0; i < c->nops; i++) {
		enum code_op op = code_op(c->ops[i]);
		const char *field = row_field(c, i);

		if (op == OP_GETTABUP || op == OP_SETTABUP)
			check_global(l, c, i);
		if (op == OP_SETUPVAL && lasts(c, code_b(c->ops[i])) && !is_init(c))
			lint_tell(l, false, c->lines[i],
					"%.60s: a variable outside the function is not kept: a restart, another worker or a failed row begins again",
					c->upvalues[code_b(c->ops[i])].name ? c->upvalues[code_b(c->ops[i])].name
									    : "?");
		if (field && l->schema && !is_method(field) && column_named(l, field) == NULL)
			tell_column(l, c->lines[i], field);
		else if (field)
			check_use(l, c, i, field);
		if (field)
			check_key_write(l, c, i, field);
		check_event(l, c, i);
	}
	for (unsigned i = 0; i < c->nfunctions; i++)
		check_function(l, &c->functions[i]);
}

static bool keeps(const struct code *c)
{
	for (unsigned i = 0; i < c->nops && !is_init(c); i++)
		if (code_op(c->ops[i]) == OP_SETUPVAL && lasts(c, code_b(c->ops[i])))
			return true;
	for (unsigned i = 0; i < c->nfunctions; i++)
		if (keeps(&c->functions[i]))
			return true;
	return false;
}

/* ---- questions about the code ---- */

bool script_code_reads(const struct code *c, const char *global)
{
	if (c == NULL)
		return true;
	for (unsigned i = 0; i < c->nops; i++) {
		uint32_t op = c->ops[i];
		const char *name = code_op(op) == OP_GETTABUP ? code_text(c, code_c(op)) : NULL;

		if (name && strcmp(name, global) == 0 && lint_is_upvalue(c, code_b(op), "_ENV"))
			return true;
	}
	for (unsigned i = 0; i < c->nfunctions; i++)
		if (script_code_reads(&c->functions[i], global))
			return true;
	return false;
}

bool script_code_keeps(const struct code *code)
{
	return code == NULL || keeps(code);
}

bool script_code_sets(const struct code *c, bool init)
{
	if (c == NULL)
		return true;
	for (unsigned i = 0; i < c->nops; i++)
		if (code_op(c->ops[i]) == OP_SETUPVAL && (init || !is_init(c)))
			return true;
	for (unsigned i = 0; i < c->nfunctions; i++)
		if (script_code_sets(&c->functions[i], init))
			return true;
	return false;
}

/* 1: the struct lint. Runs protected. */
static int lint_lua(lua_State *L)
{
	struct lint *l = lua_touserdata(L, 1);
	struct code *code;
	int status = luaL_loadbufferx(L, l->s->source, strlen(l->s->source), "@lint", "t");

	if (status != LUA_OK)
		return lua_error(L);
	code = script_code(L, &l->arena);
	script_env_push(L);
	script_thaw(L, -1);
	if (code) {
		check_entry(l, code);
		check_own_key(l, code);
		check_pairs(l, code);
		check_function(l, code);
		lint_idle(l, code);
	}
	return 0;
}

int script_lint_one(struct script *s, const struct schema *schema, script_tell *told, void *arg, struct err *err)
{
	struct lint l = { .L = s->L, .s = s, .schema = schema, .tell = told, .arg = arg };
	int status;

	arena_init(&l.arena, 0);
	script_budget_arm(s);
	lua_pushcfunction(s->L, lint_lua);
	lua_pushlightuserdata(s->L, &l);
	status = lua_pcall(s->L, 1, 0, 0);
	if (status != LUA_OK)
		err_set(err, ERR_FATAL, 0, "%s: expected memory to check the script, found too little", s->name);
	lua_settop(s->L, 1);
	arena_done(&l.arena);
	return status == LUA_OK ? 0 : -1;
}
