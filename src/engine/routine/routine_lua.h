/* routine_lua.h - an expression of SQL, as COLUMNS and WHERE of Routine Load have them, in Lua over `row`. */
#ifndef ENGINE_ROUTINE_LUA_H
#define ENGINE_ROUTINE_LUA_H

#include "core/buf.h"
#include "engine/routine/routine_parse.h"

/* The name in `row` of what the expression calls so; NULL: it is no column of the message. */
typedef const char *routine_lua_name(void *arg, const char *name);
/* condition: true or false comes out, as SQL's WHERE decides: NULL is false. false: it has something that is not translated;
 * *what: which. */
bool routine_lua(const char *expression, bool condition, routine_lua_name *name, void *arg, struct arena *arena,
		struct buf *out, const char **what);

#endif
