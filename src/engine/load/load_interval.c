/*
 * load_interval.c - how often a table is loaded: as its section or [starrocks] sets it, or less often while the target has
 * too many versions of it (load_pace.c), which is told. @thread the one that has the topic
 */
#include "core/clock.h"
#include "engine/load/load_worker_parts.h"

const struct table_settings *topic_section(struct load *l, struct load_topic *t)
{
	const struct settings *live = atomic_load(&l->sh->live);
	char name[TABLE_NAME_ROOM];

	if (t->section_of != live) {
		load_table_name(l, t->name, name, sizeof(name));
		t->section = settings_for_table(live, name);
		t->section_of = live;
	}
	return t->section;
}

void topic_interval_read(struct load *l, struct load_topic *t)
{
	const struct table_settings *section = topic_section(l, t);

	t->set_ms = section ? section->interval_ms : 0;
}

static int64_t set_ms(const struct load_worker *w, const struct load_topic *t)
{
	return t->set_ms > 0 ? t->set_ms : sink_interval_ms(w->sink);
}

int64_t topic_interval_ms(const struct load_worker *w, const struct load_topic *t)
{
	return pace_ms(&t->pace, set_ms(w, t));
}

static void tell_pace(struct load_worker *w, struct load_part *p)
{
	struct problems *problems = w->l->sh->problems;
	const struct pace *pace = &p->of->pace;

	atomic_store(&p->meter->interval_ms, pace->slow_ms);
	if (pace->slow_ms)
		problem_raise(problems, PROBLEM_TOO_MANY_VERSIONS, p->meter->name,
				"one load in %lld ms instead of %lld", (long long)pace->slow_ms,
				(long long)set_ms(w, p->of));
	else
		problem_clear(problems, PROBLEM_TOO_MANY_VERSIONS, p->meter->name);
}

void part_too_fast(struct load_worker *w, struct load_part *p)
{
	struct load_topic *t = p->of;
	int64_t now = clock_mono_us();

	pace_refused(&t->pace, set_ms(w, t), now);
	if (p->retry_at_us < now + t->pace.slow_ms * 1000)
		p->retry_at_us = now + t->pace.slow_ms * 1000;
	atomic_store(&p->meter->retry_at_us, p->retry_at_us);
	tell_pace(w, p);
}

void part_pace(struct load_worker *w, struct load_part *p)
{
	if (p->of->pace.slow_ms && pace_loaded(&p->of->pace, set_ms(w, p->of), clock_mono_us()))
		tell_pace(w, p);
}

/* Rows that wait for their turn would take the room of what is read: each table then has its interval alone. */
static bool is_pressed(const struct load *l)
{
	size_t all = atomic_load(&l->buffered), stuck = atomic_load(&l->stuck);

	return all > stuck && all - stuck >= (size_t)l->sh->settings->load.buffer_bytes / 2;
}

int64_t part_slot(const struct load_worker *w, struct load_part *p, int64_t from_us)
{
	if (is_pressed(w->l))
		return from_us;
	if (p->slot_us == 0)
		p->slot_us = shared_slot(p->of->shared, from_us, topic_interval_ms(w, p->of));
	return p->slot_us > from_us ? p->slot_us : from_us;
}
