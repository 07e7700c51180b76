/* script_helpers.c - null, mask() and hash(): what scripts need that Lua does not have. */
#include "script/script_part.h"

#include <ctype.h>
#include <string.h>

#include "core/digest.h"
#include "core/num.h"

enum { BYTES_PER_STEP = 4 };		/* SHA-256 takes a few nanoseconds a byte */

static const char null_key;	/* the one null; its address is the registry key */

void script_null_push(lua_State *L)
{
	lua_rawgetp(L, LUA_REGISTRYINDEX, &null_key);
}

static int null_tostring_lua(lua_State *L)
{
	lua_pushliteral(L, "null");
	return 1;
}

static void null_open(lua_State *L)
{
	uint32_t *tag = lua_newuserdatauv(L, sizeof(*tag), 0);

	*tag = SCRIPT_NULL;
	lua_newtable(L);
	lua_pushcfunction(L, null_tostring_lua);
	lua_setfield(L, -2, "__tostring");
	lua_pushliteral(L, "null");
	lua_setfield(L, -2, "__name");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_pushvalue(L, -1);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &null_key);
	lua_setfield(L, -2, "null");
}

static bool is_missing(lua_State *L, int idx)
{
	return lua_isnoneornil(L, idx) || script_tag(L, idx) == SCRIPT_NULL;
}

/* A letter, a digit or a character beyond ASCII, at its first byte. */
static bool is_maskable(unsigned char c)
{
	return c < 0x80 ? isalnum(c) : (c & 0xc0) != 0x80;
}

/* mask("jane.doe@example.com") is "j***.***@*******.***": letters and digits but the first become *, the shape
 * stays. A single one says it all, so it is masked, too. */
static int mask_lua(lua_State *L)
{
	size_t len, n = 0, maskable = 0, i = 0;
	luaL_Buffer b;
	const char *p;
	char *out;

	if (is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	p = luaL_checklstring(L, 1, &len);
	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	out = luaL_buffinitsize(L, &b, len);
	for (i = 0; i < len && maskable < 2; i++)
		maskable += is_maskable((unsigned char)p[i]);
	i = 0;
	if (maskable > 1)
		do
			out[n++] = p[i++];
		while (i < len && ((unsigned char)p[i] & 0xc0) == 0x80);
	for (; i < len; i++)
		if (is_maskable((unsigned char)p[i]))
			out[n++] = '*';
		else if ((unsigned char)p[i] < 0x80)
			out[n++] = p[i];
	luaL_pushresultsize(&b, n);
	return 1;
}

/* hash(text [, salt]): SHA-256 of salt and text, as 64 hexadecimal digits. Numbers, decimals and times by their
 * text. */
static int hash_lua(lua_State *L)
{
	unsigned char out[DIGEST_MAX];
	char hex[2 * DIGEST_MAX];
	struct digest d;
	size_t len, salt_len = 0;
	const char *text, *salt;

	if (is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	salt = luaL_optlstring(L, 2, "", &salt_len);
	text = luaL_tolstring(L, 1, &len);
	script_charge(L, (int64_t)((len + salt_len) / BYTES_PER_STEP));
	digest_init(&d, digest_kind_named("SHA-256"));
	digest_add(&d, salt, salt_len);
	digest_add(&d, text, len);
	lua_pushlstring(L, hex, num_hex(hex, out, digest_end(&d, out)));
	return 1;
}

void script_helpers_open(lua_State *L)
{
	null_open(L);
	lua_pushcfunction(L, mask_lua);
	lua_setfield(L, -2, "mask");
	lua_pushcfunction(L, hash_lua);
	lua_setfield(L, -2, "hash");
}
