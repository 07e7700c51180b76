/*
 * engine.c - both halves from a configuration, and the end of both. The order matters: the state directory is locked
 * before anything else, then the log is opened, the halves next, the housekeeper last; the stop goes the other way, capture before load,
 * so that what was captured is still loaded within the drain time.
 */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "config.h"
#include "core/changes.h"
#include "core/clock.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/base/sessions.h"
#include "engine/control/script_watch.h"
#include "engine/engine_parts.h"
#include "engine/scripts/script_store.h"

static void *housekeeper(void *arg)
{
	struct engine *e = arg;
	int64_t last = clock_mono_us();
	unsigned tick = 0;

	pthread_mutex_lock(&e->lock);
	while (!e->stopping) {
		struct timespec until = clock_deadline(1000);
		int64_t now;

		pthread_cond_timedwait(&e->tick, &e->lock, &until);
		if (e->stopping)
			break;
		now = clock_mono_us();
		pthread_mutex_unlock(&e->lock);
		engine_house_tick(e, (double)(now - last) / 1e6, tick++);
		endpoint_watch_tick(e->endpoints);
		atomic_fetch_add(&e->ticks, 1);
		shared_wake(&e->shared);
		pthread_mutex_lock(&e->lock);
		last = now;
	}
	e->housekeeper_ended = true;
	pthread_cond_broadcast(&e->tick);
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

static int start_threads(struct engine *e, struct err *err)
{
	int rc;

	if (e->role != ROLE_LOAD) {
		e->capture = capture_new(&e->shared);
		if (half_start(capture_half(e->capture), err))
			return -1;
	}
	if (e->role != ROLE_CAPTURE) {
		e->load = load_new(&e->shared);
		if (half_start(load_half(e->load), err))
			return -1;
	}
	if (verifier_start(e->verifier, err) || recorder_start(e->recorder, err) ||
			routine_watch_start(e->routines, err) || handover_start(e->handover, err) ||
			script_watch_start(e->script_watch, err) || endpoint_watch_start(e->endpoints, err))
		return -1;
	rc = pthread_create(&e->housekeeper, NULL, housekeeper, e);
	if (rc)
		return err_set(err, ERR_FATAL, rc, "engine: no thread: %s", strerror(rc));
	e->housekeeper_started = true;
	return 0;
}

/* A log that cannot be opened now, because the disk is full, is opened by the halves, as they open everything else. */
static int open_log(struct engine *e, struct err *err)
{
	if (shared_log_open(&e->shared, err) == 0)
		return 0;
	if (err->kind != ERR_RETRY && err->kind != ERR_UNREACHABLE)
		return -1;
	err_clear(err);
	return 0;
}

struct engine *engine_start(const struct settings *settings, enum engine_role role, struct err *err)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->settings = (struct settings *)settings;
	e->role = role;
	e->settings->mysql.loads = role != ROLE_CAPTURE;
	e->settings->log.keeps_for = role != ROLE_CAPTURE ? settings->load.group
							  : NULL; /* the same string; load.group owns it */
	e->started_us = clock_mono_us();
	e->rules.disk_free = UINT64_MAX;
	engine_limits_begin(e);
	e->figures = figures_new();
	e->complete = engine_complete_new();
	lock_init(&e->lock);
	lock_init(&e->reload_lock);
	clock_cond_init(&e->tick);
	for (int i = 0; i < STAGE_COUNT; i++)
		meter_init(&e->stages[i]);
	e->shared = (struct shared){
		.settings = settings,
		.live = settings,
		.stages = e->stages,
		.tables = table_meters_new(),
		.taps = taps_new(),
		.problems = problems_new(),
		.loads = role != ROLE_CAPTURE,
		.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
	};
	lock_init(&e->shared.log_lock);
	e->verifier = verifier_new(e);
	e->dead = dead_ledger_new();
	e->recorder = recorder_new(e);
	e->routines = routine_watch_new(&e->shared);
	e->endpoints = endpoint_watch_new(e);
	e->handover = handover_new(e);
	e->script_watch = script_watch_new(e);
	e->sessions = sessions_new();
	e->here = -1;
	e->lock_fd = engine_check_settings(settings, role, err) ? -1 : state_dir_take(settings->state_dir, err);
	if (e->lock_fd >= 0 && role != ROLE_CAPTURE)
		e->settings->scripts = script_store_open(settings->state_dir, true);
	if (e->lock_fd < 0 || open_log(e, err) || start_threads(e, err)) {
		engine_stop(e, 0);
		engine_free(e);
		return NULL;
	}
	changes_keep(CHANGED_PROCESS, "engine", "millrace %s started", PACKAGE_VERSION);
	return e;
}

/*
 * A call to a server that does not answer is left to the end of the process, like the rows that wait for it: the next start
 * goes on where the log and the stored offsets stand.
 */
enum {
	STILL_MS = 400,	      /* a half in which nothing moves for so long is not waited for */
	STILL_AGAIN_MS = 100, /* nor is a second one for long */
	HOUSEKEEPER_MS = 100, /* it may ask the same system */
	HOUSEKEEPER_AGAIN_MS = 20
};

static void stop_housekeeper(struct engine *e, int wait_ms)
{
	struct timespec until = clock_deadline(wait_ms);

	pthread_mutex_lock(&e->lock);
	e->stopping = true;
	pthread_cond_broadcast(&e->tick);
	while (e->housekeeper_started && !e->housekeeper_ended &&
			pthread_cond_timedwait(&e->tick, &e->lock, &until) == 0)
		;
	pthread_mutex_unlock(&e->lock);
	if (!e->housekeeper_ended)
		return;
	pthread_join(e->housekeeper, NULL);
	e->housekeeper_started = false;
}

void engine_dismiss(struct engine *e)
{
	sessions_stop(e->sessions);
	if (e->capture)
		half_dismiss(capture_half(e->capture));
	if (e->load)
		half_dismiss(load_half(e->load));
}

int engine_drain_ms(struct engine *e)
{
	const struct settings *live = atomic_load(&e->shared.live);

	return (int)live->drain_timeout_ms;
}

int engine_stop(struct engine *e, int drain_ms)
{
	int64_t until_us = clock_mono_us() + (drain_ms + 1000) * 1000LL;
	bool captured = true, loaded = true;

	e->draining = true;
	sessions_stop(e->sessions);
	taps_stop(e->shared.taps);
	verifier_stop(e->verifier);
	routine_watch_stop(e->routines);
	endpoint_watch_stop(e->endpoints);
	handover_stop(e->handover);
	script_watch_stop(e->script_watch);
	if (e->capture)
		captured = capture_stop(e->capture, until_us, STILL_MS);
	if (e->load)
		loaded = load_stop(e->load, until_us, captured ? STILL_MS : STILL_AGAIN_MS);
	recorder_stop(e->recorder);
	stop_housekeeper(e, captured && loaded ? HOUSEKEEPER_MS : HOUSEKEEPER_AGAIN_MS);
	return captured && loaded ? 0 : 1;
}

/* Threads that did not come back in time still use it: then it is left to the end of the process. */
bool engine_free(struct engine *e)
{
	if (e->housekeeper_started || (e->capture && capture_half(e->capture)->started) ||
			(e->load && load_half(e->load)->started) || !verifier_free(e->verifier) ||
			!recorder_free(e->recorder) || !routine_watch_free(e->routines) ||
			!handover_free(e->handover) || !script_watch_free(e->script_watch) ||
			!endpoint_watch_free(e->endpoints))
		return false;
	capture_free(e->capture);
	load_free(e->load);
	log_close(shared_log(&e->shared, NULL));
	table_meters_free(e->shared.tables);
	taps_free(e->shared.taps);
	problems_free(e->shared.problems);
	figures_free(e->figures);
	script_store_close(e->settings->scripts);
	e->settings->scripts = NULL;
	engine_complete_free(e->complete);
	dead_ledger_free(e->dead);
	sessions_free(e->sessions);
	close(e->shared.wake_fd);
	pthread_mutex_destroy(&e->shared.log_lock);
	if (e->lock_fd >= 0)
		close(e->lock_fd);
	free(e->partitions);
	engine_reloads_free(e);
	pthread_mutex_destroy(&e->lock);
	pthread_mutex_destroy(&e->reload_lock);
	pthread_cond_destroy(&e->tick);
	free(e);
	return true;
}

int engine_wake_fd(struct engine *e)
{
	return e->shared.wake_fd;
}

bool engine_has_come_up(struct engine *e)
{
	return (e->capture == NULL || half_has_worked(capture_half(e->capture))) &&
			(e->load == NULL || half_has_worked(load_half(e->load)));
}

uint64_t engine_ticks(struct engine *e)
{
	return atomic_load(&e->ticks);
}

bool engine_ended(struct engine *e, struct err *err)
{
	bool capture, load;

	err_clear(err);
	capture = e->capture == NULL || half_is_over(capture_half(e->capture), err);
	load = e->load == NULL || half_is_over(load_half(e->load), err);
	return capture && load;
}

static int local_status(void *self, struct status *out, struct err *err)
{
	(void)err;
	return engine_status_copy(self, NULL, out);
}

static int local_status_of(void *self, const struct status_wish *wish, struct status *out, struct err *err)
{
	(void)err;
	return engine_status_copy(self, wish, out);
}

static int local_request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	return engine_request_run(self, r, emit, arg, err);
}

/* @thread the one of the console */
static void local_attend(void *self, const struct engine_session *session)
{
	struct engine *e = self;
	struct err err;

	err_clear(&err);
	if (session && e->here < 0)
		e->here = sessions_come(e->sessions, session, &err);
	else if (session == NULL && e->here >= 0) {
		sessions_go(e->sessions, e->here);
		e->here = -1;
	}
}

void engine_link_local(struct engine *e, struct engine_link *out)
{
	*out = (struct engine_link){
		.self = e,
		.status = local_status,
		.status_of = local_status_of,
		.request = local_request,
		.attend = local_attend,
		.where = "in this process",
	};
}
