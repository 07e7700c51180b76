/*
 * log_local_write.c - transactions of the embedded log. What is appended is packed into chunks in memory; a commit
 * writes all of them in one transaction of the database, so that all or nothing is SQLite's promise, and one fsync pays
 * for all. Offsets are given at the commit, because another writer may commit into the same partition before.
 *
 * Fencing: opening a writer raises the epoch of its id, under the lock that commits hold. Whoever has opened a writer
 * can be sure that no earlier one commits afterwards.
 */
#include "log/log_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/name_map.h"
#include "core/xalloc.h"

#define TRANSACTION_MAX ((size_t)1 << 30) /* packed bytes in memory */

enum {
	CHUNK_BYTES = 1 << 20, /* unpacked; a reader takes a whole one */
	CHUNK_CEILING = 0x7fffffff,
	SPARE_MAX = 4,	     /* buffers of ordinary size that are kept */
	COMPACT_AFTER = 256, /* chunks of a compacted partition */
	KEEP_EVERY_US = 10 * 1000 * 1000,
	KEEP_EVERY_BYTES = 64 << 20
};

struct sealed { /* a packed chunk that waits for the commit */
	struct local_topic *topic;
	struct local_part *part;
	void *data;
	size_t len;
	uint32_t count;
	int64_t min_ms, max_ms;
	int64_t end; /* set by the commit: the offset behind its last record */
};

struct touched { /* a partition with an open chunk in this transaction */
	struct local_topic *topic;
	struct local_part *part;
	struct chunk_builder *open;
};

struct local_target {	   /* a topic that was written to, with an open chunk for each partition */
	const char *topic; /* as the record has it: interned */
	struct local_topic *to;
	struct chunk_builder *open;
};

struct local_writer {
	struct log_writer base;
	struct local_log *log;
	char *id;
	uint64_t epoch;
	ZSTD_CCtx *zstd;
	struct name_map targets; /* by topic: struct local_target */
	struct touched *touched;
	size_t ntouched, cap_touched;
	struct sealed *sealed;
	size_t nsealed, cap_sealed;
	size_t sealed_bytes;
	struct buf spare[SPARE_MAX]; /* of sealed chunks: only those that are open have a buffer of their own */
	int nspare;
};

/* ---- fencing ---- */

static struct local_fence *fence_find(struct local_log *l, const char *id)
{
	for (size_t i = 0; i < l->nfences; i++)
		if (strcmp(l->fences[i].id, id) == 0)
			return &l->fences[i];
	l->fences = xrealloc(l->fences, (l->nfences + 1) * sizeof *l->fences);
	l->fences[l->nfences] = (struct local_fence){ .id = xstrdup(id) };
	return &l->fences[l->nfences++];
}

/* Under write_lock. */
static int check_fence(struct local_writer *w, struct err *err)
{
	if (fence_find(w->log, w->id)->epoch == w->epoch)
		return 0;
	return err_set(err, ERR_FENCED, 0,
			"embedded log: writer '%s' was replaced by a later one; this one has to "
			"stop",
			w->id);
}

/* ---- append ---- */

static struct local_target *target_for(struct local_writer *w, const char *topic, struct err *err)
{
	void **slot = name_map_at(&w->targets, topic);
	struct local_topic *to;
	struct local_target *t = *slot;

	if (t)
		return t;
	pthread_mutex_lock(&w->log->lock);
	to = local_topic_find(w->log, topic);
	pthread_mutex_unlock(&w->log->lock);
	if (!to) {
		err_set(err, ERR_CONFIG, 0, "embedded log: topic %s does not exist; create it", topic);
		return NULL;
	}
	t = xcalloc(1, sizeof *t);
	*t = (struct local_target){ .topic = topic, .to = to, .open = xcalloc((size_t)to->nparts, sizeof *t->open) };
	for (int32_t i = 0; i < to->nparts; i++)
		buf_init(&t->open[i].raw, CHUNK_CEILING);
	return *slot = t;
}

/* The buffer of a sealed chunk serves the next one. One that a large record has made large is not kept. */
static void spare_put(struct local_writer *w, struct buf *raw)
{
	if (w->nspare == SPARE_MAX || raw->cap > 2 * CHUNK_BYTES) {
		buf_done(raw);
		return;
	}
	w->spare[w->nspare++] = *raw;
	buf_init(raw, CHUNK_CEILING);
}

static int seal(struct local_writer *w, struct local_topic *t, struct local_part *p, struct chunk_builder *c,
		struct err *err)
{
	struct sealed *s;

	if (w->sealed_bytes > TRANSACTION_MAX)
		return err_set(err, ERR_FATAL, 0,
				"embedded log: the transaction of '%s' has more than %zu MB; commit "
				"more often",
				w->id, TRANSACTION_MAX >> 20);
	xgrow(w->sealed, w->nsealed, w->cap_sealed, 64);
	s = &w->sealed[w->nsealed++];
	*s = (struct sealed){ .topic = t, .part = p, .count = c->count, .min_ms = c->min_ms, .max_ms = c->max_ms };
	s->data = chunk_seal(c, w->zstd, &s->len);
	spare_put(w, &c->raw);
	w->sealed_bytes += s->len;
	c->count = 0;
	return 0;
}

/* Opens a chunk. A partition that fills several in one transaction is listed several times, which does no harm. */
static void touch(struct local_writer *w, struct local_topic *to, struct local_part *p, struct chunk_builder *c)
{
	if (c->raw.data == NULL && w->nspare)
		c->raw = w->spare[--w->nspare];
	chunk_start(c, p);
	xgrow(w->touched, w->ntouched, w->cap_touched, 64);
	w->touched[w->ntouched++] = (struct touched){ to, p, c };
}

/* As a broker does: nothing without a key into a topic that is compacted by key. */
static bool local_refuses(struct local_writer *w, const struct local_topic *to, const struct record *r)
{
	const char *policy = w->log->base.conf.cleanup_policy;
	size_t bytes = (size_t)r->key_len + r->value_len;
	enum log_refused why = LOG_NOT_REFUSED;

	if (bytes > RECORD_MAX / 10 * 9) /* the rest is for headers and what is packed with it */
		why = LOG_TOO_LARGE;
	else if (r->key == NULL && to->kind == LOG_TOPIC_ROWS && policy && strstr(policy, "compact"))
		why = LOG_NEEDS_KEY;
	if (why == LOG_NOT_REFUSED)
		return false;
	w->base.refusal = (struct log_refusal){
		.why = why,
		.keyed = r->key != NULL,
		.value = r->value,
		.bytes = bytes,
		.limit = RECORD_MAX / 10 * 9,
		.setting = "the embedded log's limit",
	};
	snprintf(w->base.refusal.topic, sizeof(w->base.refusal.topic), "%s", to->name);
	return true;
}

static int append_one(struct local_writer *w, struct local_target *t, const struct record *r, int64_t now_ms,
		struct err *err)
{
	int32_t number = log_partition_of(r, t->to->nparts);
	struct chunk_builder *c;
	struct local_part *p;

	if (number >= t->to->nparts)
		return err_set(err, ERR_CONFIG, 0, "embedded log: topic %s: partition %d was asked for, it has %d",
				t->topic, number, t->to->nparts);
	if (local_refuses(w, t->to, r))
		return err_set(err, ERR_DATA, 0, "embedded log: topic %s does not take the record", t->topic);
	c = &t->open[number];
	p = &t->to->parts[number];
	if (c->count == 0)
		touch(w, t->to, p, c);
	if (chunk_add(c, r, now_ms, err))
		return -1;
	return c->raw.len >= CHUNK_BYTES ? seal(w, t->to, p, c, err) : 0;
}

/* Empties the transaction, committed or not. */
static void drop_open(struct local_writer *w)
{
	for (size_t i = 0; i < w->nsealed; i++)
		free(w->sealed[i].data);
	for (size_t i = 0; i < w->ntouched; i++)
		w->touched[i].open->count = 0;
	w->nsealed = 0;
	w->ntouched = 0;
	w->sealed_bytes = 0;
}

int local_writer_append(struct log_writer *base, const struct record *records, size_t count, struct err *err)
{
	struct local_writer *w = (struct local_writer *)base;
	int64_t now_ms = clock_wall_us() / 1000;
	struct local_target *t = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!t || t->topic != records[i].topic)
			t = target_for(w, records[i].topic, err);
		if (!t || append_one(w, t, &records[i], now_ms, err)) {
			drop_open(w);
			return -1;
		}
	}
	return 0;
}

/* ---- commit ---- */

static int insert(struct local_writer *w, struct sealed *s, struct err *err)
{
	struct local_log *l = w->log;
	sqlite3_stmt *q = l->insert_chunk;
	int rc;

	if (s->part->next + s->count > LOCAL_OFFSET_MAX)
		return err_set(err, ERR_FATAL, 0, "embedded log: topic %s partition %d is full: no offsets are left",
				s->topic->name, s->part->number);
	sqlite3_bind_int64(q, 1, local_chunk_id(s->part, s->part->next));
	sqlite3_bind_int64(q, 2, s->count);
	sqlite3_bind_int64(q, 3, s->min_ms);
	sqlite3_bind_int64(q, 4, s->max_ms);
	sqlite3_bind_int64(q, 5, (int64_t)s->len);
	sqlite3_bind_blob64(q, 6, s->data, s->len, SQLITE_STATIC);
	rc = sqlite3_step(q);
	if (rc != SQLITE_DONE)
		local_fail(l, l->db, err, "writing to topic %s", s->topic->name);
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
	if (rc != SQLITE_DONE)
		return -1;
	s->part->next += s->count;
	s->end = s->part->next;
	s->part->tail++;
	if (s->topic->kind == LOG_TOPIC_OFFSETS && s->part->tail > COMPACT_AFTER)
		return local_compact(l, s->topic, s->part, err);
	return 0;
}

static int write_sealed(struct local_writer *w, struct err *err)
{
	size_t done = 0;
	int rc = local_begin(w->log, err);

	if (rc)
		return -1;
	while (rc == 0 && done < w->nsealed)
		if ((rc = insert(w, &w->sealed[done], err)) == 0)
			done++;
	rc = local_end(w->log, rc, err);
	while (rc && done-- > 0)
		w->sealed[done].part->next -= w->sealed[done].count;
	return rc;
}

/* Makes the new records visible. Two commits may come here in either order: the ends only ever grow. */
static void publish(struct local_writer *w)
{
	pthread_mutex_lock(&w->log->lock);
	for (size_t i = 0; i < w->nsealed; i++) {
		struct sealed *s = &w->sealed[i];

		if (s->end > s->part->high)
			s->part->high = s->end;
		if (s->topic->kind != LOG_TOPIC_OFFSETS) /* compaction keeps those small */
			s->part->bytes += s->len;
	}
	pthread_cond_broadcast(&w->log->wake);
	pthread_mutex_unlock(&w->log->lock);
}

static int commit_sealed(struct local_writer *w, struct err *err)
{
	struct local_log *l = w->log;
	int rc;

	pthread_mutex_lock(&l->write_lock);
	rc = check_fence(w, err);
	if (rc == 0)
		rc = write_sealed(w, err);
	for (size_t i = 0; i < w->nsealed; i++)
		l->unkept_bytes += rc == 0 ? w->sealed[i].len : 0;
	pthread_mutex_unlock(&l->write_lock);
	if (rc == 0)
		publish(w);
	return rc;
}

static int seal_open(struct local_writer *w, struct err *err)
{
	for (size_t i = 0; i < w->ntouched; i++)
		if (w->touched[i].open->count &&
				seal(w, w->touched[i].topic, w->touched[i].part, w->touched[i].open, err))
			return -1;
	return 0;
}

/* Retention is housekeeping: what it cannot do now it does the next time, and a full disk tells itself at the
 * commit. */
static void keep(struct local_log *l)
{
	struct err ignored = { 0 };

	pthread_mutex_lock(&l->write_lock);
	if (l->unkept_bytes >= KEEP_EVERY_BYTES || clock_mono_us() - l->kept_us >= KEEP_EVERY_US) {
		local_retention(l, &ignored);
		l->unkept_bytes = 0;
		l->kept_us = clock_mono_us();
	}
	pthread_mutex_unlock(&l->write_lock);
}

int local_writer_commit(struct log_writer *base, struct err *err)
{
	struct local_writer *w = (struct local_writer *)base;
	int rc = seal_open(w, err);

	if (rc == 0 && w->nsealed > 0)
		rc = commit_sealed(w, err);
	drop_open(w);
	keep(w->log);
	return rc;
}

/* ---- open and close ---- */

struct log_writer *local_writer_open(struct log *base, const char *id, struct err *err)
{
	struct local_writer *w = xcalloc(1, sizeof *w);

	w->base.ops = &log_local_ops;
	w->log = (struct local_log *)base;
	w->id = xstrdup(id);
	w->zstd = ZSTD_createCCtx();
	pthread_mutex_lock(&w->log->write_lock);
	w->epoch = ++fence_find(w->log, id)->epoch;
	pthread_mutex_unlock(&w->log->write_lock);
	return &w->base;
}

static void target_free(void *target, void *unused)
{
	struct local_target *t = target;

	(void)unused;
	for (int32_t i = 0; i < t->to->nparts; i++)
		buf_done(&t->open[i].raw);
	free(t->open);
	free(t);
}

void local_writer_close(struct log_writer *base)
{
	struct local_writer *w = (struct local_writer *)base;

	drop_open(w);
	name_map_each(&w->targets, target_free, NULL);
	name_map_done(&w->targets);
	while (w->nspare)
		buf_done(&w->spare[--w->nspare]);
	ZSTD_freeCCtx(w->zstd);
	free(w->touched);
	free(w->sealed);
	free(w->id);
	free(w);
}
