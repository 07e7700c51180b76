/*
 * verify.c - who asked for what to be compared, and what is known of each table since. A run belongs to the thread that asks;
 * there is one at a time, because each costs MySQL and the target a scan.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/num.h"
#include "core/pattern.h"
#include "core/xalloc.h"
#include "engine/verify/verify_parts.h"

enum { LIMIT = 1000, ASK_US = 200000, NAP_US = 100000 };

struct verifier {
	struct engine *e;
	atomic_bool stopping;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	bool running;			/* under lock: somebody's run */
	char who[96];			/* under lock: whose */
	struct verify_table *table;	/* under lock: what it has open, to be cancelled; NULL: nothing */
};

struct verifier *verifier_new(struct engine *e)
{
	struct verifier *v = xcalloc(1, sizeof(*v));

	v->e = e;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->idle, NULL);
	return v;
}

/* Under lock: what waits for a server ends soon. */
static void cancel(struct verifier *v)
{
	if (v->table && v->table->sink)
		sink_cancel(v->table->sink);
	if (v->table && v->table->source)
		source_reader_cancel(v->table->source);
}

/* A connection that is being opened has a time limit of its own, which is longer than a stop may take. */
void verifier_stop(struct verifier *v)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	atomic_store(&v->stopping, true);
	pthread_mutex_lock(&v->lock);
	cancel(v);
	while (v->running && pthread_cond_timedwait(&v->idle, &v->lock, &until) == 0)
		;
	pthread_mutex_unlock(&v->lock);
}

bool verifier_free(struct verifier *v)
{
	bool running;

	if (v == NULL)
		return true;
	pthread_mutex_lock(&v->lock);
	running = v->running;
	pthread_mutex_unlock(&v->lock);
	if (running)
		return false;
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->idle);
	free(v);
	return true;
}

void verify_watch(struct verify_job *job, struct verify_table *t)
{
	struct verifier *v = job->e->verifier;

	pthread_mutex_lock(&v->lock);
	v->table = t;
	if (atomic_load(&v->stopping))
		cancel(v);
	pthread_mutex_unlock(&v->lock);
}

/* ---- a job ---- */

bool verify_gone(struct verify_job *job)
{
	int64_t now = clock_mono_us();

	if (job->emit && !job->gone && now - job->asked_us >= ASK_US) {
		job->asked_us = now;
		job->gone = job->emit(job->arg, "", 0) != 0;
	}
	return job->gone || atomic_load(job->stopping);
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

/* ---- one table ---- */

static const char *result_of(int rc, const struct verify_counts *c)
{
	return c->different > 0 ? "different" : rc || c->unsettled ? "not compared" : "equal";
}

static void run_table(struct verify_job *job, const char *table)
{
	int64_t begun_us = clock_mono_us();
	struct verify_counts counts = { 0 };
	struct verify_outcome o = { .table = table, .counts = &counts };
	struct err err;
	int rc;

	err_clear(&err);
	rc = verify_table_run(job, table, &counts, &err);
	if (rc == 0 && counts.unsettled > 0)
		err_set(&err, ERR_RETRY, 0, "%llu rows changed each time they were looked at", (unsigned long long)counts.unsettled);
	o.result = result_of(rc, &counts);
	o.why = err.kind == ERR_NONE ? NULL : err.msg;
	o.ms = (clock_mono_us() - begun_us) / 1000;
	verify_tell_outcome(job, &o);
	logline(counts.different ? LOG_WARNING : LOG_NOTICE, "verify", "%s is %s: %llu rows, %llu differences%s%s%s%s", table, o.result,
		(unsigned long long)counts.rows, (unsigned long long)counts.different, counts.first[0] ? "; first " : "", counts.first,
		o.why ? ": " : "", o.why ? o.why : "");
}

/* ---- which tables ---- */

static int match_tables(struct verify_job *job, const char *wanted, char **names, size_t count, struct err *err)
{
	struct conf_list list = { 0 };
	struct pattern_list patterns;
	size_t found = 0;
	int rc = 0;

	conf_list_parse(&list, wanted);
	rc = pattern_list_init(&patterns, "tables", &list, err);
	for (size_t i = 0; rc == 0 && i < count && !verify_gone(job); i++) {
		bool named = pattern_list_match(&patterns, names[i]);

		for (size_t k = 0; k < list.count; k++)
			named |= strcmp(list.items[k], names[i]) == 0;
		if (!named)
			continue;
		found++;
		run_table(job, names[i]);
	}
	if (rc == 0 && found == 0 && !verify_gone(job))
		rc = err_set(err, ERR_CONFIG, 0, "verify: no captured table matches '%.200s'", wanted);
	pattern_list_done(&patterns);
	conf_list_free(&list);
	return rc;
}

static int run_tables(struct verify_job *job, const char *wanted, struct err *err)
{
	char **names = NULL;
	size_t count = 0;
	int rc = source_table_names(capture_mysql_conf(job->e->capture), &names, &count, err);

	if (rc == 0)
		rc = match_tables(job, wanted ? wanted : ".*", names, count, err);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return rc;
}

/* ---- requests ---- */

static int begin(struct verifier *v, const char *who, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&v->lock);
	if (atomic_load(&v->stopping))
		rc = err_set(err, ERR_RETRY, 0, "verify: the process is stopping");
	else if (v->running)
		rc = err_set(err, ERR_RETRY, 0, "verify: another one is running, of %.90s; retry when it has finished", v->who);
	if (rc == 0) {
		v->running = true;
		snprintf(v->who, sizeof(v->who), "%s", who);
	}
	pthread_mutex_unlock(&v->lock);
	return rc;
}

static void end(struct verifier *v)
{
	pthread_mutex_lock(&v->lock);
	v->running = false;
	pthread_cond_broadcast(&v->idle);
	pthread_mutex_unlock(&v->lock);
}

int verifier_request(struct verifier *v, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	const char *who = r->session && r->session->who[0] ? r->session->who : "unknown", *limit = engine_request_arg(r, "limit");
	struct verify_job job = { .e = v->e, .emit = emit, .arg = arg, .stopping = &v->stopping, .limit = LIMIT, .rate = 100 };
	int64_t n;
	int rc;

	if (v->e->capture == NULL || v->e->load == NULL)
		return err_set(err, ERR_CONFIG, 0, "verify: this process runs one half only, and cannot know what is on its way; run it with --role all");
	if (limit && num_parse_i64(limit, strlen(limit), &n))
		job.limit = n > 0 ? (uint64_t)n : UINT64_MAX / 2;
	if (begin(v, who, err))
		return -1;
	logline(LOG_NOTICE, "verify", "%s is compared on request of %s", engine_request_arg(r, "tables") ? engine_request_arg(r, "tables") : "every table", who);
	row_mask_init(&job.mask, atomic_load(&v->e->shared.live));
	rc = run_tables(&job, engine_request_arg(r, "tables"), err);
	row_mask_done(&job.mask);
	end(v);
	return rc;
}
