/*
 * script_cost.c - what rows cost, for who watches a script at work. One row in SCRIPT_SAMPLE_ROWS has a clock around it; of these, one in COUNTED has its
 * instructions counted instead, because the hook that counts them makes the row slower, and while a profile is wanted one in PROFILED its lines. The
 * row in the middle of a batch is the first that is looked at: at its beginning the caches are cold.
 */
#include "core/clock.h"
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
