/*
 * script_part.h - what the files of this room share. Private to it.
 *
 * Everything here runs inside a protected call: failing is luaL_error(). Memory of Lua objects is Lua's; cells that a
 * script writes go to the arena of the outgoing batch.
 */
#ifndef SCRIPT_PART_H
#define SCRIPT_PART_H

#include <lauxlib.h>
#include <lua.h>

#include "script/script.h"
#include "script/script_decimal.h"

/* All userdata of a script begins with its tag: there is no other userdata in the sandbox. */
enum script_tag { SCRIPT_NULL = 0x6d720001, SCRIPT_ROW, SCRIPT_EVENT, SCRIPT_DECIMAL, SCRIPT_TIME };

struct script_decimal {
	uint32_t tag;
	struct decimal d;
};

struct script_time {
	uint32_t tag;
	struct value v;			/* of a time kind; v.p of a zero date is text below */
	char text[40];
};

struct script_names {			/* one input schema: its columns by the addresses of Lua's interned names */
	struct schema *base, *ext;	/* as it came; with the fields that the script added */
	struct script_slot { const char *name; int column; } *slots;
	unsigned mask;			/* number of slots - 1 */
	int anchor;			/* registry reference to a table of the names, so that they keep their addresses */
	struct script_names *next;
};

struct script_row {
	uint32_t tag;
	bool own;			/* cells are ours to write */
	bool key_written;
	unsigned cap;			/* room in cells */
	uint64_t call;			/* the call that it belongs to; later it is void */
	struct script_names *names;
	struct value *cells;
};

struct script {
	lua_State *L;
	char *name;			/* "orders.lua" */
	char *dead_at;			/* "script orders.lua" */
	struct script_limits limits;
	size_t memory;			/* bytes that Lua holds */
	int64_t used;			/* instructions of this call, counted in steps of `period` */
	int period;
	int64_t started_us;		/* of this call; set by the first count */
	bool exceeded;			/* the budget is gone: no pcall may go on */
	char stop_text[256];
	uint64_t call;

	/* lent for the time of script_run() */
	const struct batch *in;
	struct batch *out;
	const struct change *change;
	struct schema *held;		/* the last schema that out was told of */

	struct script_row *row;		/* the one that is used again for every call; anchored as an upvalue */
	bool has_delete;
	struct script_names *names, *last_names;
	unsigned nnames;
	struct column *fields;		/* declared by the script */
	unsigned nfields;
	struct script_stats stats;
};

static inline struct script *script_of(lua_State *L)
{
	return *(struct script **)lua_getextraspace(L);
}

static inline uint32_t script_tag(lua_State *L, int idx)
{
	const uint32_t *tag = lua_touserdata(L, idx);

	return tag ? *tag : 0;
}

/* script_sandbox.c */
lua_State *script_sandbox_new(struct script *s);	/* NULL: no memory within the limit */
void script_sandbox_arm(struct script *s);		/* a new budget */
void script_sandbox_watch(lua_State *L);		/* before a C function that may take long: raises when the time is over */
void script_sandbox_globals(lua_State *L);		/* pushes the table that is a script's _ENV */
void script_sandbox_freeze(lua_State *L, int env);	/* from here on nothing is added to it */
void script_patterns_open(lua_State *L);		/* script_pattern.c: into the table `string` on top of the stack */

/* script_value.c */
void script_value_push(lua_State *L, const struct value *v);
void script_value_take(lua_State *L, int idx, const struct column *c, bool exact, struct value *out);
bool script_value_infer(lua_State *L, int idx, struct column *c);	/* the type of a new field; false: none */
void script_describe(lua_State *L, int idx, char *out, size_t size);	/* "text 'abc'" */

/* script_number.c and script_time.c: their userdata, constructors into the table on top of the stack */
struct decimal *script_decimal_push(lua_State *L);
const struct decimal *script_decimal_to(lua_State *L, int idx, struct decimal *scratch);	/* numbers count; NULL: not one */
void script_decimal_open(lua_State *L);
void script_time_push(lua_State *L, const struct value *v);
bool script_time_parse(const char *p, size_t len, enum value_kind kind, struct value *out);
void script_time_open(lua_State *L);

/* script_names.c */
struct script_names *script_names_get(lua_State *L, struct schema *schema);
int script_names_column(const struct script_names *n, const char *name, size_t len);	/* -1: none */
int script_names_add(lua_State *L, struct script_names *n, int key, int value);
void script_names_free(struct script *s);
void script_fields_read(lua_State *L, int idx);		/* the script's table `fields` */

/* script_row.c */
void script_row_open(lua_State *L);
struct script_row *script_row_push(lua_State *L);	/* a new, empty view */
void script_row_set(lua_State *L, struct script_row *r, int key, int value);
struct value *script_cells_extend(struct arena *a, const struct value *cells, unsigned from, unsigned to);
void script_event_push(lua_State *L);

/* script_helpers.c, script_json.c: into the table on top of the stack */
void script_helpers_open(lua_State *L);
void script_null_push(lua_State *L);
void script_json_open(lua_State *L);

#endif
