/*
 * queue.c - a ring under one mutex with two conditions. Items are batches, thousands a second at most, so a lock costs
 * nothing; what counts is that close and abort wake everybody and that nothing is lost or handed out twice.
 */
#include "core/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/must.h"
#include "core/xalloc.h"

enum queue_state { QUEUE_OPEN, QUEUE_CLOSED, QUEUE_ABORTED };

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t room, items;
	/* under lock */
	enum queue_state state;
	size_t head, length;
	int64_t counted_us; /* monotonic; up to here `area` is */
	uint64_t area;	    /* length by microseconds, since the last queue_mean() */
	int64_t mean_since_us;
	/* constant */
	size_t capacity;
	void *ring[];
};

static void queue_count(struct queue *q)
{
	int64_t now_us = clock_mono_us();

	q->area += q->length * (uint64_t)(now_us - q->counted_us);
	q->counted_us = now_us;
}

static void *queue_take(struct queue *q)
{
	void *item = q->ring[q->head];

	queue_count(q);
	q->head = (q->head + 1) % q->capacity;
	q->length--;
	pthread_cond_signal(&q->room);
	return item;
}

/* Waits once; false when the time is over. until NULL: no limit. */
static bool queue_wait(struct queue *q, pthread_cond_t *cond, const struct timespec *until)
{
	if (until == NULL)
		return pthread_cond_wait(cond, &q->lock) == 0;
	return pthread_cond_timedwait(cond, &q->lock, until) != ETIMEDOUT;
}

static int queue_push_until(struct queue *q, void *item, const struct timespec *until)
{
	int result = 0;

	pthread_mutex_lock(&q->lock);
	while (q->state == QUEUE_OPEN && q->length == q->capacity && result == 0)
		if (!queue_wait(q, &q->room, until))
			result = 1;
	if (q->state != QUEUE_OPEN) {
		result = -1;
	} else if (q->length < q->capacity) {
		queue_count(q);
		q->ring[(q->head + q->length++) % q->capacity] = item;
		pthread_cond_signal(&q->items);
		result = 0;
	}
	pthread_mutex_unlock(&q->lock);
	return result;
}

static void *queue_pop_until(struct queue *q, const struct timespec *until)
{
	void *item = NULL;
	bool waiting = true;

	pthread_mutex_lock(&q->lock);
	while (q->state == QUEUE_OPEN && q->length == 0 && waiting)
		waiting = queue_wait(q, &q->items, until);
	if (q->state != QUEUE_ABORTED && q->length > 0)
		item = queue_take(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

static void queue_end(struct queue *q, enum queue_state state)
{
	pthread_mutex_lock(&q->lock);
	if (q->state < state)
		q->state = state;
	pthread_cond_broadcast(&q->room);
	pthread_cond_broadcast(&q->items);
	pthread_mutex_unlock(&q->lock);
}

struct queue *queue_new(size_t capacity)
{
	struct queue *q = xcalloc(1, sizeof(*q) + (capacity ? capacity : 1) * sizeof(q->ring[0]));

	q->capacity = capacity ? capacity : 1;
	q->counted_us = q->mean_since_us = clock_mono_us();
	pthread_mutex_init(&q->lock, NULL);
	clock_cond_init(&q->room);
	clock_cond_init(&q->items);
	return q;
}

void queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	must(q->length == 0);
	pthread_cond_destroy(&q->room);
	pthread_cond_destroy(&q->items);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

int queue_push(struct queue *q, void *item)
{
	return queue_push_until(q, item, NULL);
}

int queue_push_wait(struct queue *q, void *item, int timeout_ms)
{
	struct timespec until = clock_deadline(timeout_ms);

	return queue_push_until(q, item, &until);
}

void *queue_pop(struct queue *q)
{
	return queue_pop_until(q, NULL);
}

void *queue_pop_wait(struct queue *q, int timeout_ms)
{
	struct timespec until = clock_deadline(timeout_ms);

	return queue_pop_until(q, &until);
}

void *queue_try_pop(struct queue *q)
{
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	if (q->state != QUEUE_ABORTED && q->length > 0)
		item = queue_take(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

void queue_close(struct queue *q)
{
	queue_end(q, QUEUE_CLOSED);
}

void queue_abort(struct queue *q)
{
	queue_end(q, QUEUE_ABORTED);
}

void *queue_drain(struct queue *q)
{
	void *item = NULL;

	pthread_mutex_lock(&q->lock);
	must(q->state != QUEUE_OPEN);
	if (q->length > 0)
		item = queue_take(q);
	pthread_mutex_unlock(&q->lock);
	return item;
}

bool queue_closed(const struct queue *q)
{
	struct queue *open = (struct queue *)q; /* the lock is not part of what const promises */
	bool closed;

	pthread_mutex_lock(&open->lock);
	closed = q->state != QUEUE_OPEN;
	pthread_mutex_unlock(&open->lock);
	return closed;
}

size_t queue_length(const struct queue *q)
{
	struct queue *open = (struct queue *)q;
	size_t length;

	pthread_mutex_lock(&open->lock);
	length = q->length;
	pthread_mutex_unlock(&open->lock);
	return length;
}

size_t queue_capacity(const struct queue *q)
{
	return q->capacity;
}

double queue_mean(struct queue *q)
{
	double mean;

	pthread_mutex_lock(&q->lock);
	queue_count(q);
	mean = (double)q->length;
	if (q->counted_us > q->mean_since_us)
		mean = (double)q->area / (double)(q->counted_us - q->mean_since_us);
	q->area = 0;
	q->mean_since_us = q->counted_us;
	pthread_mutex_unlock(&q->lock);
	return mean;
}
