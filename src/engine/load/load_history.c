/*
 * load_history.c - the schema history for the script thread, read by a thread of its own: a table whose rows nobody can
 * read yet waits for it, and the others do not. It reads once when the session begins, and again each time somebody asks,
 * always from where it stopped.
 *
 * What was read lies here, every version of every table in the order of the log, until the script thread takes it. A read
 * that began after a row was read from the log has all that came before that row: both were one transaction, or the
 * history's came first.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

struct version {
	struct schema *schema; /* a reference */
	int64_t since_us;
};

struct load_history {
	struct load *l;
	pthread_t thread;
	bool started;
	struct history *history; /* its thread's */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under lock */
	bool stop;
	uint64_t asked, begun, done; /* reads, by number: a read serves those who asked before it began */
	int64_t complete_us;	     /* monotonic: begin of the last read that came to the end */
	struct version *fresh;
	size_t nfresh, cap_fresh;
	struct err err; /* of the last read */
	bool missing;	/* the log has no such topic */
};

/* @thread its own, inside a read */
static void take_version(void *arg, struct schema *schema, int64_t commit_us)
{
	struct load_history *h = arg;

	pthread_mutex_lock(&h->lock);
	xgrow(h->fresh, h->nfresh, h->cap_fresh, 64);
	h->fresh[h->nfresh++] = (struct version){ .schema = schema_ref(schema), .since_us = commit_us };
	pthread_mutex_unlock(&h->lock);
}

static void read_once(struct load_history *h)
{
	const char *topic = h->l->sh->settings->format.history_topic;
	int64_t begin_us = clock_mono_us();
	bool exists = true;
	struct err err, of_topics;

	err_clear(&err);
	err_clear(&of_topics);
	if (history_read(h->history, h->l->sh->log, topic, NULL, &err) &&
			shared_topic_exists(h->l->sh, topic, &exists, &of_topics))
		exists = true; /* nobody knows */
	pthread_mutex_lock(&h->lock);
	h->done = h->begun;
	h->missing = !exists;
	h->err = err;
	if (err.kind == ERR_NONE || !exists)
		h->complete_us = begin_us;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

static void *history_thread(void *arg)
{
	struct load_history *h = arg;

	pthread_mutex_lock(&h->lock);
	while (!h->stop) {
		if (h->asked == h->begun) {
			pthread_cond_wait(&h->changed, &h->lock);
			continue;
		}
		h->begun = h->asked;
		pthread_mutex_unlock(&h->lock);
		read_once(h);
		pthread_mutex_lock(&h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

struct load_history *load_history_open(struct load *l, struct err *err)
{
	struct load_history *h = xcalloc(1, sizeof(*h));
	int rc;

	h->l = l;
	h->asked = 1;
	h->history = history_new();
	history_each_version(h->history, take_version, h);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->changed, NULL);
	rc = pthread_create(&h->thread, NULL, history_thread, h);
	h->started = rc == 0;
	if (rc == 0)
		return h;
	err_set(err, ERR_FATAL, rc, "load: no thread: %s", strerror(rc));
	load_history_close(h);
	return NULL;
}

void load_history_close(struct load_history *h)
{
	if (h == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	if (h->started)
		pthread_join(h->thread, NULL);
	for (size_t i = 0; i < h->nfresh; i++)
		schema_unref(h->fresh[i].schema);
	free(h->fresh);
	history_free(h->history);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->changed);
	free(h);
}

uint64_t load_history_ask(struct load_history *h)
{
	uint64_t number;

	pthread_mutex_lock(&h->lock);
	if (h->asked == h->begun)
		h->asked++;
	number = h->asked;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	return number;
}

int64_t load_history_complete(struct load_history *h)
{
	int64_t us;

	pthread_mutex_lock(&h->lock);
	us = h->complete_us;
	pthread_mutex_unlock(&h->lock);
	return us;
}

bool load_history_take(struct load_history *h, struct format_decoder *d, uint64_t number, bool *missing,
		struct err *err)
{
	bool done;

	pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->nfresh; i++) {
		format_decoder_know(d, h->fresh[i].schema, h->fresh[i].since_us);
		schema_unref(h->fresh[i].schema);
	}
	h->nfresh = 0;
	done = h->done >= number;
	*missing = h->missing;
	*err = h->err;
	pthread_mutex_unlock(&h->lock);
	return done;
}
