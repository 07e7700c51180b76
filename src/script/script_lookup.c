/*
 * script_lookup.c - lookup("rates.csv"): a file of comma separated values in the script's folder as a table, while the script is loaded:
 * rates.EUR.rate. The first line names the columns, the first column is the key, every value is text. RFC 4180: values with commas, quotes
 * or line ends stand in quotes. The table counts as the script's memory, and is read-only then. lookup{ query = ".." } is script_query.c's.
 *
 * log.info(text): a line in the log, at most ten a second; how many were left out is told with the next one.
 */
#include "script/script_part.h"

#include <stdio.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/text.h"

enum { COLUMNS_MAX = 200, BYTES_PER_STEP = 16, LINES_A_SECOND = 10 };

struct csv {
	const char *name, *p;
	int line;
	bool row_ends; /* the field that was read last is the last of its row */
};

__attribute__((noreturn)) static void refuse(lua_State *L, const struct csv *c, const char *expected, const char *found)
{
	luaL_error(L, "%s:%d: expected %s, found %s", c->name, c->line, expected, found);
	__builtin_unreachable();
}

/* At the quote that begins it. */
static void push_quoted(lua_State *L, struct csv *c)
{
	luaL_Buffer b;

	luaL_buffinit(L, &b);
	for (c->p++;; c->p++) {
		size_t n = strcspn(c->p, "\"\n");

		luaL_addlstring(&b, c->p, n);
		c->p += n;
		if (*c->p == '\0')
			refuse(L, c, "a closing quote", "the end of the file");
		c->line += *c->p == '\n';
		if (*c->p == '"' && *++c->p != '"')
			break;
		luaL_addchar(&b, *c->p);
	}
	luaL_pushresult(&b);
}

static void push_field(lua_State *L, struct csv *c)
{
	const char *begin = c->p;
	size_t n = strcspn(c->p, ",\n");

	if (*c->p == '"') {
		push_quoted(L, c);
	} else {
		lua_pushlstring(L, c->p, n && c->p[n] != ',' && c->p[n - 1] == '\r' ? n - 1 : n);
		c->p += n;
	}
	script_charge(L, 4 + (c->p - begin) / BYTES_PER_STEP);
	if (*c->p == '\r')
		c->p++;
	c->row_ends = *c->p != ',';
	if (*c->p != ',' && *c->p != '\n' && *c->p != '\0')
		refuse(L, c, "a comma or the end of the line after a quoted value", "more of it");
	if (*c->p == '\n')
		c->line++;
	if (*c->p)
		c->p++;
}

/* The columns' names, into the table on top. How many. */
static int read_header(lua_State *L, struct csv *c)
{
	int count = 0;

	for (c->row_ends = false; !c->row_ends;) {
		if (++count > COLUMNS_MAX)
			refuse(L, c, "at most 200 columns", "more");
		push_field(L, c);
		if (lua_rawlen(L, -1) == 0)
			refuse(L, c, "a name for each column in the first line", "none");
		lua_rawseti(L, -2, count);
	}
	return count;
}

/* 2: names, 3: the result. */
static void read_row(lua_State *L, struct csv *c, int ncolumns)
{
	int count = 0, line = c->line;

	lua_newtable(L);
	for (c->row_ends = false; !c->row_ends;) {
		push_field(L, c);
		if (++count > ncolumns)
			break;
		if (count == 1) {
			lua_pushvalue(L, -1);
			lua_insert(L, 4);
		}
		lua_rawgeti(L, 2, count);
		lua_insert(L, -2);
		lua_rawset(L, 5);
	}
	if (count != ncolumns) {
		char expected[40], found[40];

		c->line = line;
		snprintf(expected, sizeof(expected), "%d values", ncolumns);
		snprintf(found, sizeof(found), count > ncolumns ? "more" : "%d", count);
		refuse(L, c, expected, found);
	}
	lua_pushvalue(L, 4);
	if (lua_rawget(L, 3) != LUA_TNIL) {
		c->line = line;
		refuse(L, c, "each key once", lua_tostring(L, 4));
	}
	lua_pop(L, 1);
	lua_rawset(L, 3);
}

static int lookup_lua(lua_State *L)
{
	struct csv c = { .line = 1 };
	int ncolumns;

	if (lua_istable(L, 1))
		return script_query_new(L);
	c.name = luaL_checkstring(L, 1);
	c.p = script_file_text(L, c.name, ".csv");
	if (strncmp(c.p, "\xef\xbb\xbf", 3) == 0)
		c.p += 3;
	lua_settop(L, 1);
	lua_newtable(L);
	ncolumns = read_header(L, &c);
	lua_newtable(L);
	while (*c.p)
		read_row(L, &c, ncolumns);
	script_freeze_counted(L);
	return 1;
}

static int log_info_lua(lua_State *L)
{
	struct script *s = script_of(L);
	int64_t second = clock_mono_us() / 1000000;
	char line[400];
	size_t len;
	const char *text;

	luaL_checkany(L, 1);
	text = luaL_tolstring(L, 1, &len);
	script_charge(L, 100);
	if (second != s->log_second) {
		if (s->log_lines > LINES_A_SECOND)
			logline(LOG_INFO, "script", "%s: %u lines of log.info() were left out", s->name,
					s->log_lines - LINES_A_SECOND);
		s->log_second = second;
		s->log_lines = 0;
	}
	if (++s->log_lines > LINES_A_SECOND)
		return 0;
	line[text_escape(line, sizeof(line), text, len)] = '\0';
	logline(LOG_INFO, "script", "%s:%d: %s", s->name, script_current_line(L), line);
	return 0;
}

void script_lookup_open(lua_State *L)
{
	lua_pushcfunction(L, lookup_lua);
	lua_setfield(L, -2, "lookup");
	lua_newtable(L);
	lua_pushcfunction(L, log_info_lua);
	lua_setfield(L, -2, "info");
	lua_setfield(L, -2, "log");
}
