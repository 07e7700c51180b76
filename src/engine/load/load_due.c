/*
 * load_due.c - which partition's turn is next: a binary heap by time, with each partition's place kept in it, so that a
 * change of one costs the logarithm of those that wait and nothing of those that do not. Owned by one sink thread.
 */
#include <assert.h>

#include "core/xalloc.h"
#include "engine/load/load_parts.h"

static void put(struct due *d, size_t i, struct load_part *p)
{
	d->heap[i] = p;
	p->due_place = i + 1;
}

static void move_up(struct due *d, size_t i, struct load_part *p)
{
	while (i > 0 && d->heap[(i - 1) / 2]->due_us > p->due_us) {
		put(d, i, d->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(d, i, p);
}

static void move_down(struct due *d, size_t i, struct load_part *p)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < d->count && d->heap[child + 1]->due_us < d->heap[child]->due_us)
			child++;
		if (child >= d->count || d->heap[child]->due_us >= p->due_us)
			break;
		put(d, i, d->heap[child]);
		i = child;
	}
	put(d, i, p);
}

/* The one at the end takes the free place. */
static void take_out(struct due *d, struct load_part *p)
{
	size_t i = p->due_place - 1;
	struct load_part *last = d->heap[--d->count];

	p->due_place = 0;
	if (last == p)
		return;
	if (i > 0 && d->heap[(i - 1) / 2]->due_us > last->due_us)
		move_up(d, i, last);
	else
		move_down(d, i, last);
}

void due_set(struct due *d, struct load_part *p, int64_t at_us)
{
	assert(p->due_place == 0 || d->heap[p->due_place - 1] == p);
	if (p->due_place && p->due_us == at_us)
		return;
	if (p->due_place)
		take_out(d, p);
	if (at_us < 0)
		return;
	if (d->count == d->cap) {
		d->cap = d->cap ? d->cap * 2 : 64;
		d->heap = xrealloc(d->heap, d->cap * sizeof(*d->heap));
	}
	p->due_us = at_us;
	move_up(d, d->count++, p);
}

struct load_part *due_first(const struct due *d)
{
	return d->count ? d->heap[0] : NULL;
}
