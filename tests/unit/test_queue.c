/* Hand-over between threads: nothing lost, nothing twice, in order, and every end wakes every waiter. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/queue.h"
#include "tests/tap.h"

#define ITEMS 20000
#define PRODUCERS 3
#define CONSUMERS 3

static char seen[PRODUCERS * ITEMS];

struct worker {
	pthread_t thread;
	struct queue *q;
	int id, result;
	long count;
	_Atomic int tid; /* of a worker that is about to wait */
};

/* Returns when the worker sleeps in the kernel: only then does an end have somebody to wake. */
static void await_sleep(struct worker *w)
{
	char path[64], state = 0;

	while (atomic_load(&w->tid) == 0)
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", atomic_load(&w->tid));
	while (state != 'S') {
		FILE *f = fopen(path, "r");

		if (f == NULL || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 'S'; /* it is gone already */
		if (f)
			fclose(f);
		sched_yield();
	}
}

static void *produce(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < ITEMS && w->result == 0; i++)
		w->result = queue_push(w->q, &seen[w->id * ITEMS + i]);
	return NULL;
}

static void *consume(void *arg)
{
	struct worker *w = arg;
	char *item, *last[PRODUCERS] = { NULL };

	while ((item = queue_pop(w->q))) {
		int from = (int)((item - seen) / ITEMS);

		if (last[from] && item <= last[from])
			w->result = -1; /* one producer's items come in order */
		last[from] = item;
		(*item)++;
		w->count++;
	}
	return NULL;
}

static void start(struct worker *w, struct queue *q, int id, void *(*run)(void *))
{
	*w = (struct worker){ .q = q, .id = id };
	pthread_create(&w->thread, NULL, run, w);
}

static void test_many(void)
{
	struct queue *q = queue_new(7);
	struct worker in[PRODUCERS], out[CONSUMERS];
	int once = 1;
	long total = 0;

	for (int i = 0; i < CONSUMERS; i++)
		start(&out[i], q, i, consume);
	for (int i = 0; i < PRODUCERS; i++)
		start(&in[i], q, i, produce);
	for (int i = 0; i < PRODUCERS; i++)
		pthread_join(in[i].thread, NULL);
	queue_close(q);
	for (int i = 0; i < CONSUMERS; i++) {
		pthread_join(out[i].thread, NULL);
		total += out[i].count;
		ok(out[i].result == 0, "consumer %d saw each producer's items in order", i);
	}
	for (int i = 0; i < PRODUCERS * ITEMS; i++)
		once &= seen[i] == 1;
	is_int(total, PRODUCERS * ITEMS, "all items arrived");
	ok(once, "each item once");
	queue_free(q);
}

static void *push_one(void *arg)
{
	struct worker *w = arg;

	atomic_store(&w->tid, gettid());
	w->result = queue_push(w->q, w);
	return NULL;
}

static void *pop_one(void *arg)
{
	struct worker *w = arg;

	atomic_store(&w->tid, gettid());
	w->result = queue_pop(w->q) == NULL;
	return NULL;
}

static void test_wakes(void (*end)(struct queue *), const char *how)
{
	struct queue *full = queue_new(1), *empty = queue_new(1);
	struct worker push, pop[2];
	int item;

	queue_push(full, &item);
	start(&push, full, 0, push_one);
	start(&pop[0], empty, 0, pop_one);
	start(&pop[1], empty, 1, pop_one);
	await_sleep(&push);
	await_sleep(&pop[0]);
	await_sleep(&pop[1]);
	end(full);
	end(empty);
	pthread_join(push.thread, NULL);
	pthread_join(pop[0].thread, NULL);
	pthread_join(pop[1].thread, NULL);
	is_int(push.result, -1, "%s wakes a waiting push, the item stays the caller's", how);
	ok(pop[0].result && pop[1].result, "%s wakes every waiting pop", how);
	ok(queue_drain(full) == &item && queue_drain(full) == NULL, "%s: the rest can be drained", how);
	queue_free(full);
	queue_free(empty);
}

int main(void)
{
	struct queue *q = queue_new(2);
	int a, b, c;

	is_int(queue_capacity(q), 2, "capacity");
	ok(queue_try_pop(q) == NULL, "nothing to pop");
	ok(queue_pop_wait(q, 1) == NULL && !queue_closed(q), "popping runs out of time");
	queue_push(q, &a);
	queue_push(q, &b);
	is_int(queue_push_wait(q, &c, 1), 1, "pushing runs out of time");
	is_int(queue_length(q), 2, "length");
	queue_mean(q);
	ok(queue_mean(q) == 2, "the mean of a length that stays is that length");
	ok(queue_try_pop(q) == &a, "first in, first out");
	is_int(queue_push_wait(q, &c, 1000), 0, "room again");
	queue_close(q);
	ok(queue_closed(q), "closed");
	is_int(queue_push(q, &a), -1, "a closed queue refuses");
	ok(queue_pop(q) == &b, "what is in it can be popped");
	queue_abort(q);
	ok(queue_pop(q) == NULL && queue_try_pop(q) == NULL, "an aborted queue gives nothing out");
	ok(queue_drain(q) == &c, "except to be drained");
	queue_close(q);
	ok(queue_pop_wait(q, 0) == NULL, "closing does not undo an abort");
	queue_free(q);
	queue_free(NULL);

	test_wakes(queue_close, "close");
	test_wakes(queue_abort, "abort");
	test_many();
	return tap_done();
}
