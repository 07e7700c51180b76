/*
 * script.c - runs a script over changes and decides what becomes of each.
 *
 * The rules: a row that the script drops is not loaded, and if it may have been loaded before (anything but an insert), it
 * is deleted by its key: that is how an update leaves the filter, and an old row when a snapshot reads it again. Not so
 * where the script has a key of its own: there MySQL's row is many rows, and only delete() says which of them go. Whatever
 * goes wrong in a row, goes wrong in that row only: its output is taken back and the change passes on as dead.
 */
#include "script/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "script/script_part.h"

#define ROWS_MAX 10000 /* rows that one row may become */

enum { SLOW_ROWS = 2 };

/* ---- what a call gives ---- */

static void emit_to(struct script *s, enum change_op op, struct schema *schema, struct value *before,
		struct value *after, bool routed)
{
	struct change *c = batch_add_change(s->out);

	*c = *s->change;
	c->op = op;
	c->schema = schema;
	c->before = before;
	c->after = after;
	c->routed |= routed;
	if (schema != s->held) {
		batch_hold_schema(s->out, schema);
		s->held = schema;
	}
}

static void emit(struct script *s, enum change_op op, struct schema *schema, struct value *before, struct value *after)
{
	emit_to(s, op, schema, before, after, false);
}

/* Deletes by MySQL's key, in the tables of `to` that are not `here`. */
static void leave_tables(struct script *s, uint32_t here)
{
	const struct change *c = s->change;

	for (unsigned i = 0; i < s->nto; i++)
		if (!(here & 2u << i) && !s->to[i].taken && !script_to_is(&s->to[i], c->schema))
			emit_to(s, CHANGE_DELETE, script_names_routed(s, s->row->names, i, false),
					c->before ? c->before : c->after, NULL, true);
}

/* Cells as wide as the schema that they go out under. */
static struct value *fit(lua_State *L, const struct schema *schema, struct value *cells, unsigned width)
{
	return width == schema->ncolumns || cells == NULL ? cells
							  : script_cells_extend(L, cells, width, schema->ncolumns);
}

static bool key_moved(const struct change *c)
{
	for (unsigned i = 0; c->before && c->after && i < c->schema->nkey; i++)
		if (!value_equal(&c->before[c->schema->key[i]], &c->after[c->schema->key[i]]))
			return true;
	return false;
}

/* One row that the script gave back; alone: it is the only one. */
static void emit_row(lua_State *L, struct script *s, struct script_row *r, bool alone)
{
	const struct change *c = s->change;
	struct script_names *n = r->names;
	bool wide = r->own || s->nkey;
	struct schema *schema = r->to ? script_names_routed(s, n, r->to - 1u, wide) : wide ? n->ext : n->base;
	struct value *cells = fit(L, schema, r->cells, r->own ? r->cap : n->base->ncolumns), *before = c->before;
	bool was_insert = c->op == CHANGE_READ || c->op == CHANGE_CREATE;

	for (unsigned i = 0; i < schema->nkey; i++)
		if (cells[schema->key[i]].kind == VALUE_ABSENT || cells[schema->key[i]].kind == VALUE_NULL)
			luaL_error(L, "column %s: expected a value, because it is part of the key, found none",
					schema->columns[schema->key[i]].name);
	s->here |= 1u << r->to;
	s->put += r->to > 0;
	if (c->op == CHANGE_DELETE && !r->kept) {
		emit_to(s, CHANGE_DELETE, schema, cells, NULL, r->to > 0);
		if (r->to == 0 && s->nkey == 0)
			leave_tables(s, 0);
	} else if (c->op == CHANGE_DELETE || s->nkey || r->to) { /* what is there under another key stays */
		emit_to(s, was_insert ? c->op : CHANGE_UPSERT, schema, NULL, cells, r->to > 0);
	} else if (alone && !r->key_written) {
		emit(s, c->op, schema, fit(L, schema, before, n->base->ncolumns), cells);
	} else {
		if (alone && key_moved(c))
			emit(s, CHANGE_DELETE, c->schema, c->before, NULL);
		emit(s, was_insert ? c->op : CHANGE_UPSERT, schema, NULL, cells);
	}
}

/* A row that is read again beside the stream may have been loaded by another version of the script. */
static bool may_be_there(const struct script *s)
{
	const struct change *c = s->change;
	bool again = c->op == CHANGE_READ && c->snapshot == SNAPSHOT_INCREMENTAL;

	return s->nkey == 0 && (again || c->op == CHANGE_UPDATE || c->op == CHANGE_UPSERT);
}

static void drop_one(struct script *s, const char *reason)
{
	const struct change *c = s->change;

	if (may_be_there(s)) {
		emit(s, CHANGE_DELETE, c->schema, c->before ? c->before : c->after, NULL);
		leave_tables(s, 0);
	}
	s->stats.dropped++;
	script_note_drop(s, reason);
}

/* Rows have gone out: what they were may be in tables that they did not go to. */
static void leave_others(lua_State *L, struct script *s)
{
	const struct change *c = s->change;

	if (s->put < s->sent)
		luaL_error(L, "event:to: expected its row among the results, found a call whose row is not returned");
	if (s->nto == 0 || !may_be_there(s))
		return;
	if (!(s->here & 1))
		emit(s, CHANGE_DELETE, c->schema, c->before ? c->before : c->after, NULL);
	leave_tables(s, key_moved(c) ? 0 : s->here);
}

static void emit_value(lua_State *L, struct script *s, int idx, bool alone)
{
	char found[120];
	struct script_row made, *r;

	script_thaw(L, idx);
	if (script_tag(L, idx) == SCRIPT_ROW) {
		r = lua_touserdata(L, idx);
		if (r->call != s->call)
			luaL_error(L, "expected a row of this call, found one that was kept from an earlier call");
		emit_row(L, s, r, alone);
	} else if (lua_istable(L, idx) && lua_rawlen(L, idx) == 0) {
		script_row_from_table(L, idx, &made);
		emit_row(L, s, &made, alone);
	} else {
		script_describe(L, idx, found, sizeof(found));
		luaL_error(L, "result: expected nil, a row or a list of rows, found %s", found);
	}
}

static void emit_list(lua_State *L, struct script *s, int idx)
{
	size_t count = lua_rawlen(L, idx);

	if (count > ROWS_MAX)
		luaL_error(L, "result: expected at most %d rows, found %d", ROWS_MAX, (int)count);
	if (s->change->op != CHANGE_DELETE && s->nkey == 0 && key_moved(s->change))
		emit(s, CHANGE_DELETE, s->change->schema, s->change->before, NULL);
	for (size_t i = 1; i <= count; i++) {
		script_budget_row_bytes(L, sizeof(struct change));
		lua_rawgeti(L, idx, (lua_Integer)i);
		emit_value(L, s, lua_gettop(L), false);
		lua_pop(L, 1);
	}
}

static void emit_result(lua_State *L, struct script *s, int idx)
{
	if (lua_touserdata(L, idx) == s->row) { /* what most calls return */
		emit_row(L, s, s->row, true);
		leave_others(L, s);
		return;
	}
	script_thaw(L, idx);
	if (lua_isnil(L, idx) ||
			(lua_istable(L, idx) && lua_rawlen(L, idx) == 0 && (lua_pushnil(L), lua_next(L, idx) == 0))) {
		if (s->sent == 0) {
			drop_one(s, "");
			return;
		}
	} else {
		lua_settop(L, idx);
		if (lua_istable(L, idx) && lua_rawlen(L, idx) > 0)
			emit_list(L, s, idx);
		else
			emit_value(L, s, idx, true);
	}
	leave_others(L, s);
}

/* ---- one change ---- */

enum { TRANSFORM = 1, DELETE, ROW, EVENT, RESULT }; /* on the stack */

static void run_change(lua_State *L, struct script *s)
{
	const struct change *c = s->change;
	struct script_row *r = s->row;
	bool deletes = c->op == CHANGE_DELETE;

	r->cells = deletes ? c->before : c->after;
	if (r->cells == NULL)
		luaL_error(L, "expected a row in the change, found none");
	r->own = r->key_written = r->kept = false;
	r->to = 0;
	r->call = s->call;
	r->names = script_names_get(L, c->schema);
	s->sent = s->put = s->here = 0;
	if (deletes && !s->has_delete) {
		emit(s, CHANGE_DELETE, c->schema, c->before, NULL);
		leave_tables(s, 0);
		return;
	}
	lua_pushvalue(L, deletes ? DELETE : TRANSFORM);
	lua_pushvalue(L, ROW);
	lua_pushvalue(L, EVENT);
	lua_call(L, 2, LUA_MULTRET);
	if (lua_gettop(L) != RESULT)
		luaL_error(L, "%s: expected a row, a list of rows or nil, found %s", deletes ? "delete" : "transform",
				lua_gettop(L) > RESULT ? "several results; return a list of rows"
						       : "no return; write return row, return nil or drop(reason)");
	emit_result(L, s, RESULT);
}

static void mark_change(struct script *s)
{
	s->mark = arena_mark(&s->out->arena);
	s->emitted = s->out->nchanges;
	s->dropped = s->stats.dropped;
}

static void begin_change(struct script *s)
{
	mark_change(s);
	s->call++;
	s->decimals.next = s->times.next = 0;
	script_keep_begin(s);
	script_budget_arm(s);
}

static bool runs(const struct script *s, const struct change *c)
{
	if (c->dead || c->op == CHANGE_TRUNCATE || c->op == CHANGE_ALTER || c->op == CHANGE_DDL)
		return false;
	return c->op != CHANGE_DELETE || s->has_delete || s->nto;
}

/* How much a call may leave, so that later ones need not do without. */
static size_t memory_ceiling(const struct script *s)
{
	return s->loaded + ((size_t)s->limits.memory_bytes - s->loaded) / 2;
}

/* Whether the next change can be run at once: this one has left nothing that is seen to outside of the protected call. */
static bool goes_on(const struct script *s)
{
	const struct change *next = s->change + 1;

	return next < s->change_end && next->schema && runs(s, next) && s->started_us == 0 && s->writes == NULL &&
			!s->counted && s->grown == NULL && !s->watched && s->memory <= memory_ceiling(s);
}

/* Upvalues: transform, delete, row, event. Runs inside lua_pcall(): the changes from s->change, which has begun, to s->change_end, or as far
 * as they go well; then s->change is the last one. Raises when that one fails. */
int script_run_changes(lua_State *L)
{
	struct script *s = script_of(L);

	for (int i = TRANSFORM; i <= EVENT; i++)
		lua_pushvalue(L, lua_upvalueindex(i));
	for (;;) {
		run_change(L, s);
		lua_settop(L, EVENT);
		if (!goes_on(s))
			return 0;
		s->batch_bytes += s->row_bytes;
		s->change++;
		begin_change(s);
	}
}

/* "orders.lua:12: message" of whatever was raised, clean. */
void script_failure_text(struct script *s, int status, char out[static SCRIPT_FAILURE_MAX])
{
	char text[1024];
	const char *p = lua_type(s->L, -1) == LUA_TSTRING ? lua_tostring(s->L, -1) : NULL;
	size_t n = strlen(s->name);

	if (s->exceeded || s->verdict)
		p = s->stop_text;
	if (status == LUA_ERRMEM && p != s->stop_text)
		snprintf(text, sizeof(text), "%s: expected to need at most %lld bytes of memory, found more", s->name,
				(long long)s->limits.memory_bytes);
	else if (p == NULL)
		snprintf(text, sizeof(text), "%s: an error that is no text (a %s)", s->name, luaL_typename(s->L, -1));
	else if (strncmp(p, s->name, n) == 0 && p[n] == ':')
		snprintf(text, sizeof(text), "%s", p);
	else
		snprintf(text, sizeof(text), "%s: %s", s->name, p);
	out[text_escape(out, SCRIPT_FAILURE_MAX, text, strlen(text))] = '\0';
}

/* ---- the state, which is made again when a row has spoilt it ---- */

void script_close_state(struct script *s)
{
	lua_State *L = s->L;

	if (L) {
		script_names_free(s);
		s->L = NULL; /* nothing is charged from here on */
		lua_close(L);
	}
	pool_done(&s->pool);
}

/* L is NULL until the next row comes. */
static bool remake(struct script *s, char why[static SCRIPT_FAILURE_MAX])
{
	struct err err = { 0 };

	if (script_open_state(s, &err) == 0)
		return true;
	snprintf(why, SCRIPT_FAILURE_MAX, "%s", err.msg);
	script_close_state(s);
	return false;
}

static void pass_through(struct script *s)
{
	emit(s, s->change->op, s->change->schema, s->change->before, s->change->after);
}

/* What a failed call has added to the schema goes. false: the state is not to be used again. */
static bool schema_settled(struct script *s, bool failed)
{
	bool settled;

	if (s->grown == NULL)
		return true;
	script_budget_arm(s);
	lua_pushcfunction(s->L, script_names_settle);
	lua_pushboolean(s->L, failed);
	settled = lua_pcall(s->L, 1, 0, 0) == LUA_OK;
	lua_settop(s->L, 1);
	return settled;
}

/* Whether the call has left so much that later ones would have to do without. */
static bool left_memory(struct script *s)
{
	if (s->memory <= memory_ceiling(s))
		return false;
	lua_gc(s->L, LUA_GCCOLLECT);
	return s->memory > memory_ceiling(s);
}

static void take_back(struct script *s)
{
	arena_rewind(&s->out->arena, s->mark);
	s->out->nchanges = s->emitted;
	s->stats.dropped = s->dropped;
}

/* The row is dead: what it has put out is taken back, and the change passes as it came, with the reason. */
static void fail_one(struct script *s, const char *why)
{
	struct change *c;

	take_back(s);
	s->stats.dead++;
	pass_through(s);
	c = &s->out->changes[s->emitted];
	c->dead = arena_dup(&s->out->arena, why, strlen(why));
	c->dead_at = arena_dup(&s->out->arena, s->dead_at, strlen(s->dead_at));
}

/* After a call that was long enough to be looked at. */
static void note_time(struct script *s, int64_t started_us, int line)
{
	int64_t now_us = clock_mono_us();

	s->pauses = s->until_us && now_us >= s->until_us;
	if (now_us - started_us > s->slow.row_us) {
		s->slow.row_us = now_us - started_us;
		s->slow.line = line;
		s->slow.record = s->change->record;
	}
	if (s->slow_told && s->slow.batch_us == 0 && now_us - s->batch_us > SLOW_ROWS * script_row_us(s)) {
		s->slow.batch_us = now_us - s->batch_us;
		s->slow_told(s->slow_arg, &s->slow);
	}
}

/* The changes from s->change to s->change_end, as many as go well, or the first one that does not; s->change is the last of them. */
static void run_some(struct script *s)
{
	char why[SCRIPT_FAILURE_MAX];
	bool good;
	int status;

	if (s->L == NULL && !remake(s, why)) {
		mark_change(s);
		fail_one(s, why);
		return;
	}
	begin_change(s);
	lua_pushvalue(s->L, 1);
	status = lua_pcall(s->L, 0, 0, 0);
	if (s->lines)
		script_lines_leave(s);
	s->row->cells = NULL;
	s->old_row->cells = NULL;
	if (s->started_us)
		note_time(s, s->started_us, s->slow_line);
	if (s->writes && (status == LUA_OK || (s->verdict == VERDICT_DROP && !s->exceeded)))
		script_keep_take(s);
	if (s->counted)
		script_counts_call(s, status == LUA_OK || (s->verdict == VERDICT_DROP && !s->exceeded));
	if (status == LUA_OK) {
		s->batch_bytes += s->row_bytes;
		good = schema_settled(s, false);
	} else if (s->verdict == VERDICT_DROP && !s->exceeded) {
		take_back(s);
		drop_one(s, s->stop_text);
		lua_settop(s->L, 1);
		good = schema_settled(s, true);
	} else if (s->waits) {
		lua_settop(s->L, 1);
		good = schema_settled(s, true);
	} else {
		script_failure_text(s, status, why);
		fail_one(s, why);
		lua_settop(s->L, 1);
		good = schema_settled(s, true) && !s->keeps && status != LUA_ERRMEM;
	}
	if (!good || left_memory(s))
		script_close_state(s);
}

/* ---- rows of a batch ---- */

static void begin_rows(struct script *s, const struct batch *in, const struct script_rows *rows, struct batch *out,
		int64_t now_us)
{
	s->in = in;
	s->out = out;
	s->held = NULL;
	s->batch_us = now_us - rows->busy_us;
	s->batch_bytes = rows->batch_bytes;
	s->slow = rows->slow;
	s->waits = s->pauses = false;
	script_budget_batch(s);
	script_query_begin(s);
}

static void end_rows(struct script *s, struct script_rows *rows)
{
	int64_t now_us = clock_mono_us();

	if (rows->at == rows->count)
		s->pauses = false;
	if (s->npairs && !s->pauses)
		script_columns_apply(s, s->out, rows->before);
	if (!s->waits && !s->pauses)
		script_query_end(s);
	rows->busy_us = now_us - s->batch_us;
	rows->batch_bytes = s->batch_bytes;
	rows->slow = s->slow;
	s->in = NULL;
	s->out = NULL;
	s->change = NULL;
}

static void look_at_time(struct script *s)
{
	s->pauses = s->until_us && clock_mono_us() >= s->until_us;
}

/* The change behind i that is looked at: those before it run together. */
static size_t next_sample(size_t i, size_t count, size_t sample)
{
	size_t next = i - i % SCRIPT_SAMPLE_ROWS + sample;

	if (sample == SIZE_MAX)
		return count;
	next += next < i ? SCRIPT_SAMPLE_ROWS : 0;
	return next < count ? next : count;
}

/* As script_run_until(), of one script. */
int script_run_one(struct script *s, const struct batch *in, struct script_rows *rows, struct batch *out,
		struct err *err)
{
	size_t begun = rows->at, there = out->nchanges, count = rows->count, i = begun;
	size_t sample = s->sample_told ? count / 2 % SCRIPT_SAMPLE_ROWS : SIZE_MAX;
	int64_t start_us = clock_mono_us();

	begin_rows(s, in, rows, out, start_us);
	while (i < count && !s->waits && !s->pauses) {
		bool sampled = i % SCRIPT_SAMPLE_ROWS == sample;

		s->change = &rows->changes[i];
		s->change_end = rows->changes + (sampled ? i + 1 : next_sample(i, count, sample));
		if (s->change->schema == NULL) { /* DDL of a whole database */
			*batch_add_change(out) = *s->change;
		} else if (!runs(s, s->change)) {
			pass_through(s);
		} else if (sampled) {
			script_run_sampled(s, run_some);
			look_at_time(s);
		} else {
			run_some(s);
		}
		i = (size_t)(s->change - rows->changes) + 1;
	}
	rows->at = i;
	end_rows(s, rows);
	s->stats.rows_in += i - begun;
	s->stats.rows_out += out->nchanges - there;
	s->stats.ns += (uint64_t)(clock_mono_us() - start_us) * 1000;
	if (s->waits) {
		*err = s->wait;
		return -1;
	}
	return s->pauses;
}
