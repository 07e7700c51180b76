/*
 * routine_lua.c - see routine_lua.h. Each expression becomes a text and says whether it can be NULL or is a truth. SQL's
 * third truth is put as false where a condition ends: each comparison asks first whether its sides are NULL. That is not
 * what SQL does below NOT, so NOT over anything but IS NULL is not translated.
 */
#include "engine/routine/routine_lua.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 60, ARGS_MAX = 16 };

struct lua_part { /* of the translation; text in the arena, NULL: not translated */
	const char *text;
	bool truth;    /* true or false, never NULL */
	bool nullable; /* may be null */
	bool row;      /* a column by itself, or a literal: may stand twice */
};

struct translation {
	struct routine_lex lex;
	routine_lua_name *name;
	void *arg;
	struct arena *arena;
	const char *what; /* is not translated */
	int depth;
};

static struct lua_part parse_or(struct translation *t);

static struct lua_part fail(struct translation *t, const char *what)
{
	if (t->what == NULL)
		t->what = arena_dup(t->arena, what, strlen(what));
	return (struct lua_part){ NULL, false, false, false };
}

static const char *lua_string(struct arena *a, const char *text)
{
	struct buf b;
	const char *out;

	buf_init(&b, 1 << 20);
	buf_putc(&b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_printf(&b, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			buf_printf(&b, "\\%03d", *text);
		else
			buf_putc(&b, *text);
	}
	buf_putc(&b, '"');
	out = arena_dup(a, b.data, b.len);
	buf_done(&b);
	return out;
}

static const char *row_text(struct translation *t, const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	static const char *const words[] = { "and", "end", "in", "or", "not", "if", "then", "else", "do", "for", "nil",
		"true", "false", "local", "return", "repeat", "until", "while", "break", "function", "goto", "elseif" };
	bool bare = name[strspn(name, plain)] == '\0' && !strchr("0123456789", name[0]);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		bare &= strcmp(name, words[i]) != 0;
	return bare ? arena_printf(t->arena, "row.%s", name)
		    : arena_printf(t->arena, "row[%s]", lua_string(t->arena, name));
}

/* ---- values ---- */

static struct lua_part parse_call(struct translation *t, const char *name)
{
	static const struct {
		const char *sql, *lua; /* of one argument, or of all */
	} calls[] = { { "ifnull", "coalesce" }, { "coalesce", "coalesce" }, { "nvl", "coalesce" } };
	static const struct {
		const char *sql, *lua;
	} methods[] = { { "upper", "upper" }, { "ucase", "upper" }, { "lower", "lower" }, { "lcase", "lower" } };
	struct lua_part args[ARGS_MAX];
	const char *list = "";
	size_t n = 0;

	while (!routine_lex_is(&t->lex, ")")) {
		if (n == ARGS_MAX || (n && !routine_lex_accept(&t->lex, ",")))
			return fail(t, name);
		args[n] = parse_or(t);
		if (args[n].text == NULL)
			return args[n];
		list = arena_printf(t->arena, "%s%s%s", list, n ? ", " : "", args[n].text);
		n++;
	}
	routine_lex_next(&t->lex);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcasecmp(name, calls[i].sql) == 0 && n > 0)
			return (struct lua_part){ arena_printf(t->arena, "%s(%s)", calls[i].lua, list), false, true,
				false };
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strcasecmp(name, methods[i].sql) == 0 && n == 1 && args[0].row && !args[0].truth)
			return (struct lua_part){ arena_printf(t->arena, "(%s ~= null and string.%s(%s) or null)",
								  args[0].text, methods[i].lua, args[0].text),
				false, true, false };
	return fail(t, arena_printf(t->arena, "%s()", name));
}

static struct lua_part parse_primary(struct translation *t)
{
	struct routine_lex *l = &t->lex;
	const char *text = l->text, *name;
	struct lua_part p;

	if (l->token == RT_NUMBER || l->token == RT_STRING) {
		p = (struct lua_part){ l->token == RT_NUMBER ? text : lua_string(t->arena, text), false, false, true };
		routine_lex_next(l);
		return p;
	}
	if (routine_lex_accept(l, "-")) {
		p = parse_primary(t);
		return p.text ? (struct lua_part){ arena_printf(t->arena, "-%s", p.text), false, p.nullable, p.row }
			      : p;
	}
	if (routine_lex_accept(l, "(")) {
		p = parse_or(t);
		if (p.text && !routine_lex_accept(l, ")"))
			return fail(t, l->text);
		p.text = p.text ? arena_printf(t->arena, "(%s)", p.text) : NULL;
		return p;
	}
	if (l->token != RT_NAME && l->token != RT_QUOTED)
		return fail(t, l->token == RT_END ? "the end" : text);
	if (l->token == RT_NAME && strcasecmp(text, "null") == 0) {
		routine_lex_next(l);
		return (struct lua_part){ "null", false, true, true };
	}
	routine_lex_next(l);
	if (routine_lex_accept(l, "("))
		return parse_call(t, text);
	name = t->name(t->arg, text);
	return name ? (struct lua_part){ row_text(t, name), false, true, true } : fail(t, text);
}

/* Arithmetic of what may be NULL would be an error in Lua, where SQL has NULL. */
static struct lua_part parse_sum(struct translation *t)
{
	struct lua_part a = parse_primary(t);

	if (a.text && strchr("+-*/%|", t->lex.text[0]) && t->lex.token == RT_SYMBOL && t->lex.text[0])
		return fail(t, arena_printf(t->arena, "the operator %s", t->lex.text));
	return a;
}

/* ---- truths ---- */

static struct lua_part truth(const char *text)
{
	return (struct lua_part){ text, true, false, false };
}

static const char *present(struct translation *t, const struct lua_part *p)
{
	return p->nullable ? arena_printf(t->arena, "%s ~= null and ", p->text) : "";
}

static struct lua_part compare(struct translation *t, const struct lua_part *a, const char *op,
		const struct lua_part *b)
{
	if (!a->row || !b->row)
		return fail(t, "a comparison of expressions");
	return truth(arena_printf(t->arena, "(%s%s%s %s %s)", present(t, a), present(t, b), a->text, op, b->text));
}

static struct lua_part parse_in(struct translation *t, const struct lua_part *a, bool negated)
{
	const char *text = arena_printf(t->arena, "(%s(", present(t, a));
	bool first = true;

	if (!routine_lex_accept(&t->lex, "(") || !a->row)
		return fail(t, "IN");
	do {
		struct lua_part item = parse_sum(t);

		if (item.text == NULL || item.nullable)
			return fail(t, "a list of IN");
		text = arena_printf(t->arena, "%s%s%s %s %s", text,
				first			  ? ""
						: negated ? " and "
							  : " or ",
				a->text, negated ? "~=" : "==", item.text);
		first = false;
	} while (routine_lex_accept(&t->lex, ","));
	return routine_lex_accept(&t->lex, ")") ? truth(arena_printf(t->arena, "%s))", text)) : fail(t, "IN");
}

static struct lua_part parse_comparison(struct translation *t)
{
	static const struct {
		const char *sql, *lua;
	} operators[] = {
		{ "=", "==" },
		{ "<>", "~=" },
		{ "!=", "~=" },
		{ "<=", "<=" },
		{ ">=", ">=" },
		{ "<", "<" },
		{ ">", ">" },
	};
	struct lua_part a = parse_sum(t), b;
	bool negated;

	if (a.text == NULL)
		return a;
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (routine_lex_accept(&t->lex, operators[i].sql)) {
			b = parse_sum(t);
			return b.text ? compare(t, &a, operators[i].lua, &b) : b;
		}
	if (routine_lex_accept(&t->lex, "is")) {
		negated = routine_lex_accept(&t->lex, "not");
		if (!routine_lex_accept(&t->lex, "null"))
			return fail(t, "IS");
		return truth(arena_printf(t->arena, "%s %s null", a.text, negated ? "~=" : "=="));
	}
	negated = routine_lex_accept(&t->lex, "not");
	if (routine_lex_accept(&t->lex, "in"))
		return parse_in(t, &a, negated);
	return negated ? fail(t, "NOT") : a;
}

static struct lua_part parse_logic(struct translation *t, const char *sql, const char *symbol, const char *lua,
		struct lua_part (*operand)(struct translation *))
{
	struct lua_part a = operand(t), b;

	while (a.text && (routine_lex_accept(&t->lex, sql) || routine_lex_accept(&t->lex, symbol))) {
		b = operand(t);
		if (b.text && (!a.truth || !b.truth))
			return fail(t, "a condition that is no comparison");
		if (b.text == NULL)
			return b;
		a = truth(arena_printf(t->arena, "%s %s %s", a.text, lua, b.text));
	}
	return a;
}

static struct lua_part parse_and(struct translation *t)
{
	return parse_logic(t, "and", "&&", "and", parse_comparison);
}

static struct lua_part parse_or(struct translation *t)
{
	struct lua_part p;

	if (t->depth++ > DEPTH_MAX)
		return fail(t, "brackets in brackets");
	p = parse_logic(t, "or", "||", "or", parse_and);
	t->depth--;
	return p;
}

bool routine_lua(const char *expression, bool condition, routine_lua_name *name, void *arg, struct arena *arena,
		struct buf *out, const char **what)
{
	struct translation t = { .name = name, .arg = arg, .arena = arena };
	struct lua_part p;

	routine_lex_init(&t.lex, arena, expression, strlen(expression));
	p = parse_or(&t);
	if (p.text && t.lex.token != RT_END)
		p = fail(&t, t.lex.text);
	if (p.text && p.truth != condition)
		p = fail(&t, condition ? "a condition that is no comparison" : "a comparison as a value");
	*what = t.what;
	if (p.text)
		buf_puts(out, p.text);
	return p.text != NULL;
}
