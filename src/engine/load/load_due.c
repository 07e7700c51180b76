/*
 * load_due.c - whose turn is next: a binary heap by time, with each member's place kept in it, so that a change of one
 * costs the logarithm of those that wait and nothing of those that do not. Owned by whoever owns what it is part of.
 */

#include "core/must.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

static void put(struct due *d, size_t i, struct due_at *m)
{
	d->heap[i] = m;
	m->place = i + 1;
}

static void move_up(struct due *d, size_t i, struct due_at *m)
{
	while (i > 0 && d->heap[(i - 1) / 2]->us > m->us) {
		put(d, i, d->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(d, i, m);
}

static void move_down(struct due *d, size_t i, struct due_at *m)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < d->count && d->heap[child + 1]->us < d->heap[child]->us)
			child++;
		if (child >= d->count || d->heap[child]->us >= m->us)
			break;
		put(d, i, d->heap[child]);
		i = child;
	}
	put(d, i, m);
}

/* The one at the end takes the free place. */
static void take_out(struct due *d, struct due_at *m)
{
	size_t i = m->place - 1;
	struct due_at *last = d->heap[--d->count];

	m->place = 0;
	if (last == m)
		return;
	if (i > 0 && d->heap[(i - 1) / 2]->us > last->us)
		move_up(d, i, last);
	else
		move_down(d, i, last);
}

void due_set(struct due *d, struct due_at *m, int64_t us)
{
	must(m->place == 0 || d->heap[m->place - 1] == m);
	if (m->place && m->us == us)
		return;
	if (m->place)
		take_out(d, m);
	if (us < 0)
		return;
	xgrow(d->heap, d->count, d->cap, 4);
	m->us = us;
	move_up(d, d->count++, m);
}

int64_t due_first_us(const struct due *d)
{
	return d->count ? d->heap[0]->us : -1;
}

void *due_first(const struct due *d)
{
	return d->count ? d->heap[0]->who : NULL;
}
