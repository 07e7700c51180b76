/* double_spare.c - keeps the largest few of the buffers that are given back, up to a limit each. */
#include <string.h>

#include "store/double_spare.h"

#define KEEP_MAX (128 << 20)

void spares_init(struct spares *s)
{
	memset(s, 0, sizeof(*s));
	pthread_mutex_init(&s->lock, NULL);
}

void spare_take(struct spares *s, struct buf *b, size_t max)
{
	struct buf *largest = &s->items[0];

	buf_init(b, max);
	pthread_mutex_lock(&s->lock);
	for (int i = 1; i < SPARES; i++)
		if (s->items[i].cap > largest->cap)
			largest = &s->items[i];
	if (largest->cap > 0) {
		largest->max = b->max;
		*b = *largest;
		*largest = (struct buf){ 0 };
	}
	pthread_mutex_unlock(&s->lock);
}

void spare_give(struct spares *s, struct buf *b)
{
	struct buf *smallest = &s->items[0], old = *b;

	buf_reset(&old);
	buf_init(b, old.max);
	pthread_mutex_lock(&s->lock);
	for (int i = 1; i < SPARES; i++)
		if (s->items[i].cap < smallest->cap)
			smallest = &s->items[i];
	if (old.cap > smallest->cap && old.cap <= KEEP_MAX) {
		struct buf out = *smallest;

		*smallest = old;
		old = out;
	}
	pthread_mutex_unlock(&s->lock);
	buf_done(&old);
}
