/*
 * double_spare.h - large buffers that are used again. A body of 50 MB in fresh memory costs more in page faults than in
 * parsing. @thread any
 */
#ifndef DOUBLE_SPARE_H
#define DOUBLE_SPARE_H

#include <pthread.h>

#include "core/buf.h"

#define SPARES 4

struct spares {
	pthread_mutex_t lock;
	struct buf items[SPARES];
};

void spares_init(struct spares *s);
void spare_take(struct spares *s, struct buf *b, size_t max); /* instead of buf_init(); empty */
void spare_give(struct spares *s, struct buf *b);	      /* instead of buf_done() */

#endif
