/*
 * feed.c - a thread for the status with its mailbox, and one for each request that runs. The status is never copied twice: the thread fills its own struct and swaps it
 * into the mailbox, the console swaps it out. Hard is leaving: a request may hang in a socket, so a stop waits for a
 * moment and then lets its thread go, with the memory that it still uses.
 */
#include "console/feed.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "console/keys/request_line.h"
#include "core/clock.h"
#include "core/xalloc.h"

#define PERIOD_MS 1000
#define ANSWER_WAITS \
	(1 << 20)    /* bytes that nobody has taken yet: the request waits. One line more is taken, however long */
#define LEAVE_MS 500 /* for all threads together */

struct job {
	struct feed *feed;
	pthread_t thread;
	struct request_line ask;
	_Atomic bool cancelled;
	/* under the feed's lock */
	bool used, ended;
	struct buf answer;
	char why[512];
};

struct feed {
	struct engine_link link; /* a copy: a request may outlive whoever asked for the console */
	const struct engine_session *session;
	int fd;
	pthread_t watcher;
	struct job jobs[FEED_JOBS];
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool stopping, fresh, hurry, looks; /* looks: wish says how much of it; else all */
	struct status_wish wish;
	struct status mailbox;
	char trouble[512];
	/* the watcher's own */
	struct status work;
};

static void feed_wake(struct feed *f)
{
	uint64_t one = 1;

	if (write(f->fd, &one, sizeof(one)) < 0)
		return; /* EAGAIN: it is readable already */
}

static void *feed_watch(void *arg)
{
	struct feed *f = arg;
	struct status_wish wish;
	bool looks;

	pthread_mutex_lock(&f->lock);
	while (!f->stopping) {
		struct timespec until = clock_deadline(PERIOD_MS);
		struct err err;
		int result;

		f->hurry = false;
		looks = f->looks;
		wish = f->wish;
		pthread_mutex_unlock(&f->lock);
		err_clear(&err);
		if (f->link.attend && f->session)
			f->link.attend(f->link.self, f->session);
		result = looks && f->link.status_of ? f->link.status_of(f->link.self, &wish, &f->work, &err)
						    : f->link.status(f->link.self, &f->work, &err);
		pthread_mutex_lock(&f->lock);
		memcpy(f->trouble, err.msg, sizeof(f->trouble));
		if (result == 0) {
			struct status swapped = f->mailbox;

			f->mailbox = f->work;
			f->work = swapped;
			f->trouble[0] = '\0';
		}
		f->fresh = true;
		feed_wake(f);
		while (!f->stopping && !f->hurry && pthread_cond_timedwait(&f->changed, &f->lock, &until) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&f->lock);
	if (f->link.attend)
		f->link.attend(f->link.self, NULL);
	return NULL;
}

static int job_emit(void *arg, const char *line, size_t len)
{
	struct job *job = arg;

	if (atomic_load(&job->cancelled))
		return 1;
	if (len == 0)
		return 0;
	pthread_mutex_lock(&job->feed->lock);
	while (job->answer.len > ANSWER_WAITS && !atomic_load(&job->cancelled) && !job->feed->stopping)
		pthread_cond_wait(&job->feed->changed, &job->feed->lock);
	buf_put(&job->answer, line, len);
	buf_putc(&job->answer, '\n');
	pthread_mutex_unlock(&job->feed->lock);
	feed_wake(job->feed);
	return 0;
}

static void *job_run(void *arg)
{
	struct job *job = arg;
	struct feed *f = job->feed;
	struct err err;
	int result;

	err_clear(&err);
	job->ask.request.session = f->session;
	result = f->link.request(f->link.self, &job->ask.request, job_emit, job, &err);
	pthread_mutex_lock(&f->lock);
	snprintf(job->why, sizeof(job->why), "%s", result && !atomic_load(&job->cancelled) ? err.msg : "");
	job->ended = true;
	f->hurry = true; /* what was asked for shows at once */
	pthread_cond_broadcast(&f->changed);
	feed_wake(f);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* The thread that has the terminal takes the signals; a crash is for the one that crashes. */
static int thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH };
	sigset_t outside, before;
	int rc;

	sigemptyset(&outside);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&outside, signals[i]);
	pthread_sigmask(SIG_BLOCK, &outside, &before);
	rc = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

struct feed *feed_start(struct engine_link *link, const struct engine_session *session)
{
	struct feed *f = xcalloc(1, sizeof(*f));

	f->link = *link;
	f->session = session;
	f->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	status_init(&f->mailbox);
	status_init(&f->work);
	for (int i = 0; i < FEED_JOBS; i++) {
		f->jobs[i].feed = f;
		buf_init(&f->jobs[i].answer, FEED_ANSWER_MAX);
	}
	pthread_mutex_init(&f->lock, NULL);
	clock_cond_init(&f->changed);
	thread_start(&f->watcher, feed_watch, f);
	return f;
}

static bool thread_ends(pthread_t thread, int64_t until_us)
{
	int64_t left_us = until_us - clock_mono_us();
	struct timespec until; /* pthread_timedjoin_np() takes no other clock */
	int64_t wall_us = clock_wall_us() + (left_us > 0 ? left_us : 0);

	until = (struct timespec){ .tv_sec = wall_us / 1000000, .tv_nsec = wall_us % 1000000 * 1000 };
	return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

bool feed_stop(struct feed *f)
{
	int64_t until_us = clock_mono_us() + LEAVE_MS * 1000;
	bool all;

	if (f == NULL)
		return true;
	for (int i = 0; i < FEED_JOBS; i++)
		atomic_store(&f->jobs[i].cancelled, true);
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	all = thread_ends(f->watcher, until_us);
	for (int i = 0; i < FEED_JOBS; i++)
		if (f->jobs[i].used)
			all &= thread_ends(f->jobs[i].thread, until_us);
	if (!all)
		return false;
	close(f->fd);
	status_done(&f->mailbox);
	status_done(&f->work);
	for (int i = 0; i < FEED_JOBS; i++)
		buf_done(&f->jobs[i].answer);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
	return true;
}

void feed_look(struct feed *f, const struct status_wish *wish)
{
	pthread_mutex_lock(&f->lock);
	if (!f->looks || memcmp(&f->wish, wish, sizeof(*wish)) != 0) {
		f->hurry = true;
		pthread_cond_broadcast(&f->changed);
	}
	f->looks = true;
	f->wish = *wish;
	pthread_mutex_unlock(&f->lock);
}

int feed_fd(const struct feed *f)
{
	return f->fd;
}

void feed_clear(struct feed *f)
{
	uint64_t count;

	if (read(f->fd, &count, sizeof(count)) < 0)
		return; /* EAGAIN: nothing was there */
}

bool feed_status(struct feed *f, struct status *mine, char *trouble)
{
	bool fresh;

	pthread_mutex_lock(&f->lock);
	fresh = f->fresh;
	f->fresh = false;
	memcpy(trouble, f->trouble, sizeof(f->trouble));
	if (fresh && trouble[0] == '\0') {
		struct status swapped = f->mailbox;

		f->mailbox = *mine;
		*mine = swapped;
	}
	pthread_mutex_unlock(&f->lock);
	return fresh;
}

static int free_job(struct feed *f)
{
	for (int i = 0; i < FEED_JOBS; i++)
		if (!f->jobs[i].used)
			return i;
	return -1;
}

int feed_ask(struct feed *f, const char *line, struct err *err)
{
	int i = free_job(f), rc;
	struct job *job = &f->jobs[i < 0 ? 0 : i];

	if (i < 0)
		return err_set(err, ERR_RETRY, 0, "%d requests run already; close one with Esc first", FEED_JOBS);
	if (request_line_parse(&job->ask, line, engine_request_docs(), err))
		return -1;
	atomic_store(&job->cancelled, false);
	job->ended = false;
	rc = thread_start(&job->thread, job_run, job);
	if (rc)
		return err_set(err, ERR_RETRY, rc, "no thread for the request: %s", strerror(rc));
	job->used = true;
	return i + 1;
}

void feed_cancel(struct feed *f, int job)
{
	pthread_mutex_lock(&f->lock);
	atomic_store(&f->jobs[job - 1].cancelled, true);
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
}

bool feed_answer(struct feed *f, int number, struct buf *out, char *why)
{
	struct job *job = &f->jobs[number - 1];
	bool done;

	pthread_mutex_lock(&f->lock);
	if (job->answer.len)
		buf_put(out, job->answer.data, job->answer.len);
	buf_reset(&job->answer);
	pthread_cond_broadcast(&f->changed);
	done = job->ended;
	if (done)
		memcpy(why, job->why, sizeof(job->why));
	pthread_mutex_unlock(&f->lock);
	if (done) {
		pthread_join(job->thread, NULL);
		job->used = false;
	}
	return done;
}
