/*
 * script_lines.c - how often each line of a script was run, and how long: for `lua test` (which lines no case comes to) and `lua profile`. The hook
 * of the budget comes here for each line, so it costs time; of rows on their way only a few are counted so, while somebody asks.
 *
 * A line's time ends where the next line begins, or the call. Lines of files that are required count for the line that calls them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "script/script_code.h"
#include "script/script_part.h"

struct script_lines {
	int count, last; /* of lines; the one that runs, 0: none */
	int64_t since_ns;
	struct counted_line {
		uint64_t runs;
		int64_t ns;
		bool code;	  /* something of a function is there */
		const char *text; /* into the source */
	} * items;		  /* by number; the first is not used */
};

/* Instructions that can be come to: the return at a function's end is behind another one most of the time. */
static void mark(struct script_lines *l, struct arena *a, const struct code *c)
{
	bool *reached = code_reached(a, c);

	for (unsigned i = 0; i < c->nops; i++)
		if (reached[i] && c->lines[i] > 0 && c->lines[i] <= l->count)
			l->items[c->lines[i]].code = true;
	for (unsigned i = 0; i < c->nfunctions; i++)
		mark(l, a, &c->functions[i]);
}

/* 1: struct script_lines. Runs protected. What runs only once, when the script is loaded, does not count. */
static int read_lines(lua_State *L)
{
	struct script *s = script_of(L);
	struct arena *a = lua_touserdata(L, 1);
	struct code *code;

	if (luaL_loadbufferx(L, s->source, strlen(s->source), "@lines", "t") != LUA_OK)
		return lua_error(L);
	code = script_code(L, a);
	for (unsigned i = 0; code && i < code->nfunctions; i++)
		mark(s->lines, a, &code->functions[i]);
	return 0;
}

void script_lines_begin(struct script *s)
{
	struct script_lines *l = xcalloc(1, sizeof(*l));
	struct arena arena;

	for (const char *p = s->source; p; p = strchr(p, '\n'), p += p != NULL)
		l->count++;
	l->items = xcalloc((size_t)l->count + 1, sizeof(*l->items));
	l->count = 0;
	for (const char *p = s->source; p; p = strchr(p, '\n'), p += p != NULL)
		l->items[++l->count].text = p;
	s->lines = l;
	s->watched = true;
	arena_init(&arena, 0);
	script_budget_arm(s);
	lua_pushcfunction(s->L, read_lines);
	lua_pushlightuserdata(s->L, &arena);
	lua_pcall(s->L, 1, 0, 0);
	lua_settop(s->L, 1);
	arena_done(&arena);
	for (int i = 1; i <= l->count; i++)
		l->items[i].runs = 0;
	l->last = 0;
}

void script_lines_count(struct script *s)
{
	for (; s; s = s->next)
		if (s->lines == NULL && s->L)
			script_lines_begin(s);
}

void script_lines_enter(lua_State *L, struct script *s, lua_Debug *ar)
{
	struct script_lines *l = s->lines;
	int64_t now_ns;

	if (!lua_getinfo(L, "S", ar) || ar->source[0] != '@' || strcmp(ar->source + 1, s->name) != 0 ||
			ar->currentline < 1 || ar->currentline > l->count)
		return;
	now_ns = clock_mono_ns();
	if (l->last)
		l->items[l->last].ns += now_ns - l->since_ns;
	l->last = ar->currentline;
	l->items[l->last].runs++;
	l->since_ns = clock_mono_ns();
}

void script_lines_leave(struct script *s)
{
	if (s->lines->last)
		s->lines->items[s->lines->last].ns += clock_mono_ns() - s->lines->since_ns;
	s->lines->last = 0;
}

void script_lines_free(struct script *s)
{
	if (s->lines)
		free(s->lines->items);
	free(s->lines);
	s->lines = NULL;
}

bool script_line_at(const struct script *s, size_t i, struct script_line *out)
{
	for (; s; s = s->next)
		for (int n = 1; s->lines && n <= s->lines->count; n++)
			if (s->lines->items[n].code && i-- == 0) {
				const struct counted_line *l = &s->lines->items[n];

				*out = (struct script_line){
					.script = s->name,
					.line = n,
					.runs = l->runs,
					.ns = l->ns,
					.text = l->text,
					.len = strcspn(l->text, "\n"),
				};
				return true;
			}
	return false;
}
