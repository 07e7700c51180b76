/* load_end.c - the end of a session that is not waited for: a failure of one thread, or a stop that drops what is left. */
#include "core/must.h"
#include "engine/load/load_parts.h"

/* Under lock: what runs ends soon, and nothing begins. */
static void load_abort_session(struct load *l)
{
	must_hold(&l->half.lock);
	if (l->to_script)
		queue_abort(l->to_script);
	if (l->sched)
		load_sched_abort(l->sched);
	for (size_t i = 0; i < l->nworkers; i++)
		load_worker_cancel(l->workers[i]);
}

void load_fail(struct load *l, const struct err *err)
{
	pthread_mutex_lock(&l->half.lock);
	if (!l->failed) {
		l->failed = true;
		l->failure = *err;
	}
	load_abort_session(l);
	pthread_mutex_unlock(&l->half.lock);
}
