/* verify_job.c - one comparison: when it has to end, how long it rests, and what ends its calls to a server. */
#include "core/clock.h"
#include "core/must.h"
#include "engine/verify/verify_parts.h"

enum { ASK_US = 200000, NAP_US = 100000 };

/* Under lock: what waits for a server ends soon. */
void verify_cancel(struct verifier *v)
{
	must_hold(&v->lock);
	for (int i = 0; i < VERIFY_SLOTS; i++) {
		struct verify_table *t = v->slots[i].table;

		if (t && t->sink)
			sink_cancel(t->sink);
		if (t && t->source)
			source_reader_cancel(t->source);
	}
}

void verify_watch(struct verify_job *job, struct verify_table *t)
{
	struct verifier *v = job->e->verifier;

	pthread_mutex_lock(&v->lock);
	v->slots[job->slot].table = t;
	if (atomic_load(&v->stopping))
		verify_cancel(v);
	pthread_mutex_unlock(&v->lock);
}

bool verify_gone(struct verify_job *job)
{
	int64_t now = clock_mono_us();

	if (job->emit && !job->gone && now - job->asked_us >= ASK_US) {
		job->asked_us = now;
		job->gone = job->emit(job->arg, "", 0) != 0;
	}
	return job->gone || atomic_load(&job->e->verifier->stopping) ||
			(job->slot == VERIFY_LOOP && !atomic_load(&job->e->verifier->on));
}

void verify_sleep(struct verify_job *job, int64_t us)
{
	int64_t until_us = clock_mono_us() + us, left;

	while ((left = until_us - clock_mono_us()) > 0 && !verify_gone(job))
		clock_sleep_ms((int)((left < NAP_US ? left : NAP_US) + 999) / 1000);
	job->mark_us = clock_mono_us();
}

void verify_pace(struct verify_job *job)
{
	int64_t busy_us = clock_mono_us() - job->mark_us;

	if (job->rate < 100)
		verify_sleep(job, busy_us * (100 - job->rate) / job->rate);
	job->mark_us = clock_mono_us();
}
