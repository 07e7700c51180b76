/*
 * script_budget.c - how much a script may use. Three limits, and everything that a script can reach is charged to them.
 *
 * Memory: the allocator refuses, Lua raises; what a row writes into the outgoing batch counts as well. Instructions: a
 * count hook counts those of Lua, and C functions charge what they do in the same unit. Time: hook, charges and the
 * allocator look at the clock after bounded work. Blocks of a quarter megabyte make a single instruction slow (to
 * compare or to join them), so with such a block the hook comes every fifty instructions.
 *
 * A call that cannot execute as many instructions as the hook waits for (script_is_short()) goes without the hook, which
 * makes every instruction slower; a large block in it brings the hook back.
 *
 * The end is for good: from there on every instruction comes back to the hook, and the error is a light userdata, which
 * needs no memory, so that neither pcall nor a full heap keeps a script going.
 */
#include "script/script_part.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/clock.h"

enum {
	HOOK_PERIOD = SCRIPT_HOOK_PERIOD,
	HOOK_PERIOD_LARGE = 50,
	HOOK_PERIOD_COUNTING = 10,
	LOOK_STEPS = 20000,
	LOOK_BYTES = 1 << 20,
	LARGE_BLOCK = 1 << 18,
	GARBAGE_BYTES_PER_STEP = 1024
};

static const int64_t time_ms_unset = 5000, least_time_us = 20000;
static const int64_t batch_times[] = { 2, 4, 8 }; /* times that of a row: each divides the time of a row by ten */

static void budget_hook(lua_State *L, lua_Debug *ar);

/* ---- the end ---- */

static void hook_every(struct script *s, int period)
{
	s->period = period;
	lua_sethook(s->L, budget_hook, LUA_MASKCOUNT | (s->watched ? LUA_MASKLINE : 0), period);
}

static void unhook(struct script *s)
{
	if (s->period)
		lua_sethook(s->L, NULL, 0, 0);
	s->period = 0;
}

int script_current_line(lua_State *L)
{
	lua_Debug ar;

	for (int level = 0; level < 20 && lua_getstack(L, level, &ar); level++)
		if (lua_getinfo(L, "l", &ar) && ar.currentline > 0)
			return ar.currentline;
	return 0;
}

static void end_text(struct script *s, int line)
{
	bool time = s->used < s->limits.instructions;
	int n = line ? snprintf(s->stop_text, sizeof(s->stop_text), "%s:%d: ", s->name, line) : 0;

	if (time)
		snprintf(s->stop_text + n, sizeof(s->stop_text) - (size_t)n,
				"expected an end within %lld milliseconds for one row, found none",
				(long long)s->time_us / 1000);
	else
		snprintf(s->stop_text + n, sizeof(s->stop_text) - (size_t)n,
				"expected an end within %lld instructions for one row, found none",
				(long long)s->limits.instructions);
}

/* From here on every instruction comes to the hook. */
static void budget_exceed(struct script *s)
{
	if (s->exceeded)
		return;
	s->exceeded = true;
	end_text(s, 0);
	hook_every(s, 1);
}

/* A light userdata needs no memory. */
void script_raise_end(lua_State *L)
{
	lua_pushlightuserdata(L, script_of(L));
	lua_error(L);
	__builtin_unreachable();
}

void script_budget_end(lua_State *L)
{
	struct script *s = script_of(L);
	int line = s->told ? 0 : script_current_line(L);

	budget_exceed(s);
	if (line)
		s->slow_line = line;
	if (line && !s->told) {
		s->told = true;
		end_text(s, line);
	}
	script_raise_end(L);
}

/* ---- the clock ---- */

int64_t script_row_us(const struct script *s)
{
	return (s->limits.time_ms ? s->limits.time_ms : time_ms_unset) * 1000;
}

/* A batch whose rows are slow gives each that is left less, so that it ends, too. */
static int64_t row_time(const struct script *s, int64_t batch_us)
{
	int64_t whole = script_row_us(s), us = whole;

	for (size_t i = 0; i < sizeof(batch_times) / sizeof(*batch_times); i++)
		if (batch_us >= batch_times[i] * whole)
			us /= 10;
	return us < least_time_us ? least_time_us : us;
}

static bool time_is_over(struct script *s)
{
	int64_t now_us = clock_mono_us();

	s->look_at = s->used + LOOK_STEPS;
	s->looked_bytes = 0;
	if (s->started_us == 0) {
		s->started_us = now_us;
		s->time_us = row_time(s, now_us - s->batch_us);
	}
	return now_us - s->started_us >= s->time_us;
}

static void budget_hook(lua_State *L, lua_Debug *ar)
{
	if (ar->event == LUA_HOOKLINE) {
		script_of(L)->line = ar->currentline;
		if (script_of(L)->lines)
			script_lines_enter(L, script_of(L), ar);
		return;
	}
	script_of(L)->used += script_of(L)->period;
	if (script_of(L)->counting && !script_of(L)->exceeded && script_of(L)->used < script_of(L)->look_at)
		return;
	script_budget_look(L);
}

void script_budget_look(lua_State *L)
{
	struct script *s = script_of(L);

	if (s->exceeded || s->used >= s->limits.instructions || time_is_over(s))
		script_budget_end(L);
	s->slow_line = script_current_line(L);
}

void script_budget_arm(struct script *s)
{
	int period = s->large ? HOOK_PERIOD_LARGE : HOOK_PERIOD;

	s->large_now = s->large;
	if (s->counting)
		period = HOOK_PERIOD_COUNTING;

	s->used = 0;
	s->look_at = LOOK_STEPS < s->limits.instructions ? LOOK_STEPS : s->limits.instructions;
	s->looked_bytes = s->heap_bytes = 0;
	s->started_us = 0;
	s->slow_line = 0;
	s->exceeded = s->told = false;
	s->verdict = VERDICT_NONE;
	s->row_bytes = 0;
	if (s->is_short && period == HOOK_PERIOD && !s->watched)
		unhook(s);
	else
		hook_every(s, s->limits.instructions < period ? (int)s->limits.instructions : period);
}

/* ---- lines ---- */

void script_watch_lines(struct script *s)
{
	for (; s; s = s->next)
		s->watched = true;
}

const char *script_last_line(struct script *s)
{
	struct script *last = s;

	for (; s; s = s->next) {
		last = s->line ? s : last;
		snprintf(s->line_text, sizeof(s->line_text), "%s:%d", s->name, s->line);
		s->line = 0;
	}
	return last->line_text;
}

/* ---- memory ---- */

/* An allocation of size bytes was made: it may not raise, but it can see to it that the next instruction
 * does. */
static void charge_allocation(struct script *s, size_t size)
{
	if (s->L == NULL || s->exceeded)
		return;
	s->used += (int64_t)(size / SCRIPT_BYTES_PER_STEP);
	s->looked_bytes += size;
	s->heap_bytes += size;
	if (size >= LARGE_BLOCK && !s->large_now) {
		s->large_now = true;
		hook_every(s, HOOK_PERIOD_LARGE);
	}
	if (s->looked_bytes >= LOOK_BYTES && time_is_over(s))
		budget_exceed(s);
}

/* Before it comes to that, Lua goes through all that it holds in search of garbage. */
static void *refuse_allocation(struct script *s)
{
	if (s->L == NULL || s->exceeded)
		return NULL;
	s->used += (int64_t)(s->memory / GARBAGE_BYTES_PER_STEP);
	if (time_is_over(s))
		budget_exceed(s);
	return NULL;
}

static void give(struct script *s, void *p, size_t size)
{
	if (pool_has(&s->pool, p))
		pool_give(&s->pool, p, size);
	else
		free(p);
}

static void *move(struct script *s, void *p, size_t old_size, size_t size)
{
	void *q = NULL;

	if (p && !pool_has(&s->pool, p))
		return realloc(p, size);
	if (p && (size <= old_size || (size - 1) / POOL_STEP == (old_size - 1) / POOL_STEP))
		return p;
	if (size <= POOL_LARGEST)
		q = pool_take(&s->pool, size);
	if (q == NULL)
		q = malloc(size);
	if (q && p) {
		memcpy(q, p, old_size);
		pool_give(&s->pool, p, old_size);
	}
	return q;
}

void *script_budget_alloc(void *arg, void *p, size_t old_size, size_t size)
{
	struct script *s = arg;
	void *q;

	if (p == NULL)
		old_size = 0; /* Lua passes a type there */
	if (size == 0) {
		if (p)
			give(s, p, old_size);
		s->memory -= old_size;
		return NULL;
	}
	if (size > old_size && s->memory + s->row_bytes + (size - old_size) > (size_t)s->limits.memory_bytes)
		return refuse_allocation(s);
	q = move(s, p, old_size, size);
	if (q == NULL)
		return refuse_allocation(s);
	s->memory += size - old_size;
	if (size > old_size)
		charge_allocation(s, size);
	return q;
}

/* The ceiling of what all rows of a batch may add to the outgoing one: a few times what a row may, and what came in. */
void script_budget_batch(struct script *s)
{
	s->batch_ceiling = 8 * (size_t)s->limits.memory_bytes + (s->in ? 8 * s->in->arena.used : 0);
}

void script_budget_row_bytes(lua_State *L, size_t size)
{
	struct script *s = script_of(L);

	script_charge(L, (int64_t)(size / SCRIPT_BYTES_PER_STEP));
	if (size > (size_t)s->limits.memory_bytes || s->memory + s->row_bytes + size > (size_t)s->limits.memory_bytes)
		luaL_error(L, "expected to need at most %I bytes of memory for one row, found more",
				(LUAI_UACINT)s->limits.memory_bytes);
	if (s->batch_bytes + s->row_bytes + size > s->batch_ceiling)
		luaL_error(L, "expected the rows of one batch to need at most %I bytes of memory, found more",
				(LUAI_UACINT)s->batch_ceiling);
	s->row_bytes += size;
}

void *script_room_far(lua_State *L, size_t size)
{
	void *p;

	script_budget_row_bytes(L, size);
	p = arena_try(&script_of(L)->out->arena, size);
	if (p == NULL)
		luaL_error(L, "expected %I bytes of memory from the machine, found none", (LUAI_UACINT)size);
	return p;
}
