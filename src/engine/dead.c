/*
 * dead.c - dead letters: messages that could not be loaded, kept in the log with the reason, so that nobody has to
 * choose between losing a row and stopping its table. (Those of capture, which could not be written: capture_dead.c.)
 *
 * Key: where the message came from, so that a letter written twice after a crash is still one letter. Value: the
 * message as it was. Headers say why.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/intern.h"
#include "core/num.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

struct dead_writer {
	struct shared *sh;
	struct log_writer *writer;
	struct batch *batch;
	const char *topic;
	int worker;
	bool ensured;
};

const char *dead_topic(const struct settings *s)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.dead", s->name);
	return intern(name);
}

struct dead_writer *dead_writer_open(struct shared *sh, int worker, struct err *err)
{
	struct dead_writer *w = xcalloc(1, sizeof(*w));

	(void)err;
	w->sh = sh;
	w->worker = worker;
	w->batch = batch_new();
	w->topic = dead_topic(sh->settings);
	return w;
}

void dead_writer_close(struct dead_writer *w)
{
	if (w->writer)
		log_writer_close(w->writer);
	batch_free(w->batch);
	free(w);
}

static void header(struct batch *b, struct record *r, const char *name, const char *value)
{
	struct record_header *h = &r->headers[r->nheaders++];

	h->name = intern(name);
	h->len = (uint32_t)strlen(value);
	h->value = arena_dup(&b->arena, value, h->len);
}

static struct record *add_letter(struct batch *b, const char *topic, char *key, const struct change *change,
		const char *reason, const char *stage)
{
	struct record *r = batch_add_record(b);

	r->topic = topic;
	r->partition = 0;
	r->key = key;
	r->key_len = key ? (uint32_t)strlen(key) : 0;
	r->headers = arena_alloc(&b->arena, (3 + DEAD_HEADERS) * sizeof(*r->headers));
	header(b, r, "millrace.reason", reason);
	header(b, r, "millrace.stage", stage ? stage : "sink");
	if (change && change->schema)
		header(b, r, "millrace.table",
				arena_printf(&b->arena, "%s.%s", change->schema->db, change->schema->table));
	return r;
}

struct record *dead_letter_add(struct batch *b, const char *topic, char *key, const struct change *change)
{
	return add_letter(b, topic, key, change, change->dead, change->dead_at);
}

int dead_write(struct dead_writer *w, const struct record *origin, const struct change *change, const char *reason,
		const char *stage, struct err *err)
{
	struct batch *b = w->batch;
	char *key = arena_printf(&b->arena, "{\"topic\":\"%s\",\"partition\":%d,\"offset\":%lld}", origin->topic,
			(int)origin->partition, (long long)origin->offset);
	struct record *r = add_letter(b, w->topic, key, change, reason, stage);
	char number[24];

	(void)err;
	r->value = origin->value ? arena_dup(&b->arena, origin->value, origin->value_len) : NULL;
	r->value_len = origin->value_len;
	header(b, r, "millrace.topic", origin->topic);
	number[num_i64(number, origin->partition)] = '\0';
	header(b, r, "millrace.partition", number);
	number[num_i64(number, origin->offset)] = '\0';
	header(b, r, "millrace.offset", number);
	return 0;
}

void dead_drop(struct dead_writer *w)
{
	batch_reset(w->batch);
}

/* The writer is opened at the first letter: most runs never have one, and ids are only fenced when they are used. */
int dead_flush(struct dead_writer *w, struct err *err)
{
	char id[128];

	/* Processes that share the group must not fence each other. */
	snprintf(id, sizeof(id), "%s-dead-%ld-%d", w->sh->settings->name, (long)getpid(), w->worker);
	if (w->writer == NULL && (w->writer = log_writer_open(w->sh->log, id, err)) == NULL)
		return -1;
	if (!w->ensured && log_topic_ensure(w->sh->log, w->topic, LOG_TOPIC_DEAD, err))
		return -1;
	w->ensured = true;
	if (log_writer_append(w->writer, w->batch, err) || log_writer_commit(w->writer, err)) {
		log_writer_close(w->writer);
		w->writer = NULL;
		return -1;
	}
	batch_reset(w->batch);
	return 0;
}
