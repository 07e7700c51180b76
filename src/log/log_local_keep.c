/*
 * log_local_keep.c - what the embedded log forgets: old or excess chunks of row topics, and all but the last record per
 * key of compacted ones. Freed pages are used again by later chunks; the file itself does not shrink.
 *
 * What the group conf.keeps_for has not read stays longer, up to conf.unloaded_bytes over all partitions; past that limit
 * the oldest of it goes too. Each pass takes away what the pass before found to be too much.
 */
#include "log/log_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

/* ---- retention ---- */

struct excess {		 /* the oldest chunks of a partition that may go */
	int64_t last_id; /* 0: none */
	int64_t low;	 /* of the partition, once they are gone */
	uint64_t bytes;
	int64_t unread;	   /* offsets from here on are kept for a group */
	uint64_t unloaded; /* bytes of chunks that are kept for it alone */
};

/* One pass over all partitions. */
struct pass {
	uint64_t over;	   /* bytes kept for the group that have to go all the same */
	uint64_t unloaded; /* bytes that stay for it */
};

/* Does the reader of this process want the topic? One that is not there just now may want any. */
static bool group_wants(struct local_log *l, const char *topic)
{
	const struct local_group *g = NULL;
	bool wants;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->ngroups && !g; i++)
		if (strcmp(l->groups[i]->name, l->base.conf.keeps_for) == 0)
			g = l->groups[i];
	wants = g == NULL || g->nmembers == 0;
	for (size_t i = 0; g && i < g->nmembers && !wants; i++)
		wants = local_reader_wants(g->members[i], topic);
	pthread_mutex_unlock(&l->lock);
	return wants;
}

/* The first offset that the group has not read; LOCAL_OFFSET_MAX: it reads nothing of this topic. */
static int find_unread(struct local_log *l, const struct local_topic *t, const struct local_part *p, bool wanted,
		int64_t *unread, struct err *err)
{
	sqlite3_stmt *s;
	int rc;

	*unread = LOCAL_OFFSET_MAX;
	if (!wanted)
		return 0;
	s = local_prepare(l, l->db, "SELECT offset FROM group_offset WHERE name = ?1 AND topic = ?2 AND partition = ?3",
			err);
	if (!s)
		return -1;
	sqlite3_bind_text(s, 1, l->base.conf.keeps_for, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, t->name, -1, SQLITE_STATIC);
	sqlite3_bind_int(s, 3, p->number);
	rc = sqlite3_step(s);
	*unread = rc == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		local_fail(l, l->db, err, "reading the offset of group %s", l->base.conf.keeps_for);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

/* A chunk whose time is over goes, or stays for the group; once one stays, all after it stay. */
static void take_chunk(struct excess *out, struct pass *pass, int64_t id, int64_t count, uint64_t bytes)
{
	int64_t end = (id & LOCAL_OFFSET_MAX) + count;
	bool unread = end > out->unread;

	if (unread && (out->unloaded > 0 || pass->over < bytes)) {
		out->unloaded += bytes;
		return;
	}
	pass->over -= unread ? bytes : 0;
	out->last_id = id;
	out->low = end;
	out->bytes += bytes;
}

static int find_excess(struct local_log *l, const struct local_part *p, uint64_t bytes, struct pass *pass,
		struct excess *out, struct err *err)
{
	const struct log_conf *conf = &l->base.conf;
	int64_t oldest_ms = clock_wall_us() / 1000 - conf->retention_ms;
	uint64_t step = conf->segment_bytes > 0 ? (uint64_t)conf->segment_bytes : UINT64_MAX;
	sqlite3_stmt *s = local_prepare(l, l->db,
			"SELECT id, count, bytes, max_ms FROM chunk WHERE id BETWEEN ?1 AND "
			"?2 ORDER BY id",
			err);
	int rc;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, local_chunk_id(p, 0));
	sqlite3_bind_int64(s, 2, local_chunk_id(p, LOCAL_OFFSET_MAX));
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && out->bytes < step) {
		bool old = conf->retention_ms >= 0 && sqlite3_column_int64(s, 3) < oldest_ms;
		bool over = conf->retention_bytes >= 0 &&
				bytes - out->bytes - out->unloaded > (uint64_t)conf->retention_bytes;

		if (!old && !over)
			break;
		take_chunk(out, pass, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
				(uint64_t)sqlite3_column_int64(s, 2));
	}
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : local_fail(l, l->db, err, "looking for old chunks");
}

static int run_bound(struct local_log *l, const char *sql, int64_t a, int64_t b, int64_t c, struct err *err)
{
	sqlite3_stmt *s = local_prepare(l, l->db, sql, err);
	int rc;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, a);
	sqlite3_bind_int64(s, 2, b);
	sqlite3_bind_int64(s, 3, c);
	rc = sqlite3_step(s);
	if (rc != SQLITE_DONE)
		local_fail(l, l->db, err, "removing old chunks");
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int delete_chunks(struct local_log *l, const struct local_part *p, int64_t last_id, struct err *err)
{
	return run_bound(l, "DELETE FROM chunk WHERE id BETWEEN ?1 AND ?2 AND ?3", local_chunk_id(p, 0), last_id, 1,
			err);
}

static int store_part(struct local_log *l, const struct local_part *p, uint64_t bytes, struct err *err)
{
	return run_bound(l, "UPDATE part SET high = ?2, bytes = ?3 WHERE id = ?1", p->id, p->next, (int64_t)bytes, err);
}

static int trim(struct local_log *l, const struct local_topic *t, struct local_part *p, bool wanted, struct pass *pass,
		struct err *err)
{
	struct excess excess = { 0 };
	uint64_t bytes;
	int rc;

	pthread_mutex_lock(&l->lock);
	bytes = p->bytes;
	pthread_mutex_unlock(&l->lock);
	if (find_unread(l, t, p, wanted, &excess.unread, err) || find_excess(l, p, bytes, pass, &excess, err))
		return -1;
	pass->unloaded += excess.unloaded;
	if (excess.last_id == 0)
		return 0;
	if (local_begin(l, err))
		return -1;
	rc = delete_chunks(l, p, excess.last_id, err);
	if (rc == 0)
		rc = store_part(l, p, bytes - excess.bytes, err);
	if (local_end(l, rc, err))
		return -1;
	pthread_mutex_lock(&l->lock);
	p->low = excess.low;
	p->bytes -= excess.bytes;
	pthread_mutex_unlock(&l->lock);
	return 0;
}

static bool is_trimmed(const struct local_log *l, const struct local_topic *t)
{
	const char *policy = l->base.conf.cleanup_policy;

	if (t->kind == LOG_TOPIC_HISTORY || t->kind == LOG_TOPIC_OFFSETS)
		return false;
	return !policy || strstr(policy, "delete") || t->kind != LOG_TOPIC_ROWS;
}

int local_retention(struct local_log *l, struct err *err)
{
	const struct log_conf *conf = &l->base.conf;
	uint64_t kept = atomic_load(&l->unloaded);
	struct pass pass = {
		.over = conf->unloaded_bytes >= 0 && kept > (uint64_t)conf->unloaded_bytes
				? kept - (uint64_t)conf->unloaded_bytes
				: 0,
	};
	struct local_topic *t = NULL;
	bool wanted;

	if (conf->retention_ms < 0 && conf->retention_bytes < 0)
		return 0;
	for (size_t i = 0;; i++) {
		pthread_mutex_lock(&l->lock);
		t = i < l->ntopics ? l->topics[i] : NULL;
		pthread_mutex_unlock(&l->lock);
		if (!t)
			break;
		if (!is_trimmed(l, t))
			continue;
		wanted = conf->keeps_for && t->kind == LOG_TOPIC_ROWS && group_wants(l, t->name);
		for (int32_t k = 0; k < t->nparts; k++)
			if (trim(l, t, &t->parts[k], wanted, &pass, err))
				return -1;
	}
	atomic_store(&l->unloaded, pass.unloaded);
	return 0;
}

uint64_t local_unloaded(struct log *l)
{
	return atomic_load(&((struct local_log *)l)->unloaded);
}

static void tell(log_setting_cb *cb, void *arg, const char *name, int64_t value, int64_t preset)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	cb(arg, name, text, value == preset);
}

/* Of this process: the embedded log keeps none in its file. */
int local_topic_settings(struct log *base, const char *topic, log_setting_cb *cb, void *arg, struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	const struct log_conf *conf = &l->base.conf;
	struct local_topic *t;

	pthread_mutex_lock(&l->lock);
	t = local_topic_find(l, topic);
	pthread_mutex_unlock(&l->lock);
	if (t == NULL)
		return err_set(err, ERR_CONFIG, 0, "log: topic %s does not exist", topic);
	cb(arg, "cleanup.policy",
			t->kind == LOG_TOPIC_OFFSETS					    ? "compact"
					: t->kind == LOG_TOPIC_ROWS && conf->cleanup_policy ? conf->cleanup_policy
											    : "delete",
			true);
	tell(cb, arg, "retention.ms", is_trimmed(l, t) ? conf->retention_ms : -1, -1);
	tell(cb, arg, "retention.bytes", is_trimmed(l, t) ? conf->retention_bytes : -1, -1);
	return 0;
}

/* ---- compaction ---- */

struct compaction {
	struct arena arena;
	struct record *last; /* the newest of each key, oldest first; few */
	size_t count;
};

static void compaction_take(struct compaction *c, const struct record *r)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct record *old = &c->last[i];

		if (old->key_len == r->key_len && (r->key_len == 0 || memcmp(old->key, r->key, r->key_len) == 0)) {
			memmove(&c->last[i], &c->last[i + 1], (c->count - i - 1) * sizeof *c->last);
			c->count--;
			break;
		}
	}
	c->last = xrealloc(c->last, (c->count + 1) * sizeof *c->last);
	c->last[c->count++] = *r;
}

static int compaction_read(struct local_log *l, const struct local_topic *t, const struct local_part *p,
		struct compaction *c, struct err *err)
{
	sqlite3_stmt *s = local_prepare(l, l->db, "SELECT id, data FROM chunk WHERE id BETWEEN ?1 AND ?2 ORDER BY id",
			err);
	ZSTD_DCtx *z = ZSTD_createDCtx();
	struct chunk_cursor cursor;
	struct record r;
	int rc = SQLITE_ERROR, got = 0;

	if (s) {
		sqlite3_bind_int64(s, 1, local_chunk_id(p, 0));
		sqlite3_bind_int64(s, 2, local_chunk_id(p, LOCAL_OFFSET_MAX));
	}
	while (s && got == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t base = sqlite3_column_int64(s, 0) & LOCAL_OFFSET_MAX;

		got = chunk_open(&cursor, t, p, base, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), z,
				&c->arena);
		while (got == 0 && (got = chunk_next(&cursor, &r, &c->arena)) == 1) {
			compaction_take(c, &r);
			got = 0;
		}
		if (got < 0)
			local_damaged(l, err, p, base);
	}
	ZSTD_freeDCtx(z);
	if (s && got == 0 && rc != SQLITE_DONE)
		local_fail(l, l->db, err, "compacting %s", t->name);
	sqlite3_finalize(s);
	return s && got == 0 && rc == SQLITE_DONE ? 0 : -1;
}

/* Each kept record becomes a chunk of its own, at its own offset. A tombstone has done its work and goes. */
static int compaction_write(struct local_log *l, const struct local_part *p, const struct compaction *c,
		uint64_t *bytes, struct err *err)
{
	struct chunk_builder builder;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	int rc = 0;

	buf_init(&builder.raw, 0x7fffffff);
	for (size_t i = 0; i < c->count && rc == 0; i++) {
		const struct record *r = &c->last[i];
		void *data;
		size_t len;

		if (!r->value)
			continue;
		chunk_start(&builder, p);
		if ((rc = chunk_add(&builder, r, r->timestamp_ms, err)) != 0)
			break;
		data = chunk_seal(&builder, z, &len);
		sqlite3_bind_int64(l->insert_chunk, 1, local_chunk_id(p, r->offset));
		sqlite3_bind_int64(l->insert_chunk, 2, 1);
		sqlite3_bind_int64(l->insert_chunk, 3, builder.min_ms);
		sqlite3_bind_int64(l->insert_chunk, 4, builder.max_ms);
		sqlite3_bind_int64(l->insert_chunk, 5, (int64_t)len);
		sqlite3_bind_blob64(l->insert_chunk, 6, data, len, free);
		if (sqlite3_step(l->insert_chunk) != SQLITE_DONE)
			rc = local_fail(l, l->db, err, "compacting");
		sqlite3_reset(l->insert_chunk);
		sqlite3_clear_bindings(l->insert_chunk);
		*bytes += len;
	}
	buf_done(&builder.raw);
	ZSTD_freeCCtx(z);
	return rc;
}

int local_compact(struct local_log *l, const struct local_topic *t, struct local_part *p, struct err *err)
{
	struct compaction c = { .count = 0 };
	uint64_t bytes = 0;
	int rc;

	arena_init(&c.arena, 0);
	rc = compaction_read(l, t, p, &c, err);
	if (rc == 0)
		rc = delete_chunks(l, p, local_chunk_id(p, LOCAL_OFFSET_MAX), err);
	if (rc == 0)
		rc = compaction_write(l, p, &c, &bytes, err);
	if (rc == 0)
		rc = store_part(l, p, bytes, err);
	arena_done(&c.arena);
	free(c.last);
	if (rc == 0)
		p->tail = 0;
	return rc;
}
