/*
 * log_local_read.c - reading the embedded log in a group. A reader knows from memory whether there is something to read
 * and sleeps on the log's condition when there is not: a commit wakes it at once, and an idle reader costs nothing.
 * Each reader has its own connection; a batch is one or more chunks, unpacked into the batch's arena, records pointing
 * there.
 */
#include "log/log_local.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/xalloc.h"

struct pattern {
	char *exact; /* NULL: regex */
	regex_t regex;
};

struct held { /* a partition that we read */
	struct local_topic *topic;
	struct local_part *part;
	int64_t next;
	bool paused;
};

struct local_reader {
	struct log_reader base;
	struct local_log *log;
	char *group_name;
	struct pattern *patterns;
	size_t npatterns;
	struct local_group *group; /* under the log's lock */
	uint64_t seen;		   /* the generation that `held` is of */
	sqlite3 *db;
	sqlite3_stmt *chunks, *offset;
	ZSTD_DCtx *zstd;
	struct held *held; /* owned by the polling thread */
	size_t nheld, turn;
	struct log_index places; /* of held */
	struct log_index wanted; /* under the log's lock: by topic, local_reader_wants() */
};

static bool matches(const struct local_reader *r, const char *topic)
{
	for (size_t i = 0; i < r->npatterns; i++) {
		const struct pattern *p = &r->patterns[i];

		if (p->exact ? strcmp(p->exact, topic) == 0 : regexec(&p->regex, topic, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

/* Asked of every topic whenever one comes: what an expression says of a name is remembered. */
bool local_reader_wants(struct local_reader *r, const char *topic)
{
	enum { YES = 1, NO };
	size_t said = log_index_get(&r->wanted, topic, 0);

	if (said == 0) {
		said = matches(r, topic) ? YES : NO;
		log_index_set(&r->wanted, topic, 0, said);
	}
	return said == YES;
}

static struct held *held_find(struct local_reader *r, const char *topic, int32_t partition)
{
	size_t place = log_index_get(&r->places, intern(topic), partition);

	return place ? &r->held[place - 1] : NULL;
}

static int fail_not_ours(struct local_reader *r, const char *topic, int32_t partition, struct err *err)
{
	return err_set(err, ERR_RETRY, 0, "embedded log: group %s: %s partition %d belongs to another reader now",
			r->group_name, topic, partition);
}

/* ---- open and close ---- */

static int compile(struct local_reader *r, const struct conf_list *topics, struct err *err)
{
	char text[128];

	r->patterns = xcalloc(topics->count, sizeof *r->patterns);
	for (size_t i = 0; i < topics->count; i++) {
		struct pattern *p = &r->patterns[i];
		int rc;

		if (topics->items[i][0] != '^') {
			p->exact = xstrdup(topics->items[i]);
		} else if ((rc = regcomp(&p->regex, topics->items[i], REG_EXTENDED | REG_NOSUB)) != 0) {
			regerror(rc, &p->regex, text, sizeof text);
			return err_set(err, ERR_CONFIG, 0, "topics: regular expression %s: %s", topics->items[i], text);
		}
		r->npatterns++;
	}
	return 0;
}

static int prepare(struct local_reader *r, struct err *err)
{
	r->db = local_connect(r->log, err);
	if (!r->db)
		return -1;
	r->chunks = local_prepare(r->log, r->db,
			"SELECT id, data FROM chunk WHERE id >= coalesce((SELECT max(id) FROM "
			"chunk WHERE id BETWEEN ?1 AND ?2), ?2) "
			"AND id < ?3 ORDER BY id",
			err);
	if (!r->chunks)
		return -1;
	r->offset = local_prepare(r->log, r->db,
			"SELECT offset, metadata FROM group_offset "
			"WHERE name = ?1 AND topic = ?2 AND partition = ?3",
			err);
	return r->offset ? 0 : -1;
}

struct log_reader *local_reader_open(struct log *base, const char *group, const struct conf_list *topics,
		struct err *err)
{
	struct local_reader *r = xcalloc(1, sizeof *r);

	r->base.ops = &log_local_ops;
	r->log = (struct local_log *)base;
	r->group_name = xstrdup(group);
	r->zstd = ZSTD_createDCtx();
	if (compile(r, topics, err) || prepare(r, err)) {
		local_reader_close(&r->base);
		return NULL;
	}
	pthread_mutex_lock(&r->log->lock);
	local_group_join(r->log, group, r, &r->group);
	pthread_mutex_unlock(&r->log->lock);
	return &r->base;
}

void local_reader_close(struct log_reader *base)
{
	struct local_reader *r = (struct local_reader *)base;

	if (r->group) {
		pthread_mutex_lock(&r->log->lock);
		local_group_leave(r->log, r->group, r);
		pthread_mutex_unlock(&r->log->lock);
	}
	sqlite3_finalize(r->chunks);
	sqlite3_finalize(r->offset);
	sqlite3_close(r->db);
	ZSTD_freeDCtx(r->zstd);
	for (size_t i = 0; i < r->npatterns; i++) {
		if (!r->patterns[i].exact)
			regfree(&r->patterns[i].regex);
		free(r->patterns[i].exact);
	}
	free(r->patterns);
	log_index_done(&r->places);
	log_index_done(&r->wanted);
	free(r->held);
	free(r->group_name);
	free(r);
}

/* ---- what we hold ---- */

/* Under lock: makes `held` what the group's claims say; partitions that stay keep their position. New ones have -1. */
static void held_rebuild(struct local_reader *r)
{
	const struct local_group *g = r->group;
	struct held *held = xcalloc(g->nclaims + 1, sizeof *held);
	size_t n = 0;

	must_hold(&r->log->lock);
	for (size_t i = 0; i < g->nclaims; i++) {
		const struct local_claim *c = &g->claims[i];
		struct held *old = c->reader == r ? held_find(r, c->topic->name, c->partition) : NULL;

		if (c->reader != r)
			continue;
		held[n++] = old ? *old
				: (struct held){
					  .topic = c->topic,
					  .part = &c->topic->parts[c->partition],
					  .next = -1,
				  };
	}
	log_index_done(&r->places);
	for (size_t i = 0; i < n; i++)
		log_index_set(&r->places, held[i].topic->name, held[i].part->number, i + 1);
	free(r->held);
	r->held = held;
	r->nheld = n;
}

/* The committed offset and its metadata; -1 when there is none, -2 on a failure. */
static int64_t committed(struct local_reader *r, const struct held *h, char *metadata, size_t size, struct err *err)
{
	int64_t offset = -1;
	int rc;

	sqlite3_bind_text(r->offset, 1, r->group_name, -1, SQLITE_STATIC);
	sqlite3_bind_text(r->offset, 2, h->topic->name, -1, SQLITE_STATIC);
	sqlite3_bind_int(r->offset, 3, h->part->number);
	rc = sqlite3_step(r->offset);
	if (rc == SQLITE_ROW) {
		offset = sqlite3_column_int64(r->offset, 0);
		snprintf(metadata, size, "%s", (const char *)sqlite3_column_text(r->offset, 1));
	} else if (rc != SQLITE_DONE) {
		offset = -2;
		local_fail(r->log, r->db, err, "reading the offsets of group %s", r->group_name);
	}
	sqlite3_reset(r->offset);
	return offset;
}

static int find_positions(struct local_reader *r, struct err *err)
{
	char metadata[8];

	for (size_t i = 0; i < r->nheld; i++) {
		struct held *h = &r->held[i];

		if (h->next >= 0)
			continue;
		h->next = committed(r, h, metadata, sizeof metadata, err);
		if (h->next < -1)
			return -1;
		if (h->next >= 0)
			continue;
		pthread_mutex_lock(&r->log->lock);
		h->next = h->part->low;
		pthread_mutex_unlock(&r->log->lock);
	}
	return 0;
}

/* ---- poll ---- */

struct work {		   /* what to read now */
	struct held *held; /* NULL: nothing */
	int64_t low, high;
	bool changed;
};

static void find_work(struct local_reader *r, struct work *w)
{
	for (size_t i = 0; i < r->nheld; i++) {
		struct held *h = &r->held[(r->turn + i) % r->nheld];

		if (h->paused || h->next >= h->part->high)
			continue;
		*w = (struct work){ .held = h, .low = h->part->low, .high = h->part->high };
		r->turn = (r->turn + i + 1) % r->nheld;
		return;
	}
}

static void wait_for_work(struct local_reader *r, struct work *w, int timeout_ms)
{
	struct timespec until = clock_deadline(timeout_ms);

	pthread_mutex_lock(&r->log->lock);
	for (;;) {
		if (r->seen != r->log->generation) {
			w->changed = local_group_share(r->log, r->group, r);
			r->seen = r->log->generation;
			if (w->changed) {
				held_rebuild(r);
				break;
			}
		}
		find_work(r, w);
		if (w->held || pthread_cond_timedwait(&r->log->wake, &r->log->lock, &until) == ETIMEDOUT)
			break;
	}
	pthread_mutex_unlock(&r->log->lock);
}

/* Adds the records of one chunk from h->next on. 1: more may follow, 0: the batch is full, -1: damaged. */
static int add_chunk(struct local_reader *r, struct held *h, struct batch *b, size_t max_bytes, int64_t high)
{
	int64_t base = sqlite3_column_int64(r->chunks, 0) & LOCAL_OFFSET_MAX;
	struct chunk_cursor c;
	struct record rec;
	int got;

	if (chunk_open(&c, h->topic, h->part, base, sqlite3_column_blob(r->chunks, 1),
			    (size_t)sqlite3_column_bytes(r->chunks, 1), r->zstd, &b->arena))
		return -1;
	while ((got = chunk_next(&c, &rec, &b->arena)) == 1) {
		if (rec.offset < h->next)
			continue;
		if (rec.offset >= high || (b->nrecords > 0 && b->bytes + rec.key_len + rec.value_len > max_bytes))
			return 0;
		*batch_add_record(b) = rec;
		b->bytes += rec.key_len + rec.value_len;
		b->to = rec.offset + 1;
	}
	return got < 0 ? -1 : b->bytes < max_bytes;
}

static int read_chunks(struct local_reader *r, const struct work *w, struct batch *b, size_t max_bytes, struct err *err)
{
	struct held *h = w->held;
	int rc, more = 1;

	sqlite3_bind_int64(r->chunks, 1, local_chunk_id(h->part, 0));
	sqlite3_bind_int64(r->chunks, 2, local_chunk_id(h->part, h->next));
	sqlite3_bind_int64(r->chunks, 3, local_chunk_id(h->part, w->high));
	while (more > 0 && (rc = sqlite3_step(r->chunks)) == SQLITE_ROW)
		more = add_chunk(r, h, b, max_bytes, w->high);
	if (more < 0)
		local_damaged(r->log, err, h->part, sqlite3_column_int64(r->chunks, 0) & LOCAL_OFFSET_MAX);
	else if (more > 0 && rc != SQLITE_DONE)
		more = local_fail(r->log, r->db, err, "reading topic %s", h->topic->name);
	sqlite3_reset(r->chunks);
	return more < 0 ? -1 : 0;
}

static enum log_read read_work(struct local_reader *r, const struct work *w, struct batch *b, size_t max_bytes,
		struct err *err)
{
	struct held *h = w->held;

	if (h->next < w->low)
		return LOG_READ_CHANGED; /* retention was faster; whoever asks finds low above the offset */
	b->topic = h->topic->name;
	b->partition = h->part->number;
	b->from = b->to = h->next;
	b->born_us = clock_mono_us();
	if (read_chunks(r, w, b, max_bytes, err))
		return LOG_READ_FAILED;
	if (b->nrecords == 0)
		b->to = w->high; /* compaction has taken all of them */
	h->next = b->to;
	return b->nrecords ? LOG_READ_BATCH : LOG_READ_NOTHING;
}

enum log_read local_reader_poll(struct log_reader *base, struct batch *b, size_t max_bytes, int timeout_ms,
		struct err *err)
{
	struct local_reader *r = (struct local_reader *)base;
	struct work w = { .held = NULL };

	if (find_positions(r, err))
		return LOG_READ_FAILED;
	wait_for_work(r, &w, timeout_ms);
	if (w.changed)
		return LOG_READ_CHANGED;
	return w.held ? read_work(r, &w, b, max_bytes, err) : LOG_READ_NOTHING;
}

/* ---- assignment and positions ---- */

int local_reader_assigned(struct log_reader *base, struct log_assigned_list *out, struct err *err)
{
	struct local_reader *r = (struct local_reader *)base;

	for (size_t i = 0; i < r->nheld; i++) {
		struct log_assigned *a = log_assigned_add(out);

		*a = (struct log_assigned){ .topic = r->held[i].topic->name, .partition = r->held[i].part->number };
		a->committed = committed(r, &r->held[i], a->metadata, sizeof a->metadata, err);
		if (a->committed < -1)
			return -1;
	}
	return 0;
}

int local_reader_seek(struct log_reader *base, const char *topic, int32_t partition, int64_t offset, struct err *err)
{
	struct local_reader *r = (struct local_reader *)base;
	struct held *h = held_find(r, topic, partition);

	if (!h)
		return fail_not_ours(r, topic, partition, err);
	h->next = offset;
	return 0;
}

int local_reader_pause(struct log_reader *base, const char *topic, int32_t partition, bool paused, struct err *err)
{
	struct local_reader *r = (struct local_reader *)base;
	struct held *h = held_find(r, topic, partition);

	if (!h)
		return fail_not_ours(r, topic, partition, err);
	h->paused = paused;
	return 0;
}

int local_store_offset(struct local_log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err)
{
	sqlite3_stmt *s = l->set_offset;
	int rc;

	sqlite3_bind_text(s, 1, group, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, topic, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 3, partition);
	sqlite3_bind_int64(s, 4, offset);
	sqlite3_bind_text(s, 5, metadata ? metadata : "", -1, SQLITE_STATIC);
	rc = sqlite3_step(s);
	if (rc != SQLITE_DONE)
		local_fail(l, l->db, err, "storing the offset of group %s", group);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

int local_reader_commit(struct log_reader *base, const char *topic, int32_t partition, int64_t offset,
		const char *metadata, struct err *err)
{
	struct local_reader *r = (struct local_reader *)base;
	bool ours;
	int rc;

	pthread_mutex_lock(&r->log->lock);
	ours = local_group_holds(r->group, r, topic, partition);
	pthread_mutex_unlock(&r->log->lock);
	if (!ours)
		return fail_not_ours(r, topic, partition, err);
	pthread_mutex_lock(&r->log->write_lock);
	rc = local_begin(r->log, err);
	if (rc == 0)
		rc = local_end(r->log,
				local_store_offset(r->log, r->group_name, topic, partition, offset, metadata, err),
				err);
	pthread_mutex_unlock(&r->log->write_lock);
	return rc;
}
