/*
 * feed.c - two threads and a mailbox. The status is never copied twice: the thread fills its own struct and swaps it
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

#include "console/request_line.h"
#include "core/clock.h"
#include "core/xalloc.h"

#define PERIOD_MS 1000
#define ANSWER_MAX (1 << 20)
#define LEAVE_S 2

struct feed {
	struct engine_link *link;
	const struct engine_session *session;
	int fd;
	pthread_t watcher, asker;
	_Atomic bool cancelled;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool stopping, fresh, hurry;
	struct status mailbox;
	char trouble[512];
	bool asking, answered;
	struct request_line ask;
	struct buf answer;
	char why[512];
	/* the watcher's own */
	struct status work;
};

static void feed_wake(struct feed *f)
{
	uint64_t one = 1;

	if (write(f->fd, &one, sizeof(one)) < 0)
		return;		/* EAGAIN: it is readable already */
}

static void *feed_watch(void *arg)
{
	struct feed *f = arg;

	pthread_mutex_lock(&f->lock);
	while (!f->stopping) {
		struct timespec until = clock_deadline(PERIOD_MS);
		struct err err;
		int result;

		f->hurry = false;
		pthread_mutex_unlock(&f->lock);
		err_clear(&err);
		result = f->link->status(f->link->self, &f->work, &err);
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
	return NULL;
}

static int feed_emit(void *arg, const char *line, size_t len)
{
	struct feed *f = arg;

	if (atomic_load(&f->cancelled))
		return 1;
	pthread_mutex_lock(&f->lock);
	buf_put(&f->answer, line, len);
	buf_putc(&f->answer, '\n');
	pthread_mutex_unlock(&f->lock);
	feed_wake(f);
	return 0;
}

static void *feed_work(void *arg)
{
	struct feed *f = arg;

	pthread_mutex_lock(&f->lock);
	while (!f->stopping) {
		struct err err;
		int result;

		if (!f->asking || f->answered) {
			pthread_cond_wait(&f->changed, &f->lock);
			continue;
		}
		pthread_mutex_unlock(&f->lock);
		err_clear(&err);
		f->ask.request.session = f->session;
		result = f->link->request(f->link->self, &f->ask.request, feed_emit, f, &err);
		pthread_mutex_lock(&f->lock);
		snprintf(f->why, sizeof(f->why), "%s", result && !atomic_load(&f->cancelled) ? err.msg : "");
		f->answered = true;
		f->hurry = true;	/* what was asked for shows at once */
		pthread_cond_broadcast(&f->changed);
		feed_wake(f);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

struct feed *feed_start(struct engine_link *link, const struct engine_session *session)
{
	struct feed *f = xcalloc(1, sizeof(*f));
	pthread_condattr_t attr;
	static const int signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH };
	sigset_t outside, before;

	f->link = link;
	f->session = session;
	f->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	status_init(&f->mailbox);
	status_init(&f->work);
	buf_init(&f->answer, ANSWER_MAX);
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->changed, &attr);
	pthread_condattr_destroy(&attr);
	sigemptyset(&outside);	/* for the thread that has the terminal; a crash is for the one that crashes */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&outside, signals[i]);
	pthread_sigmask(SIG_BLOCK, &outside, &before);
	pthread_create(&f->watcher, NULL, feed_watch, f);
	pthread_create(&f->asker, NULL, feed_work, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return f;
}

static bool thread_ends(pthread_t thread)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);		/* the only clock that pthread_timedjoin_np() takes */
	until.tv_sec += LEAVE_S;
	return pthread_timedjoin_np(thread, NULL, &until) == 0;
}

void feed_stop(struct feed *f)
{
	bool watcher, asker;

	if (f == NULL)
		return;
	atomic_store(&f->cancelled, true);
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	watcher = thread_ends(f->watcher);
	asker = thread_ends(f->asker);
	if (!watcher || !asker)
		return;
	close(f->fd);
	status_done(&f->mailbox);
	status_done(&f->work);
	buf_done(&f->answer);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

int feed_fd(const struct feed *f)
{
	return f->fd;
}

void feed_clear(struct feed *f)
{
	uint64_t count;

	if (read(f->fd, &count, sizeof(count)) < 0)
		return;		/* EAGAIN: nothing was there */
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

int feed_ask(struct feed *f, const char *line, struct err *err)
{
	struct request_line parsed;
	int result = 0;

	if (request_line_parse(&parsed, line, engine_request_docs(), err))
		return -1;
	pthread_mutex_lock(&f->lock);
	if (f->asking) {
		result = err_set(err, ERR_RETRY, 0, "the request before is still running; Esc ends it");
	} else {
		request_line_parse(&f->ask, line, engine_request_docs(), err);	/* again: it points into itself */
		f->asking = true;
		f->answered = false;
		atomic_store(&f->cancelled, false);
		pthread_cond_broadcast(&f->changed);
	}
	pthread_mutex_unlock(&f->lock);
	return result;
}

void feed_cancel(struct feed *f)
{
	atomic_store(&f->cancelled, true);
}

bool feed_answer(struct feed *f, struct buf *out, char *why)
{
	bool done;

	pthread_mutex_lock(&f->lock);
	if (f->answer.len)
		buf_put(out, f->answer.data, f->answer.len);
	buf_reset(&f->answer);
	done = f->asking && f->answered;
	if (done) {
		f->asking = false;
		memcpy(why, f->why, sizeof(f->why));
	}
	pthread_mutex_unlock(&f->lock);
	return done;
}
