/*
 * verify_fence.c - the load has passed a place of MySQL's binlog: first the log holds all that stands before it, then the group
 * has loaded all that the topic held at that time. What is asked second is at least as new, so nothing that MySQL had at the
 * place is still on its way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/verify/verify_parts.h"

enum { LOOK_US = 50000, SLOW_LOOK_US = 200000, STILL_US = 60000000 }; /* the last: nothing has moved for so long */

static int half_ready(struct half *h, struct err *err)
{
	struct status_trouble trouble;
	enum half_state state;

	half_view(h, &state, &trouble);
	if (state == HALF_PAUSED || state == HALF_FAILED || state == HALF_STOPPED)
		return err_set(err, ERR_CONFIG, 0,
				"%s is %s%s%.200s: rows do not reach the target; `millrace resume %s`", h->part,
				half_state_name(state), trouble.error[0] ? ": " : "", trouble.error, h->part);
	if (state == HALF_SNAPSHOT)
		return err_set(err, ERR_RETRY, 0, "the initial snapshot is running: retry when it has finished");
	return 0;
}

int verify_fence_ready(struct verify_job *job, const char *table, struct err *err)
{
	struct table_meter *m = table_meter_find(job->e->shared.tables, table);
	char why[300];

	if (half_ready(capture_half(job->e->capture), err))
		return -1;
	if (job->e->load && half_ready(load_half(job->e->load), err)) /* else another process loads */
		return -1;
	if (m == NULL)
		return 0;
	table_meter_error_get(job->e->shared.tables, m, why, sizeof(why));
	if (atomic_load(&m->paused))
		return err_set(err, ERR_CONFIG, 0, "table %s: its load is paused; `millrace resume %s`", table, table);
	if (atomic_load(&m->stopped) || atomic_load(&m->state) == HALF_FAILED)
		return err_set(err, ERR_CONFIG, 0, "table %s: it is stopped: %.200s; `millrace resume %s`", table, why,
				table);
	return 0;
}

/* ---- how far the load is ---- */

struct reach { /* of one topic */
	struct log_topics topics;
	const struct log_topic *topic; /* NULL: there is none, so nothing was ever captured */
};

static int read_ends(struct verify_table *t, struct reach *r, struct err *err)
{
	struct log *log = shared_log(&t->job->e->shared, err);

	*r = (struct reach){ 0 };
	if (log == NULL || log_topics(log, &r->topics, err))
		return -1;
	r->topic = log_topics_find(&r->topics, verify_pipe_topic(t->pipe));
	return 0;
}

/* How many messages are not loaded yet; -1: err. */
static int64_t left_of(struct verify_table *t, const struct reach *r, struct err *err)
{
	struct log *log = shared_log(&t->job->e->shared, err);
	struct log_groups groups;
	int64_t left = 0;

	if (r->topic == NULL)
		return 0;
	if (log == NULL || log_groups(log, t->job->e->settings->load.group, &groups, err))
		return -1;
	for (unsigned i = 0; i < r->topic->npartitions; i++) {
		const struct log_partition *p = &r->topic->partitions[i];
		int64_t at = log_groups_offset(&groups, r->topic->name, p->id);

		at = at < 0 ? p->low : at;
		left += at < p->high ? p->high - at : 0;
	}
	log_groups_free(&groups);
	return left;
}

/* ---- waiting ---- */

static int wait_gone(struct verify_job *job, struct err *err)
{
	return verify_gone(job) ? err_set(err, ERR_RETRY, 0, "stopped") : 0;
}

/* What the source has read beside the stream has no place of its own in the binlog: it is in the log when every batch is that
 * there was at the end of the turn that runs. */
struct drained {
	uint64_t turns, given;
	bool turned;
};

static bool is_drained(struct capture *c, struct drained *d)
{
	struct capture_reach *now = xmalloc(sizeof(*now));
	bool drained;

	capture_reach(c, now);
	if (!d->turned && now->turns > d->turns) {
		d->turned = true;
		d->given = now->given;
	}
	drained = d->turned && now->noted >= d->given;
	free(now);
	return drained;
}

static struct drained drain_begin(struct capture *c)
{
	struct capture_reach *now = xmalloc(sizeof(*now));
	struct drained d;

	capture_reach(c, now);
	d = (struct drained){ .turns = now->turns };
	free(now);
	return d;
}

static int wait_captured(struct verify_table *t, const struct position *want, struct err *err)
{
	struct capture *c = t->job->e->capture;
	int64_t since_us = clock_mono_us();
	struct drained drained = drain_begin(c);
	struct position have;
	bool there = false;
	int rc = 0;

	position_init(&have);
	for (;;) {
		uint64_t pos = have.pos;

		capture_logged(c, &have);
		there = is_drained(c, &drained) && source_position_covers(&have, want);
		if (have.pos != pos)
			since_us = clock_mono_us();
		if (there || (rc = wait_gone(t->job, err)) || (rc = verify_fence_ready(t->job, t->name, err)))
			break;
		if (clock_mono_us() - since_us > STILL_US) {
			rc = err_set(err, ERR_RETRY, 0,
					"capture is at %s, position %llu for %d s and does not come to %s, %llu, where MySQL is",
					have.file, (unsigned long long)have.pos, STILL_US / 1000000, want->file,
					(unsigned long long)want->pos);
			break;
		}
		capture_hurry(c);
		verify_sleep(t->job, LOOK_US);
	}
	position_done(&have);
	return rc;
}

static int wait_loaded(struct verify_table *t, const struct reach *r, struct err *err)
{
	int64_t since_us = clock_mono_us(), before = INT64_MAX, wait_us = LOOK_US;

	for (;;) {
		int64_t left = left_of(t, r, err);

		if (left <= 0)
			return left < 0 ? -1 : 0;
		if (left != before)
			since_us = clock_mono_us();
		before = left;
		if (wait_gone(t->job, err) || verify_fence_ready(t->job, t->name, err))
			return -1;
		if (clock_mono_us() - since_us > STILL_US)
			return err_set(err, ERR_RETRY, 0,
					"table %s: %lld messages wait, and none was loaded for %d s; `millrace status` says why",
					t->name, (long long)left, STILL_US / 1000000);
		verify_sleep(t->job, wait_us);
		wait_us = SLOW_LOOK_US;
	}
}

int verify_fence_wait(struct verify_table *t, const struct position *want, struct err *err)
{
	struct reach r;
	int rc;

	if (wait_captured(t, want, err))
		return -1;
	rc = read_ends(t, &r, err);
	if (rc == 0)
		rc = wait_loaded(t, &r, err);
	log_topics_free(&r.topics);
	return rc;
}
