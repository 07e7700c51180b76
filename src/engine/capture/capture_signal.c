/*
 * capture_signal.c - Debezium's signal topic: messages that order snapshots, handed on to the source. A thread of its
 * own, because the source waits for MySQL and not for the log.
 *
 * Each signal is taken once. How far the topic is read lies in the source's position: the offset goes to the source
 * with the signal, and comes back from the log with the position whose rows it has brought about. So no group's offset
 * is needed, and a crash between the two loses or doubles nothing. The first start begins at the topic's end: what was
 * ordered before that was ordered from somebody else.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

enum { POLL_MS = 200, POLL_BYTES = 1 << 20, SIGNAL_PARTITION = 0 };

struct capture_signals {
	struct capture *c;
	char *topic;
	int64_t next; /* offset; -1: not known yet */
	struct log_reader *reader;
	struct batch *batch;
	struct log_assigned_list assigned;
	pthread_t thread;
	bool started;
};

static bool is_over(struct capture_signals *s)
{
	return half_stopping(&s->c->half) || queue_closed(s->c->to_format);
}

static bool has_channel(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->signal_channels.count; i++)
		if (strcmp(s->signal_channels.items[i], name) == 0)
			return true;
	return false;
}

static void send(struct capture_signals *s, const char *text, size_t len)
{
	char mark[24];

	mark[num_i64(mark, s->next)] = '\0';
	source_signal(s->c->source, text, len, mark);
}

/* ---- where to begin ---- */

static int topic_end(struct capture_signals *s, int64_t *end, struct err *err)
{
	struct log_topics topics;

	*end = 0;
	if (log_topics(s->c->sh->log, &topics, err))
		return -1;
	for (size_t i = 0; i < topics.count; i++)
		for (unsigned k = 0; strcmp(topics.items[i].name, s->topic) == 0 && k < topics.items[i].npartitions;
				k++)
			if (topics.items[i].partitions[k].id == SIGNAL_PARTITION)
				*end = topics.items[i].partitions[k].high;
	log_topics_free(&topics);
	return 0;
}

static int find_start(struct capture_signals *s, struct err *err)
{
	int64_t end;

	if (log_topic_ensure(s->c->sh->log, s->topic, LOG_TOPIC_OTHER, err) || topic_end(s, &end, err))
		return -1;
	if (s->next >= 0 && s->next <= end)
		return 0;
	if (s->next > end)
		logline(LOG_WARNING, "capture",
				"signal topic %s ends at offset %" PRId64 ", before %" PRId64
				": it was created again, and is read from its end",
				s->topic, end, s->next);
	s->next = end;
	send(s, NULL, 0);
	return 0;
}

static int begin(struct capture_signals *s, struct err *err)
{
	struct conf_list topics = { .items = &s->topic, .count = 1 };
	char group[96];

	snprintf(group, sizeof(group), "%s-signal", s->c->sh->settings->name);
	if (find_start(s, err))
		return -1;
	s->reader = log_reader_open(s->c->sh->log, group, &topics, err);
	return s->reader ? 0 : -1;
}

/* ---- reading ---- */

static int seek(struct capture_signals *s, struct err *err)
{
	if (log_reader_assigned(s->reader, &s->assigned, err))
		return -1;
	for (size_t i = 0; i < s->assigned.count; i++) {
		const struct log_assigned *a = &s->assigned.items[i];

		if (log_reader_seek(s->reader, a->topic, a->partition, a->partition == SIGNAL_PARTITION ? s->next : 0,
				    err))
			return -1;
	}
	return 0;
}

/* A message whose key is not our prefix is for another connector that shares the topic. */
static void take(struct capture_signals *s, const struct batch *b)
{
	const char *prefix = s->c->sh->settings->format.topic_prefix;

	for (size_t i = 0; b->partition == SIGNAL_PARTITION && i < b->nrecords; i++) {
		const struct record *r = &b->records[i];

		if (r->offset < s->next)
			continue;
		s->next = r->offset + 1;
		if (r->value && r->key && r->key_len == strlen(prefix) && memcmp(r->key, prefix, r->key_len) == 0)
			send(s, r->value, r->value_len);
	}
}

static int turn(struct capture_signals *s, struct err *err)
{
	enum log_read read;

	if (s->reader == NULL && begin(s, err))
		return -1;
	batch_reset(s->batch);
	read = log_reader_poll(s->reader, s->batch, POLL_BYTES, POLL_MS, err);
	if (read == LOG_READ_BATCH)
		take(s, s->batch);
	else if (read == LOG_READ_CHANGED)
		return seek(s, err);
	return read == LOG_READ_FAILED ? -1 : 0;
}

static void *signal_thread(void *arg)
{
	struct capture_signals *s = arg;
	struct backoff backoff;
	struct err err;

	backoff_init(&backoff, 500, 10000);
	while (!is_over(s)) {
		err_clear(&err);
		if (turn(s, &err) == 0) {
			backoff_reset(&backoff);
			continue;
		}
		logline(LOG_WARNING, "capture", "signal topic %s: %s", s->topic, err.msg);
		if (s->reader)
			log_reader_close(s->reader);
		s->reader = NULL;
		for (int64_t until = clock_mono_us() + backoff_next(&backoff) * 1000;
				!is_over(s) && clock_mono_us() < until;)
			half_wait(&s->c->half, POLL_MS);
	}
	if (s->reader)
		log_reader_close(s->reader);
	return NULL;
}

/* ---- a session's ---- */

static void signals_free(struct capture_signals *s)
{
	batch_free(s->batch);
	free(s->assigned.items);
	free(s->topic);
	free(s);
}

struct capture_signals *capture_signals_start(struct capture *c)
{
	struct capture_signals *s;
	char *mark;
	int rc;

	if (!has_channel(c->sh->settings, "kafka"))
		return NULL;
	s = xcalloc(1, sizeof(*s));
	mark = source_mark(c->source);
	s->c = c;
	s->topic = xstrdup(c->sh->settings->signal_topic);
	s->batch = batch_new();
	if (mark == NULL || !num_parse_i64(mark, strlen(mark), &s->next))
		s->next = -1;
	free(mark);
	rc = pthread_create(&s->thread, NULL, signal_thread, s);
	s->started = rc == 0;
	if (rc)
		logline(LOG_ERROR, "capture", "signal topic %s is not read: no thread: %s", s->topic, strerror(rc));
	return s;
}

void capture_signals_end(struct capture_signals *s)
{
	if (s == NULL)
		return;
	if (s->started)
		pthread_join(s->thread, NULL);
	signals_free(s);
}
