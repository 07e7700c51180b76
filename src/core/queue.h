/*
 * queue.h - bounded hand-over of pointers between threads, closable from either side.
 *
 * Closing is how an end or a failure travels: it wakes every waiter. A closed queue refuses new items; what is already
 * in it can still be popped (drain). queue_abort() also refuses to give out what is left: the owner empties it with
 * queue_drain(). @thread any for all calls.
 */
#ifndef CORE_QUEUE_H
#define CORE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;

struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q);	     /* must be empty */
int queue_push(struct queue *q, void *item); /* waits for room; -1 if closed: the item is still the caller's */
int queue_push_wait(struct queue *q, void *item, int timeout_ms); /* 1 when the time is over */
void *queue_pop(struct queue *q);				  /* waits; NULL when closed and empty (or aborted) */
void *queue_pop_wait(struct queue *q, int timeout_ms); /* NULL also when the time is over: ask queue_closed() */
void *queue_try_pop(struct queue *q);
void queue_close(struct queue *q);
void queue_abort(struct queue *q);
void *queue_drain(struct queue *q); /* after close or abort: one item or NULL */
bool queue_closed(const struct queue *q);
size_t queue_length(const struct queue *q); /* a snapshot */
double queue_mean(struct queue *q);	    /* length over the time since the last call, for status */
size_t queue_capacity(const struct queue *q);

#endif
