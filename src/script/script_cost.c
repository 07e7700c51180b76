/*
 * script_cost.c - what is told of a script at work: what rows cost, what it has dropped, and what counter() has counted. One row in SCRIPT_SAMPLE_ROWS has a clock around it; of these, one in COUNTED has its
 * instructions counted instead, because the hook that counts them makes the row slower, and while a profile is wanted one in PROFILED its lines. The
 * row in the middle of a batch is the first that is looked at: at its beginning the caches are cold.
 *
 * A row is counted once, however often its batch begins again: counter() counts when the call has ended well or has dropped its row, and a batch when
 * it is through. Until then the counts are the batch's, and go with its pause.
 */
#include <stdio.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "script/script_part.h"

enum { COUNTED = 16, PROFILED = 4 };

void script_run_sampled(struct script *s, void run(struct script *s))
{
	struct script_sample sample = { .instructions = -1, .ns = -1, .place = s->place };
	bool lines = ++s->samples % PROFILED == 1 && s->profiled && s->L;
	int64_t start_ns;

	if (lines && s->lines == NULL)
		script_lines_begin(s);
	s->watched = lines;
	s->counting = s->samples % COUNTED == 0;
	start_ns = clock_mono_ns();
	run(s);
	if (s->counting)
		sample.instructions = s->used;
	else if (!lines)
		sample.ns = clock_mono_ns() - start_ns;
	s->counting = s->watched = false;
	sample.bytes = (int64_t)(s->heap_bytes + s->row_bytes);
	s->sample_told(s->sample_arg, &sample);
}

void script_on_sample(struct script *s, void told(void *arg, const struct script_sample *sample), void *arg)
{
	for (size_t place = 0; s; s = s->next, place++) {
		s->place = place;
		s->sample_told = told;
		s->sample_arg = arg;
	}
}

void script_profile(struct script *s, bool on)
{
	for (; s; s = s->next) {
		s->profiled = on;
		if (!on)
			script_lines_free(s);
	}
}

bool script_one_at(const struct script *s, size_t i, struct script_one *out)
{
	for (; s && i > 0; i--)
		s = s->next;
	if (s == NULL)
		return false;
	*out = (struct script_one){ .name = s->name, .stats = s->stats, .memory = s->memory };
	return true;
}

/* ---- what is counted ---- */

struct script_counts { /* of one script, while its batch is paused */
	uint64_t reasons[SCRIPT_REASONS + 1], counters[SCRIPT_COUNTERS];
};

void script_note_drop(struct script *s, const char *reason)
{
	unsigned i = 0;

	while (i < s->nreasons && strncmp(s->reasons[i].text, reason, sizeof(s->reasons->text) - 1) != 0)
		i++;
	if (i == s->nreasons && i < SCRIPT_REASONS)
		snprintf(s->reasons[s->nreasons++].text, sizeof(s->reasons->text), "%s", reason);
	if (i == SCRIPT_REASONS && s->nreasons == SCRIPT_REASONS)
		snprintf(s->reasons[s->nreasons++].text, sizeof(s->reasons->text), "(other reasons)");
	s->reasons[i < s->nreasons ? i : SCRIPT_REASONS].batch++;
}

void script_drops_fresh(struct script *s, void each(void *arg, const struct script_drop *drop), void *arg)
{
	for (size_t place = 0; s; s = s->next, place++)
		for (unsigned i = 0; i < s->nreasons; i++) {
			if (s->reasons[i].fresh)
				each(arg,
						&(struct script_drop){
								.place = place,
								.script = s->name,
								.reason = s->reasons[i].text,
								.rows = s->reasons[i].fresh,
						});
			s->reasons[i].fresh = 0;
		}
}

void script_counts_fresh(struct script *s, void each(void *arg, const char *name, uint64_t count), void *arg)
{
	for (; s; s = s->next)
		for (unsigned i = 0; i < s->ncounters; i++) {
			if (s->counters[i].fresh)
				each(arg, s->counters[i].text, s->counters[i].fresh);
			s->counters[i].fresh = 0;
		}
}

bool script_drop_at(const struct script *s, size_t i, struct script_drop *out)
{
	for (; s; i -= s->nreasons, s = s->next)
		if (i < s->nreasons) {
			*out = (struct script_drop){
				.script = s->name,
				.reason = s->reasons[i].text,
				.rows = s->reasons[i].rows,
			};
			return true;
		}
	return false;
}

static int counter_lua(lua_State *L)
{
	struct script *s = script_of(L);
	const char *name = luaL_checkstring(L, 1);
	lua_Integer n = luaL_optinteger(L, 2, 1);
	unsigned i = 0;

	if (s->change == NULL)
		return luaL_error(L,
				"counter: expected a call from transform() or delete(), found one from while the script is loaded");
	script_charge(L, 10);
	luaL_argcheck(L, *name && lua_rawlen(L, 1) < sizeof(s->counters->text), 1,
			"expected a name of at most 63 bytes");
	luaL_argcheck(L, n >= 0, 2, "expected 0 or more");
	while (i < s->ncounters && strcmp(s->counters[i].text, name) != 0)
		i++;
	if (i == SCRIPT_COUNTERS)
		return luaL_error(L, "counter: expected at most %d names, found one more: '%s'", SCRIPT_COUNTERS, name);
	if (i == s->ncounters)
		snprintf(s->counters[s->ncounters++].text, sizeof(s->counters->text), "%s", name);
	s->counters[i].call += (uint64_t)n;
	s->counted = true;
	return 0;
}

void script_counter_open(lua_State *L)
{
	lua_pushcfunction(L, counter_lua);
	lua_setfield(L, -2, "counter");
}

void script_counts_call(struct script *s, bool good)
{
	for (unsigned i = 0; i < s->ncounters; i++) {
		s->counters[i].batch += good ? s->counters[i].call : 0;
		s->counters[i].call = 0;
	}
	s->counted = false;
}

void script_counts_put(struct script *s, struct script_counts **counts)
{
	size_t n = 0;

	for (const struct script *one = s; one && *counts == NULL; one = one->next)
		n++;
	if (*counts == NULL)
		*counts = xcalloc(n, sizeof(**counts));
	for (struct script_counts *c = *counts; s; s = s->next, c++) {
		for (unsigned i = 0; i < s->nreasons; i++) {
			c->reasons[i] = s->reasons[i].batch;
			s->reasons[i].batch = 0;
		}
		for (unsigned i = 0; i < s->ncounters; i++) {
			c->counters[i] = s->counters[i].batch;
			s->counters[i].batch = 0;
		}
	}
}

void script_counts_get(struct script *s, const struct script_counts *c)
{
	for (; s; s = s->next, c++) {
		for (unsigned i = 0; i < s->nreasons; i++)
			s->reasons[i].batch = c->reasons[i];
		for (unsigned i = 0; i < s->ncounters; i++)
			s->counters[i].batch = c->counters[i];
	}
}

static void batch_ended(struct script_reason *r, unsigned count, bool whole)
{
	for (; count > 0; count--, r++) {
		r->rows += whole ? r->batch : 0;
		r->fresh += whole ? r->batch : 0;
		r->batch = 0;
	}
}

void script_counts_end(struct script *s, bool whole)
{
	for (; s; s = s->next) {
		batch_ended(s->reasons, s->nreasons, whole);
		batch_ended(s->counters, s->ncounters, whole);
	}
}

static void take_back(struct script_reason *r, unsigned count)
{
	for (; count > 0; count--, r++) {
		r->rows -= r->fresh;
		r->fresh = 0;
	}
}

void script_counts_back(struct script *s)
{
	for (; s; s = s->next) {
		take_back(s->reasons, s->nreasons);
		take_back(s->counters, s->ncounters);
	}
}
