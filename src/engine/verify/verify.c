/*
 * verify.c - who asked for what to be compared, and what is known of each table since. A run belongs to the thread that asks;
 * there is one at a time, because each costs MySQL and the target a scan. Beside it all tables may be compared in turn, for
 * ever, by a thread of our own (verify_loop.c) that is busy for a small part of the time only.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/num/num.h"
#include "core/conf/pattern.h"
#include "core/xalloc.h"
#include "engine/verify/verify_parts.h"

enum { LIMIT = 1000 };

struct verifier *verifier_new(struct engine *e)
{
	struct verifier *v = xcalloc(1, sizeof(*v));

	v->e = e;
	lock_init(&v->lock);
	clock_cond_init(&v->changed);
	return v;
}

static bool running(const struct verifier *v)
{
	bool any = false;

	for (int i = 0; i < VERIFY_SLOTS; i++)
		any |= v->slots[i].running;
	return any;
}

/* A connection that is being opened has a time limit of its own, which is longer than a stop may take. */
void verifier_stop(struct verifier *v)
{
	struct timespec until = clock_deadline(1000);

	atomic_store(&v->stopping, true);
	pthread_mutex_lock(&v->lock);
	verify_cancel(v);
	pthread_cond_broadcast(&v->changed);
	while (running(v) && pthread_cond_timedwait(&v->changed, &v->lock, &until) == 0)
		;
	pthread_mutex_unlock(&v->lock);
}

bool verifier_free(struct verifier *v)
{
	bool busy;

	if (v == NULL)
		return true;
	pthread_mutex_lock(&v->lock);
	busy = running(v);
	pthread_mutex_unlock(&v->lock);
	if (busy)
		return false;
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->changed);
	free(v);
	return true;
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
		verify_run(job, names[i]);
	}
	if (rc == 0 && count == 0)
		rc = err_set(err, ERR_CONFIG, 0,
				"verify: expected a table that is captured, found none: see the lists of [mysql], such as table.include.list");
	else if (rc == 0 && found == 0 && !verify_gone(job))
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

int verify_begin(struct verifier *v, enum verify_slot slot, const char *what, const char *who, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&v->lock);
	if (atomic_load(&v->stopping))
		rc = err_set(err, ERR_RETRY, 0, "%s: the process is stopping", what);
	else if (v->slots[slot].running)
		rc = err_set(err, ERR_RETRY, 0, "%s: another one is running, of %.90s; retry when it has finished",
				what, v->who[slot]);
	if (rc == 0) {
		v->slots[slot].running = true;
		snprintf(v->who[slot], sizeof(v->who[slot]), "%s", who);
	}
	pthread_mutex_unlock(&v->lock);
	return rc;
}

void verify_end(struct verifier *v, enum verify_slot slot)
{
	pthread_mutex_lock(&v->lock);
	v->slots[slot].running = false;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
}

int verifier_request(struct verifier *v, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	const char *who = r->session && r->session->who[0] ? r->session->who : "unknown",
		   *limit = engine_request_arg(r, "limit");
	const char *continuous = engine_request_arg(r, "continuous");
	struct verify_job job = {
		.e = v->e,
		.emit = emit,
		.arg = arg,
		.slot = VERIFY_ASKED,
		.limit = LIMIT,
		.rate = 100,
	};
	int64_t n;
	int rc;

	if (v->e->capture == NULL || v->e->load == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"verify: this process runs one half only, and cannot know what is on its way; run it with --role all");
	job.repair = engine_request_arg(r, "repair") != NULL;
	job.truncate = engine_request_arg(r, "truncate") != NULL;
	if (limit && num_parse_i64(limit, strlen(limit), &n))
		job.limit = n > 0 ? (uint64_t)n : UINT64_MAX / 2;
	if (continuous)
		return verify_loop_switch(v, strcmp(continuous, "on") == 0, who, err);
	if (verify_begin(v, VERIFY_ASKED, "verify", who, err))
		return -1;
	logline(LOG_NOTICE, "verify", "%s is compared on request of %s",
			engine_request_arg(r, "tables") ? engine_request_arg(r, "tables") : "every table", who);
	row_mask_init(&job.mask, atomic_load(&v->e->shared.live));
	rc = run_tables(&job, engine_request_arg(r, "tables"), err);
	row_mask_done(&job.mask);
	verify_end(v, VERIFY_ASKED);
	return rc;
}
