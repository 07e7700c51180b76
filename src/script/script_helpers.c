/* script_helpers.c - null, and functions that scripts need and Lua does not have: mask(), hash(), drop() and the like. */
#include "script/script_part.h"

#include <stdio.h>
#include <string.h>

#include "core/digest.h"
#include "core/num/num.h"

enum { BYTES_PER_STEP = 4 }; /* SHA-256 takes a few nanoseconds a byte */

void script_null_push(lua_State *L)
{
	lua_rawgeti(L, LUA_REGISTRYINDEX, script_of(L)->null_ref);
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
	script_of(L)->null_ref = luaL_ref(L, LUA_REGISTRYINDEX);
	lua_setfield(L, -2, "null");
}

enum { MASK_ROOM = 512 };

static bool is_missing(lua_State *L, int idx)
{
	int type = lua_type(L, idx);

	return type <= LUA_TNIL || (type == LUA_TUSERDATA && script_tag(L, idx) == SCRIPT_NULL);
}

/* What becomes of ASCII behind the first character. */
static const char masked_ascii[128 + 1] = "\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017"
					  "\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037"
					  " !\"#$%&'()*+,-./**********:;<=>?"
					  "@**************************[\\]^_"
					  "`**************************{|}~\177";

/* A letter, a digit or a character beyond ASCII, at its first byte. */
static bool is_maskable(unsigned char c)
{
	return c < 0x80 ? masked_ascii[c] == '*' && c != '*' : c >= 0xc0;
}

#define ONES 0x0101010101010101u

/* 0x80 for each byte that is from low to high; all bytes are ASCII. */
static inline uint64_t bytes_within(uint64_t eight, unsigned low, unsigned high)
{
	return (eight + ONES * (0x80 - low)) & ~(eight + ONES * (0x7f - high)) & ONES * 0x80;
}

/* Eight characters of ASCII with * for each letter and digit but those under `keep`. */
static inline uint64_t mask_eight(uint64_t eight, uint64_t keep)
{
	uint64_t marks = bytes_within(eight | ONES * 0x20, 'a', 'z') | bytes_within(eight, '0', '9');

	marks = (marks >> 7) * 0xff & ~keep;
	return (eight & ~marks) | (ONES * '*' & marks);
}

/* All of the text by eights, the last of which may be written twice; its first byte stays. false: it is short, or not all ASCII. */
static bool mask_ascii(char *out, const char *p, size_t len)
{
	uint64_t eight, keep = 0;

	memset(&keep, 0xff, 1);
	if (len < sizeof(eight))
		return false;
	for (size_t i = 0;; i = i + 2 * sizeof(eight) <= len ? i + sizeof(eight) : len - sizeof(eight)) {
		memcpy(&eight, p + i, sizeof(eight));
		if (eight & ONES * 0x80)
			return false;
		eight = mask_eight(eight, i ? 0 : keep);
		memcpy(out + i, &eight, sizeof(eight));
		if (i + sizeof(eight) == len)
			return true;
	}
}

/* The text from i on; how many bytes that makes. */
static size_t mask_rest(char *out, const char *p, size_t i, size_t len)
{
	size_t n = 0;

	for (; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < 0x80)
			out[n++] = masked_ascii[c];
		else if (c >= 0xc0)
			out[n++] = '*';
	}
	return n;
}

/* mask("jane.doe@example.com") is "j***.***@*******.***": letters and digits but the first become *, the shape
 * stays. A single one says it all, so it is masked, too. */
static int mask_lua(lua_State *L)
{
	size_t len, n = 0, maskable = 0, i = 0;
	char room[MASK_ROOM], *out = room;
	struct script_given g = script_given(L, 1);
	const char *p = g.p;

	if (p == NULL && is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	len = g.len;
	if (p == NULL)
		p = luaL_checklstring(L, 1, &len);
	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	if (len > sizeof(room))
		out = lua_newuserdatauv(L, len, 0);
	for (i = 0; i < len && maskable < 2; i++)
		maskable += is_maskable((unsigned char)p[i]);
	i = 0;
	if (maskable > 1 && mask_ascii(out, p, len)) {
		n = i = len;
	} else if (maskable > 1) {
		do
			out[n++] = p[i++];
		while (i < len && ((unsigned char)p[i] & 0xc0) == 0x80);
	}
	n += mask_rest(out + n, p, i, len);
	texts_push(L, &script_of(L)->texts, out, n);
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

/* hmac(text, key): HMAC-SHA-256 (RFC 2104), 64 hexadecimal digits. Who has no key cannot find the text by trying. */
static int hmac_lua(lua_State *L)
{
	enum { BLOCK = 64 };
	unsigned char pad[BLOCK] = { 0 }, out[DIGEST_MAX];
	char hex[2 * DIGEST_MAX];
	struct digest d;
	size_t len, key_len, n;
	const char *text, *key = luaL_checklstring(L, 2, &key_len);

	if (is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	text = luaL_tolstring(L, 1, &len);
	script_charge(L, (int64_t)((len + key_len) / BYTES_PER_STEP));
	if (key_len > BLOCK) {
		digest_init(&d, digest_kind_named("SHA-256"));
		digest_add(&d, key, key_len);
		n = digest_end(&d, out);
		memcpy(pad, out, n);
	} else {
		memcpy(pad, key, key_len);
	}
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	digest_init(&d, digest_kind_named("SHA-256"));
	digest_add(&d, pad, BLOCK);
	digest_add(&d, text, len);
	n = digest_end(&d, out);
	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	digest_init(&d, digest_kind_named("SHA-256"));
	digest_add(&d, pad, BLOCK);
	digest_add(&d, out, n);
	lua_pushlstring(L, hex, num_hex(hex, out, digest_end(&d, out)));
	return 1;
}

/* redact(text, pattern, ..): what the patterns match becomes [redacted]; without patterns the whole text. Upvalue 1: string.gsub. */
static int redact_lua(lua_State *L)
{
	int n = lua_gettop(L);

	if (is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	luaL_checkstring(L, 1);
	if (n < 2)
		lua_pushliteral(L, "[redacted]");
	else
		lua_pushvalue(L, 1);
	for (int i = 2; i <= n; i++) {
		lua_pushvalue(L, lua_upvalueindex(1));
		lua_insert(L, -2);
		lua_pushvalue(L, i);
		lua_pushliteral(L, "[redacted]");
		lua_call(L, 3, 1);
	}
	return 1;
}

/* ---- drop(reason) and reject(reason): end the call, whatever catches errors on the way ---- */

static int verdict(lua_State *L, enum script_verdict verdict, const char *what)
{
	struct script *s = script_of(L);
	const char *reason = luaL_optstring(L, 1, "");
	int line = script_current_line(L);

	if (s->call == 0)
		return luaL_error(L,
				"%s: expected a call from transform() or delete(), found one while the script is loaded",
				what);
	if (verdict == VERDICT_REJECT)
		snprintf(s->stop_text, sizeof(s->stop_text), "%s:%d: rejected%s%.180s", s->name, line,
				*reason ? ": " : "", reason);
	else
		snprintf(s->stop_text, sizeof(s->stop_text), "%.60s", reason);
	s->verdict = verdict;
	script_raise_end(L);
}

static int drop_lua(lua_State *L)
{
	return verdict(L, VERDICT_DROP, "drop");
}

static int reject_lua(lua_State *L)
{
	return verdict(L, VERDICT_REJECT, "reject");
}

/* coalesce(a, b, ...): the first that is neither nil nor null; null when none is. */
static int coalesce_lua(lua_State *L)
{
	int n = lua_gettop(L);

	for (int i = 1; i <= n; i++)
		if (!is_missing(L, i)) {
			lua_pushvalue(L, i);
			return 1;
		}
	script_null_push(L);
	return 1;
}

/* truncate(text, n): its first n characters; null stays null. */
static int truncate_lua(lua_State *L)
{
	size_t len, at = 0;
	lua_Integer n = luaL_checkinteger(L, 2);
	const char *p;

	if (is_missing(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	p = luaL_checklstring(L, 1, &len);
	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	for (; at < len; at++)
		if (((unsigned char)p[at] & 0xc0) != 0x80 && n-- <= 0)
			break;
	lua_pushlstring(L, p, at);
	return 1;
}

/* contains(text, part): whether the text has it, as it is (no pattern); null has nothing. */
static int contains_lua(lua_State *L)
{
	size_t len, part_len;
	const char *p, *part;

	if (is_missing(L, 1)) {
		lua_pushboolean(L, 0);
		return 1;
	}
	p = luaL_checklstring(L, 1, &len);
	part = luaL_checklstring(L, 2, &part_len);
	script_charge(L, (int64_t)(len / BYTES_PER_STEP));
	lua_pushboolean(L, part_len == 0 || memmem(p, len, part, part_len) != NULL);
	return 1;
}

/* split(text, separator): a list of the parts, at least one; of null an empty one. */
static int split_lua(lua_State *L)
{
	size_t len, between_len;
	const char *p, *between = luaL_checklstring(L, 2, &between_len), *end;

	lua_newtable(L);
	if (is_missing(L, 1))
		return 1;
	luaL_argcheck(L, between_len > 0, 2, "expected a separator, found an empty text");
	p = luaL_checklstring(L, 1, &len);
	end = p + len;
	for (lua_Integer i = 1;; i++) {
		const char *found = memmem(p, (size_t)(end - p), between, between_len);
		size_t part = (size_t)((found ? found : end) - p);

		script_charge(L, (int64_t)(part / BYTES_PER_STEP) + 1);
		lua_pushlstring(L, p, part);
		lua_rawseti(L, -2, i);
		if (found == NULL)
			return 1;
		p = found + between_len;
	}
}

void script_helpers_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "mask", mask_lua },
		{ "hash", hash_lua },
		{ "hmac", hmac_lua },
		{ "drop", drop_lua },
		{ "reject", reject_lua },
		{ "coalesce", coalesce_lua },
		{ "truncate", truncate_lua },
		{ "contains", contains_lua },
		{ "split", split_lua },
		{ NULL, NULL },
	};

	null_open(L);
	luaL_setfuncs(L, functions, 0);
	lua_getfield(L, -1, "string");
	lua_getfield(L, -1, "gsub");
	lua_remove(L, -2);
	lua_pushcclosure(L, redact_lua, 1);
	lua_setfield(L, -2, "redact");
}
