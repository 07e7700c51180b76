/*
 * script_query.c - lookup{ query = "SELECT rate FROM shop.rates WHERE currency = ?", age = 60, max = 10000 }: rows of MySQL by key, as
 * lookup("rates.csv") gives those of a file: rates[row.currency].rate, with more than one ? rates(a, b).rate. Every value is text, NULL is null.
 *
 * An answer that is known is given at once. Else the row waits for the server, which has about a second; that time is none of the row's and of
 * the batch's. When it does not answer, the whole batch is given back (script_run() fails), so that its table waits and
 * others go on; from then on nobody asks for a while. A batch whose answers take long in all is given back, too
 * (query_wait.h): those that came are known when it comes again. A statement that the server refuses is the row's failure.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json_scan.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "script/query/query_sql.h"
#include "script/script_part.h"

enum {
	QUERIES_MAX = 16,
	SQL_MAX = 4096,
	KEY_MAX = 1 << 16,
	ROW_MAX = 1 << 20,
	AGE_S = 60,
	ROWS_KEPT = 10000,
	ASK_STEPS = 1000, /* what a question counts as */
	PATIENCE_US = 2000000,
	PATIENCE_MAX_US = 64000000,
	PAUSE_US = 1000000,
	PAUSE_MAX_US = 30000000
};

struct script_query {
	struct script_query *next;
	char *sql;
	int at[QUERY_PARAMS_MAX]; /* of each ? */
	unsigned nparams;
	int64_t age_us;
	struct query_cache cache;
};

struct query_handle { /* the userdata */
	uint32_t tag;
	struct script_query *query;
};

static const char query_metatable;

/* ---- the statement ---- */

static lua_Integer option(lua_State *L, const char *name, lua_Integer otherwise, lua_Integer most)
{
	lua_Integer n = otherwise;
	int is_number = 1;

	lua_pushstring(L, name);
	if (lua_rawget(L, 1) != LUA_TNIL)
		n = lua_tointegerx(L, -1, &is_number);
	lua_pop(L, 1);
	if (!is_number || n < 1 || n > most)
		luaL_error(L, "lookup: %s: expected a number from 1 to %I", name, most);
	return n;
}

static void check_options(lua_State *L)
{
	for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "(a number)";

		if (strcmp(name, "query") != 0 && strcmp(name, "age") != 0 && strcmp(name, "max") != 0)
			luaL_error(L, "lookup: expected query, age and max, found '%s'", name);
	}
}

/* Of this statement; the state may have been made again meanwhile. */
static struct script_query *query_of(lua_State *L, const char *sql)
{
	struct script *s = script_of(L);
	struct script_query *q = s->queries;
	unsigned count = 0;
	int at[QUERY_PARAMS_MAX], n = query_params(sql, at);

	for (; q; q = q->next, count++)
		if (strcmp(q->sql, sql) == 0)
			return q;
	if (!query_is_select(sql) || strlen(sql) > SQL_MAX || n < 1)
		luaL_error(L, "lookup: query: expected SELECT .. of at most %d bytes with 1 to %d times ? for the key, found '%s'",
				SQL_MAX, QUERY_PARAMS_MAX, sql);
	if (count == QUERIES_MAX)
		luaL_error(L, "lookup: expected at most %d queries, found more", QUERIES_MAX);
	q = xcalloc(1, sizeof(*q));
	q->sql = xstrdup(sql);
	memcpy(q->at, at, sizeof(q->at));
	q->nparams = (unsigned)n;
	query_cache_begin(&q->cache, &s->query_room);
	q->next = s->queries;
	return s->queries = q;
}

int script_query_new(lua_State *L)
{
	struct query_handle *h;
	struct script_query *q;

	if (script_of(L)->call)
		return luaL_error(L,
				"lookup: expected a call from while the script is loaded, found one from a row; write local x = lookup{ .. } outside the functions");
	check_options(L);
	lua_settop(L, 1);
	lua_pushliteral(L, "query");
	if (lua_rawget(L, 1) != LUA_TSTRING)
		return luaL_error(L, "lookup: query: expected a text, found %s", luaL_typename(L, -1));
	q = query_of(L, lua_tostring(L, -1));
	q->age_us = option(L, "age", AGE_S, 86400) * 1000000;
	q->cache.max = (size_t)option(L, "max", ROWS_KEPT, 1000000);
	h = lua_newuserdatauv(L, sizeof(*h), 0);
	*h = (struct query_handle){ .tag = SCRIPT_QUERY, .query = q };
	lua_rawgetp(L, LUA_REGISTRYINDEX, &query_metatable);
	lua_setmetatable(L, -2);
	return 1;
}

/* ---- the question ---- */

static bool is_utf8(const char *p, size_t len)
{
	for (const char *end = p + len; p < end;) {
		size_t n = (unsigned char)*p < 0x80 ? 1 : json_utf8_length(p, end);

		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

/* Bytes that are no text (BINARY) have no character set: MySQL refuses them with one. */
static void put_text(struct buf *b, const char *p, size_t len)
{
	char *hex;

	buf_puts(b, is_utf8(p, len) ? "_utf8mb4 X'" : "X'");
	hex = buf_reserve(b, 2 * len);
	if (hex)
		b->len += num_hex(hex, p, len);
	buf_putc(b, '\'');
}

/* The value at idx as MySQL reads it whatever its modes are: digits, or a text as hexadecimal digits. */
static void put_literal(struct buf *b, lua_State *L, int idx)
{
	char text[64];
	size_t len;
	const char *p;

	if (lua_isinteger(L, idx)) {
		buf_put(b, text, num_i64(text, lua_tointeger(L, idx)));
		return;
	}
	p = luaL_tolstring(L, idx, &len);
	if (lua_type(L, idx) == LUA_TNUMBER && !(lua_tonumber(L, idx) - lua_tonumber(L, idx) == 0))
		luaL_error(L, "lookup: expected a finite number as key, found %s", p);
	if (script_tag(L, idx) == SCRIPT_DECIMAL || lua_type(L, idx) == LUA_TNUMBER)
		buf_put(b, p, len);
	else
		put_text(b, p, len);
	lua_pop(L, 1);
}

/* The parameters from index `first` on, each on a line of its own: what an answer is kept under. false: one is NULL. */
static bool put_key(struct buf *b, lua_State *L, int first, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int idx = first + (int)i;

		if (script_tag(L, idx) == SCRIPT_NULL || lua_isnoneornil(L, idx))
			return false;
		if (lua_istable(L, idx) || lua_isfunction(L, idx) || lua_isboolean(L, idx) ||
				script_tag(L, idx) == SCRIPT_ROW)
			luaL_error(L, "lookup: expected a text, a number or a time as key, found a %s",
					luaL_typename(L, idx));
		put_literal(b, L, idx);
		buf_putc(b, '\n');
	}
	return true;
}

static void put_statement(struct buf *b, const struct script_query *q, const char *key)
{
	int from = 0;

	for (unsigned i = 0; i < q->nparams; i++) {
		size_t n = strcspn(key, "\n");

		buf_put(b, q->sql + from, (size_t)(q->at[i] - from));
		buf_put(b, key, n);
		key += n + 1;
		from = q->at[i] + 1;
	}
	buf_puts(b, q->sql + from);
	buf_putc(b, '\0');
}

/* The batch goes back to who runs it: no pcall() catches that. */
__attribute__((noreturn)) static void give_back(lua_State *L, const struct err *err)
{
	struct script *s = script_of(L);

	s->waits = true;
	err_set(&s->wait, err->kind == ERR_NONE ? ERR_RETRY : err->kind, err->code, "%s: lookup: %s", s->name,
			err->msg);
	s->verdict = VERDICT_WAIT;
	script_raise_end(L);
}

static bool may_pass(const struct err *err)
{
	return err->kind == ERR_RETRY || err->kind == ERR_UNREACHABLE || err->kind == ERR_DENIED;
}

static void add_column(void *arg, const char *name, const char *value, size_t len)
{
	query_put_column(arg, name, value, len);
}

static void pause_asking(struct script *s, const struct err *err)
{
	s->ask_pause_us = s->ask_pause_us ? 2 * s->ask_pause_us : PAUSE_US;
	if (s->ask_pause_us > PAUSE_MAX_US)
		s->ask_pause_us = PAUSE_MAX_US;
	s->ask_after_us = clock_mono_us() + s->ask_pause_us;
	s->ask_err = *err;
}

/* The server's time is none that the script has taken. */
static void pass_time(struct script *s, int64_t us)
{
	s->asked_us += us;
	s->batch_us += us;
	if (s->started_us)
		s->started_us += us;
}

/* Rows: 0 or 1. */
static int ask_server(lua_State *L, struct script *s, const char *sql, struct buf *columns)
{
	const struct script_asker *asker = s->limits.asker;
	struct err err = { .kind = ERR_NONE };
	int64_t start_us = clock_mono_us();
	int rows;

	if (asker == NULL)
		luaL_error(L, "lookup: expected [mysql] host and user in the configuration, or \"lookup\" in the case; found neither");
	if (start_us < s->ask_after_us)
		give_back(L, &s->ask_err);
	if (s->asks == NULL)
		s->asks = asker->open(asker->arg);
	rows = asker->ask(s->asks, sql, add_column, columns, &err);
	pass_time(s, clock_mono_us() - start_us);
	if (rows < 0 && may_pass(&err)) {
		pause_asking(s, &err);
		give_back(L, &err);
	}
	s->ask_pause_us = 0;
	if (rows < 0)
		luaL_error(L, "lookup: %s", err.msg);
	if (rows > 1)
		luaL_error(L, "lookup: expected at most one row for a key, found more: %s", sql);
	return rows;
}

/* The answers that came are kept, so the batch comes further each time. Where there is no room for them it has to get through in one go: it gets
 * more time then, and in the end all that it needs. */
static void look_at_time(lua_State *L, struct script *s)
{
	const struct query_wait *before = query_wait_find(&s->query_waits, s->in->topic, s->in->partition, s->in->from);
	struct query_wait now = { .topic = s->in->topic, .partition = s->in->partition, .from = s->in->from };
	struct err err = { .kind = ERR_NONE };

	now.patience_us = before ? before->patience_us : PATIENCE_US;
	if (s->asked_us < now.patience_us || (s->query_room.lost && now.patience_us >= PATIENCE_MAX_US))
		return;
	err_set(&err, ERR_RETRY, 0,
			"the server has taken %lld ms for the questions of one batch; it goes on with them in a moment",
			(long long)s->asked_us / 1000);
	now.since_us = before ? before->since_us : s->query_good_us;
	now.told_us = clock_mono_us();
	now.patience_us *= s->query_room.lost ? 2 : 1;
	query_wait_put(&s->query_waits, &now);
	give_back(L, &err);
}

void script_query_begin(struct script *s)
{
	const struct query_wait *before = query_wait_find(&s->query_waits, s->in->topic, s->in->partition, s->in->from);
	int64_t now_us = clock_mono_us();

	s->asked_us = 0;
	s->query_good_us = before ? before->since_us : now_us;
	s->query_room.keep_us = query_wait_oldest(&s->query_waits, now_us);
	s->query_room.max_bytes = (size_t)s->limits.memory_bytes;
	s->query_room.lost = false;
}

void script_query_end(struct script *s)
{
	query_wait_over(&s->query_waits, s->in->topic, s->in->partition, s->in->from);
}

/* Statement and columns are made outside of Lua's memory, and an error would leave them: so they belong to the script. */
static const struct query_answer *ask(lua_State *L, struct script_query *q, const char *key, size_t len)
{
	struct script *s = script_of(L);
	int rows;

	script_charge(L, ASK_STEPS);
	look_at_time(L, s);
	buf_reset(&s->ask_sql);
	buf_reset(&s->ask_columns);
	put_statement(&s->ask_sql, q, key);
	rows = ask_server(L, s, s->ask_sql.data, &s->ask_columns);
	if (s->ask_columns.failed)
		luaL_error(L, "lookup: expected a row of at most %d bytes, found more", ROW_MAX);
	return query_keep(&q->cache, key, len, s->ask_columns.data, s->ask_columns.len, rows > 0, clock_mono_us());
}

static void push_answer(lua_State *L, const struct query_answer *a)
{
	const char *name, *value;
	size_t at = 0, len;

	lua_newtable(L);
	while (query_column(a, &at, &name, &value, &len)) {
		script_charge(L, 2 + (int64_t)len / 64);
		if (value)
			lua_pushlstring(L, value, len);
		else
			script_null_push(L);
		lua_setfield(L, -2, name);
	}
}

/* As young as the query wants it, or asked for by this batch before it was given back. */
static const struct query_answer *known(const struct script *s, const struct script_query *q)
{
	int64_t good_us = clock_mono_us() - q->age_us + 1;

	return query_cached(&q->cache, s->ask_key.data, s->ask_key.len,
			good_us < s->query_good_us ? good_us : s->query_good_us);
}

/* The parameters are on the stack from index 2 on. */
static int look_up(lua_State *L)
{
	struct script *s = script_of(L);
	const struct query_handle *h = lua_touserdata(L, 1);
	const struct query_answer *a;

	if (script_tag(L, 1) != SCRIPT_QUERY || lua_gettop(L) - 1 != (int)h->query->nparams)
		return luaL_error(L, "lookup: expected %d values for the key, found %d",
				script_tag(L, 1) == SCRIPT_QUERY ? (int)h->query->nparams : 1, lua_gettop(L) - 1);
	if (s->change == NULL)
		return luaL_error(L, "lookup: expected a call from a row, found one from while the script is loaded");
	buf_reset(&s->ask_key);
	s->stats.lookups++;
	if (!put_key(&s->ask_key, L, 2, h->query->nparams)) {
		s->stats.lookups_known++;
		s->stats.lookups_none++;
		lua_pushnil(L);
		return 1;
	}
	if (s->ask_key.failed)
		return luaL_error(L, "lookup: expected a key of at most %d bytes, found more", KEY_MAX / 2);
	script_charge(L, 10 + (int64_t)s->ask_key.len / 16);
	if (s->answers.p)
		return script_case_answer(L, 2);
	a = known(s, h->query);
	s->stats.lookups_known += a != NULL;
	if (a == NULL)
		a = ask(L, h->query, s->ask_key.data, s->ask_key.len);
	s->stats.lookups_none += !a->found;
	if (a->found)
		push_answer(L, a);
	else
		lua_pushnil(L);
	return 1;
}

static int query_tostring(lua_State *L)
{
	const struct query_handle *h = lua_touserdata(L, 1);

	lua_pushfstring(L, "lookup: %s", script_tag(L, 1) == SCRIPT_QUERY ? h->query->sql : "?");
	return 1;
}

static int query_write(lua_State *L)
{
	return luaL_error(L, "lookup: what a query gives cannot be written");
}

void script_query_open(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{ "__index", look_up },
		{ "__call", look_up },
		{ "__newindex", query_write },
		{ "__tostring", query_tostring },
		{ NULL, NULL },
	};
	struct script *s = script_of(L);

	if (s->ask_key.max == 0) {
		buf_init(&s->ask_key, KEY_MAX);
		buf_init(&s->ask_sql, SQL_MAX + KEY_MAX);
		buf_init(&s->ask_columns, ROW_MAX);
	}
	lua_newtable(L);
	luaL_setfuncs(L, functions, 0);
	lua_pushliteral(L, "lookup");
	lua_setfield(L, -2, "__name");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_rawsetp(L, LUA_REGISTRYINDEX, &query_metatable);
}

void script_query_free(struct script *s)
{
	while (s->queries) {
		struct script_query *q = s->queries;

		s->queries = q->next;
		query_forget(&q->cache);
		free(q->sql);
		free(q);
	}
	if (s->asks)
		s->limits.asker->close(s->asks);
	buf_done(&s->ask_key);
	buf_done(&s->ask_sql);
	buf_done(&s->ask_columns);
}
