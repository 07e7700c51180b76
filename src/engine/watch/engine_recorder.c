/*
 * engine_recorder.c - a thread that keeps what a status said: every ten seconds, or seldomer, so that it takes at most one percent of a core
 * and a day fits into recorder.bytes. After a start the figures of the day before come back from it. The request `past` reads one status.
 *
 * The thread waits for the disk and for nothing else; nobody waits for it, and a stop only for a moment.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/changes.h"
#include "core/clock.h"
#include "core/logline.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/base/worker.h"
#include "engine/engine_parts.h"
#include "engine/recorder/recording.h"

enum {
	EVERY_MS = 10000,
	AGAIN_MS = 60000, /* after a failure */
	STOP_MS = 200,
	PERCENT_OF_CORE = 1,
};

struct recorder {
	struct engine *e;
	struct worker worker;
	bool failing;
	int64_t bytes_a_frame; /* smoothed */
	pthread_mutex_t lock;
	struct recording *recording; /* under lock; NULL: not opened yet, or it cannot be */
};

/* ---- what is kept ---- */

/* Of very many tables, partitions and scripts those that a person would look for. */
static const struct status_wish kept = { .tables = 500, .partitions = 1000, .scripts = 500 };

static int record(struct recorder *r, struct err *err)
{
	struct status s;
	struct buf doc;
	float figures[SERIES_COUNT];
	uint64_t before = recording_bytes(r->recording);
	int rc;

	status_init(&s);
	engine_status_look(r->e, &s);
	pthread_mutex_lock(&r->e->lock);
	figures_newest(r->e->figures, figures);
	pthread_mutex_unlock(&r->e->lock);
	status_cut(&s, &kept);
	buf_init(&doc, RECORDING_DOC_MAX);
	status_to_json(&s, &doc);
	rc = doc.failed ? err_set(err, ERR_DATA, 0, "recorder: the status is longer than %d bytes", RECORDING_DOC_MAX)
			: recording_add(r->recording, s.wall_us / 1000000, figures, doc.data, doc.len, err);
	status_done(&s);
	buf_done(&doc);
	if (rc == 0 && recording_bytes(r->recording) > before)
		r->bytes_a_frame += ((int64_t)(recording_bytes(r->recording) - before) - r->bytes_a_frame) / 8;
	return rc;
}

/* ---- the thread ---- */

static void restore_one(void *arg, int64_t wall_s, const float *figures)
{
	figures_restore(arg, wall_s, figures);
}

/* What had changed before the start: the newest frame has it. */
static void restore_changes(struct recording *recording)
{
	struct status s;
	struct buf doc;
	struct err err;

	err_clear(&err);
	status_init(&s);
	buf_init(&doc, RECORDING_DOC_MAX);
	if (recording_frames(recording) &&
			recording_read(recording, clock_wall_us() / 1000000, RECORDING_AT, &doc, &err) == 0 &&
			status_from_json(&s, doc.data, doc.len, &err) == 0)
		for (size_t i = 0; i < s.nchanges; i++)
			changes_restore(&s.changes[i]);
	if (err.kind != ERR_NONE)
		logline(LOG_WARNING, "recorder", "what had changed before the start is not known: %s", err.msg);
	buf_done(&doc);
	status_done(&s);
}

static void open_it(struct recorder *r, struct err *err)
{
	char *dir = xasprintf("%s/recorder", r->e->settings->state_dir);
	char names[SERIES_COUNT * 32] = "";
	struct recording *recording;

	for (int i = 0; i < SERIES_COUNT; i++) {
		strcat(names, series_name((enum series_id)i));
		strcat(names, "\n");
	}
	recording = recording_open(dir, names, (uint64_t)r->e->settings->recorder_bytes, err);
	free(dir);
	if (recording == NULL)
		return;
	pthread_mutex_lock(&r->e->lock);
	recording_each(recording, restore_one, r->e->figures);
	pthread_mutex_unlock(&r->e->lock);
	restore_changes(recording);
	pthread_mutex_lock(&r->lock);
	r->recording = recording;
	pthread_mutex_unlock(&r->lock);
}

/* When the next frame is due: so that what one costs stays within what all may cost. */
static int pause_ms(const struct recorder *r, int64_t spent_ns)
{
	int64_t cpu_ms = spent_ns * (100 / PERCENT_OF_CORE) / 1000000;
	int64_t room_ms = r->bytes_a_frame * RECORDING_KEEP_S * 1000 / r->e->settings->recorder_bytes * 10 / 9;
	int64_t ms = cpu_ms > room_ms ? cpu_ms : room_ms;

	return ms < EVERY_MS ? EVERY_MS : ms > 3600000 ? 3600000 : (int)ms;
}

static int turn(struct recorder *r)
{
	int64_t began = clock_thread_ns();
	struct err err;

	err_clear(&err);
	if (r->recording == NULL)
		open_it(r, &err);
	if (r->recording && record(r, &err) == 0) {
		r->failing = false;
		return pause_ms(r, clock_thread_ns() - began);
	}
	if (!r->failing)
		logline(LOG_WARNING, "recorder", "%s; it is tried again once a minute", err.msg);
	r->failing = true;
	return AGAIN_MS;
}

static void recorder_run(void *arg)
{
	struct recorder *r = arg;

	while (worker_wait(&r->worker, turn(r)))
		;
}

struct recorder *recorder_new(struct engine *e)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->e = e;
	pthread_mutex_init(&r->lock, NULL);
	worker_init(&r->worker);
	return r;
}

int recorder_start(struct recorder *r, struct err *err)
{
	return r->e->settings->recorder_bytes ? worker_start(&r->worker, recorder_run, r, err) : 0;
}

void recorder_stop(struct recorder *r)
{
	worker_stop(&r->worker, STOP_MS);
}

bool recorder_free(struct recorder *r)
{
	if (!worker_done(&r->worker))
		return false;
	recording_close(r->recording);
	pthread_mutex_destroy(&r->lock);
	free(r);
	return true;
}

/* ---- the request ---- */

int recorder_print(struct recorder *r, const char *at, const char *step, engine_emit *emit, void *arg, struct err *err)
{
	enum recording_step to = step == NULL	      ? RECORDING_AT
			: strcmp(step, "before") == 0 ? RECORDING_BEFORE
						      : RECORDING_AFTER;
	struct recording *recording;
	struct buf doc;
	int64_t ms;
	int rc;

	if (!num_parse_moment_ms(at, clock_wall_us() / 1000, &ms))
		return err_set(err, ERR_CONFIG, 0,
				"past: at: expected a time (UTC: 2026-01-31 23:59, 23:59, or how long ago: 90m), found '%.40s'",
				at);
	pthread_mutex_lock(&r->lock);
	recording = r->recording;
	pthread_mutex_unlock(&r->lock);
	if (recording == NULL)
		return err_set(err, ERR_CONFIG, 0, "past: nothing is recorded%s",
				r->e->settings->recorder_bytes ? " yet" : ": recorder.bytes is 0");
	buf_init(&doc, RECORDING_DOC_MAX);
	rc = recording_read(recording, ms / 1000, to, &doc, err);
	if (rc == 0)
		emit(arg, doc.data, doc.len);
	buf_done(&doc);
	return rc;
}
