/* cli_progress.c - see cli_progress.h. */
#include "cli/cli_progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { DRAW_MS = 1000 };

struct cli_progress {
	const char *what;
	pthread_t thread;
	bool drawing; /* the thread runs */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	char name[48]; /* escaped */
	size_t done, total;
	bool ended, drawn;
};

static void draw(struct cli_progress *p)
{
	fprintf(stderr, "\r\033[K%s: %s (%zu of %zu)", p->what, p->name, p->done, p->total);
	fflush(stderr);
	p->drawn = true;
}

static void *draw_on(void *arg)
{
	struct cli_progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->ended) {
		struct timespec until = clock_deadline(DRAW_MS);

		while (!p->ended && pthread_cond_timedwait(&p->changed, &p->lock, &until) == 0)
			;
		if (!p->ended && p->name[0])
			draw(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct cli_progress *cli_progress_start(const char *what)
{
	struct cli_progress *p = xcalloc(1, sizeof(*p));

	p->what = what;
	pthread_mutex_init(&p->lock, NULL);
	clock_cond_init(&p->changed);
	p->drawing = isatty(STDERR_FILENO) && pthread_create(&p->thread, NULL, draw_on, p) == 0;
	return p;
}

void cli_progress_say(void *progress, const char *name, size_t done, size_t total)
{
	struct cli_progress *p = progress;

	pthread_mutex_lock(&p->lock);
	text_escape(p->name, sizeof(p->name), name, strlen(name));
	p->done = done;
	p->total = total;
	pthread_mutex_unlock(&p->lock);
}

void cli_progress_end(struct cli_progress *p)
{
	pthread_mutex_lock(&p->lock);
	p->ended = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (p->drawing)
		pthread_join(p->thread, NULL);
	if (p->drawn)
		fputs("\r\033[K", stderr);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
