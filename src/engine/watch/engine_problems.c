/*
 * engine_problems.c - rules over what the engine measures: each turns a state or a figure into a problem of
 * status/problems.h. They run once a second, and again whenever somebody asks for the status, so that an answer is never
 * older than the question.
 *
 * @thread the housekeeper or whoever asks for a status; those that read the housekeeper's figures take engine.lock.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "core/num/num.h"
#include "engine/engine_parts.h"

enum {
	LOAD_SLOW_MS = 5000, /* a load under way for so long is told */
	STUCK_S = 30,	     /* a stage that puts nothing out for so long while rows wait */
	LAG_SAMPLE_S = 60,
	LAG_RISES = 5,
	LAG_SERIOUS_MS = 60000,
	DISK_LOOK_S = 10,
	SNAPSHOT_MARGIN = 2, /* the binlog is kept at least so many times as long as the snapshot still takes */
};
#define DISK_LOW ((uint64_t)512 << 20) /* bytes that are free */
#define DISK_FULL ((uint64_t)16 << 20)

/* ---- halves ---- */

struct half_codes {
	enum problem_code stopped, retrying, paused, stuck;
};
static const struct half_codes capture_codes = { PROBLEM_CAPTURE_STOPPED, PROBLEM_CAPTURE_RETRYING,
	PROBLEM_CAPTURE_PAUSED, PROBLEM_CAPTURE_STUCK };
static const struct half_codes load_codes = { PROBLEM_LOAD_STOPPED, PROBLEM_LOAD_RETRYING, PROBLEM_LOAD_PAUSED,
	PROBLEM_LOAD_STUCK };

static void look_at_half(struct problems *p, struct half *h, const struct half_codes *codes)
{
	struct status_trouble trouble;
	enum half_state state;

	half_view(h, &state, &trouble);
	if (state == HALF_FAILED)
		problem_see(p, codes->stopped, h->part, "%s", trouble.error);
	else if (state == HALF_RETRYING && trouble.error[0])
		problem_see(p, codes->retrying, h->part, "%s; %u %s failed", trouble.error, trouble.tries,
				trouble.tries == 1 ? "try" : "tries");
	else if (state == HALF_PAUSED)
		problem_see(p, codes->paused, h->part, "paused on request");
}

/* What the source knows of itself and of its snapshots. */
static void look_at_source(struct problems *p, const struct status *s)
{
	const struct status_snapshot *snapshot = &s->capture.snapshot;
	const struct status_fill *fill = &s->capture.fill;

	if (s->capture.state == HALF_STUCK)
		problem_see(p, PROBLEM_CAPTURE_STUCK, "capture", "%s", s->capture.why);
	if (snapshot->running && snapshot->keeps_ms >= 0 && snapshot->left_ms > 0 &&
			snapshot->left_ms * SNAPSHOT_MARGIN > snapshot->keeps_ms)
		problem_see(p, PROBLEM_SNAPSHOT_LATE, "capture",
				"the snapshot needs %" PRId64 " s more, and MySQL keeps its binlog for %" PRId64 " s",
				snapshot->left_ms / 1000, snapshot->keeps_ms / 1000);
	if (fill->tables > 0 && fill->error[0])
		problem_see(p, PROBLEM_SNAPSHOT_WAITS, "capture", "%s", fill->error);
}

/* ---- tables ---- */

/* A server that refuses us needs a person; most other trouble passes. */
static enum problem_code retrying(const struct table_meter *m)
{
	return atomic_load(&m->trouble) == ERR_DENIED ? PROBLEM_TABLE_DENIED : PROBLEM_TABLE_RETRYING;
}

static void look_at_table(struct engine *e, struct table_meter *m)
{
	struct problems *p = e->shared.problems;
	int64_t since_us = atomic_load(&m->loading_us), now_us = clock_mono_us();
	int state = atomic_load(&m->state);
	char error[sizeof(m->error)];

	if (since_us && now_us - since_us >= LOAD_SLOW_MS * 1000)
		problem_see(p, PROBLEM_LOAD_SLOW, m->name, "one load has been under way for %" PRId64 " s",
				(now_us - since_us) / 1000000);

	if (atomic_load(&m->paused))
		problem_see(p, PROBLEM_TABLE_PAUSED, m->name, "paused on request");
	if (!atomic_load(&m->stopped) && state != HALF_FAILED && state != HALF_RETRYING)
		return;
	table_meter_error_get(e->shared.tables, m, error, sizeof(error));
	if (atomic_load(&m->stopped) || state == HALF_FAILED)
		problem_see(p, PROBLEM_TABLE_STOPPED, m->name, "%s", error);
	else if (atomic_load(&m->tries) > 0)
		problem_see(p, retrying(m), m->name, "%s; %u tries failed", error, atomic_load(&m->tries));
}

/* Rows of tables that nobody holds and that the load half has to load; why: what the first one says that is retried. */
static bool rows_wait(struct engine *e, char *why, size_t size)
{
	bool wait = false;

	snprintf(why, size, "it waits for the next stage or its system");
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);
		int state = atomic_load(&m->state);

		if (atomic_load(&m->lag_rows) <= 0 || atomic_load(&m->paused) || atomic_load(&m->stopped) ||
				state == HALF_FAILED || table_meter_has_job(e->shared.tables, m))
			continue;
		wait = true;
		if (state != HALF_RETRYING)
			continue;
		table_meter_error_get(e->shared.tables, m, why, size);
		break;
	}
	return wait;
}

/* ---- stages ---- */

/* The last stage of a half that still puts something out is well; the one after it is where rows wait. */
static int stuck_stage(const struct engine *e, int first, int last)
{
	for (int i = first; i <= last; i++)
		if (e->stages[i].quiet_ticks >= STUCK_S && e->stages[i].fill > 0)
			return i;
	return -1;
}

static void see_stuck(struct engine *e, const struct half_codes *codes, const char *part, int stage, const char *why)
{
	struct stage_meter *m = &e->stages[stage];

	problem_see(e->shared.problems, codes->stuck, part, "stage %s has put nothing out for %u s while rows wait: %s",
			stage_names[stage], m->quiet_ticks, m->busy >= 0.5 ? "it is busy" : why);
}

static void look_at_stages(struct engine *e)
{
	char why[sizeof(((struct table_meter *)0)->error)];
	int stage;

	if (e->capture && !half_paused(capture_half(e->capture)) &&
			(stage = stuck_stage(e, STAGE_FORMAT, STAGE_LOG)) >= 0)
		see_stuck(e, &capture_codes, "capture", stage, "it waits for the next stage or the log");
	if (e->load == NULL || half_paused(load_half(e->load)) || e->stages[STAGE_SINK].quiet_ticks < STUCK_S ||
			!rows_wait(e, why, sizeof(why)))
		return;
	stage = stuck_stage(e, STAGE_SCRIPT, STAGE_SINK);
	see_stuck(e, &load_codes, "load", stage >= 0 ? stage : STAGE_SINK, why);
}

/* ---- the log ---- */

static void look_at_partitions(struct engine *e)
{
	struct problems *p = e->shared.problems;
	char table[640];

	for (size_t i = 0; i < e->npartitions; i++) {
		const struct status_partition *part = &e->partitions[i];

		if (part->committed >= 0 && part->committed < part->low &&
				format_topic_table(&e->settings->format, part->topic, table, sizeof(table)))
			problem_see(p, PROBLEM_OFFSETS_LOST, table,
					"%s[%d] begins at offset %" PRId64 ", and the load stands at %" PRId64,
					part->topic, (int)part->id, part->low, part->committed);
	}
}

/* Told while there is time: past the limit the oldest messages go, and the tables that they are of say offsets-lost. */
static void look_at_unloaded(struct engine *e)
{
	struct log *log = atomic_load(&e->shared.log);
	uint64_t bytes = log ? log_unloaded(log) : 0;
	int64_t limit = e->settings->log.unloaded_bytes;
	char kept[32], most[32];

	if (limit < 0 || bytes <= (uint64_t)limit / 2)
		return;
	kept[num_bytes(kept, bytes)] = '\0';
	most[num_bytes(most, (uint64_t)limit)] = '\0';
	problem_see(e->shared.problems, PROBLEM_LOG_UNLOADED, "log",
			"%s are kept past their retention because the load has not read them; the limit is %s", kept,
			most);
}

/* A minute's figure says little; several that rise one after the other say that it will not catch up by itself. */
static void sample_lag(struct engine *e, unsigned tick)
{
	int64_t rows;

	if (tick % LAG_SAMPLE_S != LAG_SAMPLE_S - 1)
		return;
	rows = engine_load_lag(e).rows;
	e->rules.lag_rises = rows > e->rules.lag_rows ? e->rules.lag_rises + 1 : 0;
	e->rules.lag_rows = rows;
}

static void look_at_lag(struct engine *e)
{
	if (e->load && e->rules.lag_rises >= LAG_RISES && engine_load_lag(e).worst_ms >= LAG_SERIOUS_MS)
		problem_see(e->shared.problems, PROBLEM_LAG_GROWS, "load",
				"%" PRId64 " rows wait, more each minute for %u minutes", e->rules.lag_rows,
				e->rules.lag_rises);
}

/* ---- the disk ---- */

static void sample_disk(struct engine *e, unsigned tick)
{
	struct statvfs fs;

	if (tick % DISK_LOOK_S == 0)
		e->rules.disk_free = statvfs(e->settings->state_dir, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize
									       : UINT64_MAX;
}

static void look_at_disk(struct engine *e)
{
	uint64_t left = e->rules.disk_free;
	char bytes[32];

	if (left >= DISK_LOW)
		return;
	bytes[num_bytes(bytes, left)] = '\0';
	problem_see(e->shared.problems, left < DISK_FULL ? PROBLEM_DISK_FULL : PROBLEM_DISK_LOW, e->settings->state_dir,
			"%s are free", bytes);
}

/* ---- files ---- */

/* Removed under us, or another one put in its place. */
static bool state_dir_is_gone(const struct engine *e)
{
	char *path = xasprintf("%s/lock", e->settings->state_dir);
	struct stat ours, there;
	bool gone = e->lock_fd >= 0 && fstat(e->lock_fd, &ours) == 0 &&
			(stat(path, &there) ? errno == ENOENT || errno == ENOTDIR
					    : ours.st_ino != there.st_ino || ours.st_dev != there.st_dev);

	free(path);
	return gone;
}

static void look_at_files(struct engine *e)
{
	const struct settings *s = atomic_load(&e->shared.live);
	const char *path;

	if (state_dir_is_gone(e))
		problem_see(e->shared.problems, PROBLEM_STATE_DIR_GONE, e->settings->state_dir,
				"the state directory was removed or replaced while this process runs");
	for (size_t i = 0; (path = settings_exposed(s, &i)) != NULL;)
		problem_see(e->shared.problems, PROBLEM_SECRET_READABLE, path,
				"a password stands in it, and every user can read it");
}

/* ---- all of them ---- */

void engine_rules_sample(struct engine *e, unsigned tick)
{
	sample_lag(e, tick);
	sample_disk(e, tick);
	engine_limits_sample(e, tick);
}

/* Of a table that this process loads by itself, what became of a job is of no interest. */
static bool has_own_loader(struct engine *e, const char *table)
{
	struct table_meter *m = table_meter_find(e->shared.tables, table);

	return m && e->load && atomic_load(&e->shared.loaders_known) && !table_meter_has_job(e->shared.tables, m);
}

/* Jobs of others, on other topics, are theirs. */
static void look_at_routines(struct engine *e, const struct status *s)
{
	for (size_t i = 0; i < s->nroutines; i++) {
		const struct status_routine *r = &s->routines[i];
		bool paused = strcmp(r->state, "PAUSED") == 0;

		if (r->table[0] == '\0' || (!paused && strcmp(r->state, "CANCELLED") != 0) ||
				(!paused && has_own_loader(e, r->table)))
			continue;
		problem_see(e->shared.problems, paused ? PROBLEM_ROUTINE_PAUSED : PROBLEM_ROUTINE_CANCELLED, r->name,
				"loads %s into %s: code %" PRId64 ", %s. %s", r->topic, r->target, r->code,
				r->reason[0] ? r->reason : "no reason", r->remedy);
	}
}

/* What the housekeeper measures. */
static void look_at_figures(struct engine *e)
{
	pthread_mutex_lock(&e->lock);
	look_at_stages(e);
	look_at_partitions(e);
	look_at_unloaded(e);
	look_at_lag(e);
	look_at_disk(e);
	look_at_files(e);
	pthread_mutex_unlock(&e->lock);
}

void engine_rules_look(struct engine *e, const struct status *s)
{
	int64_t begun_us = clock_mono_us();

	if (e->capture) {
		look_at_half(e->shared.problems, capture_half(e->capture), &capture_codes);
		look_at_source(e->shared.problems, s);
	}
	if (e->load)
		look_at_half(e->shared.problems, load_half(e->load), &load_codes);
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++)
		look_at_table(e, table_meter_at(e->shared.tables, i));
	look_at_routines(e, s);
	look_at_figures(e);
	engine_dead_problems(e);
	problems_sweep(e->shared.problems, begun_us);
}
