/* test_worker.c - the thread that works in turns: it is woken, waits, ends at a stop, and is left alone when a call does not come back. */
#include "tests/tap.h"

#include <semaphore.h>

#include "engine/base/worker.h"

struct job {
	struct worker worker;
	sem_t turned, free; /* a turn begins; it may end */
	int wait_ms;
};

static void run(void *arg)
{
	struct job *j = arg;

	do {
		sem_post(&j->turned);
		sem_wait(&j->free);
	} while (worker_wait(&j->worker, j->wait_ms));
}

static void begin(struct job *j, int wait_ms)
{
	struct err err;

	worker_init(&j->worker);
	sem_init(&j->turned, 0, 0);
	sem_init(&j->free, 0, 0);
	j->wait_ms = wait_ms;
	is_int(worker_start(&j->worker, run, j, &err), 0, "started");
	sem_wait(&j->turned);
}

int main(void)
{
	enum { HOUR_MS = 3600000 };
	struct job j;

	worker_init(&j.worker);
	worker_stop(&j.worker, 0);
	ok(worker_done(&j.worker), "one that was never started is done with");

	begin(&j, HOUR_MS);
	worker_wake(&j.worker); /* while it works: the next turn follows at once */
	sem_post(&j.free);
	sem_wait(&j.turned);
	ok(true, "woken: another turn");
	sem_post(&j.free);
	worker_wake(&j.worker);
	sem_wait(&j.turned);
	ok(!worker_stops(&j.worker), "and no end");
	worker_tell(&j.worker);
	ok(worker_stops(&j.worker), "told that it is to end");
	sem_post(&j.free);
	worker_stop(&j.worker, HOUR_MS);
	is_int(sem_trywait(&j.turned), -1, "no turn after a stop");
	ok(worker_done(&j.worker), "ended and joined");

	begin(&j, 1);
	sem_post(&j.free);
	sem_wait(&j.turned);
	ok(true, "its time is over: another turn");
	worker_stop(&j.worker, 1);
	ok(!worker_done(&j.worker), "what does not come back is left alone");
	sem_post(&j.free);
	worker_stop(&j.worker, HOUR_MS);
	ok(worker_done(&j.worker), "until it has");
	return tap_done();
}
