/*
 * load_pace.c - how often a table is loaded. Each load is a version of the table at StarRocks, and a cluster that does not
 * get on with merging them refuses more ("Too many versions"): then the table's interval doubles, at the most to a minute,
 * and comes back by a tenth a minute. Pure; owned by the thread that has the topic. Loads of
 * several topics into one table take turns.
 */
#include "engine/load/load_parts.h"

enum { SLOWEST_MS = 60000, BACK_AFTER_MS = 60000, BACK_PART = 10 };

int64_t pace_ms(const struct pace *p, int64_t set_ms)
{
	return p->slow_ms > set_ms ? p->slow_ms : set_ms;
}

void pace_refused(struct pace *p, int64_t set_ms, int64_t now_us)
{
	int64_t twice = pace_ms(p, set_ms) * 2;

	p->slow_ms = twice < SLOWEST_MS ? twice : SLOWEST_MS;
	p->since_us = now_us;
}

bool pace_loaded(struct pace *p, int64_t set_ms, int64_t now_us)
{
	if (p->slow_ms == 0 || now_us - p->since_us < BACK_AFTER_MS * 1000)
		return false;
	p->slow_ms -= p->slow_ms / BACK_PART + 1;
	p->since_us = now_us;
	if (p->slow_ms <= set_ms)
		p->slow_ms = 0;
	return true;
}

/* Each waits for its own time, so none takes the turn of another that came before. */
int64_t shared_slot(struct load_shared *t, int64_t from_us, int64_t interval_ms)
{
	int64_t next = atomic_load(&t->next_us), slot;

	do
		slot = next > from_us ? next : from_us;
	while (!atomic_compare_exchange_weak(&t->next_us, &next, slot + interval_ms * 1000));
	return slot;
}
