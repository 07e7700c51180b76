/*
 * log_local_admin.c - topics, groups and ranges of the embedded log, and its preflight.
 */
#include "log/log_local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "core/num/num.h"

/* ---- topics ---- */

static int run_row(struct local_log *l, const char *sql, const char *name, int64_t a, int64_t b, struct err *err)
{
	sqlite3_stmt *s = local_prepare(l, l->db, sql, err);
	int rc;

	if (!s)
		return -1;
	if (name)
		sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, a);
	sqlite3_bind_int64(s, 3, b);
	rc = sqlite3_step(s);
	if (rc != SQLITE_DONE)
		local_fail(l, l->db, err, "creating topic %s", name ? name : "");
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int insert_topic(struct local_log *l, struct local_topic *t, struct err *err)
{
	int rc = local_begin(l, err);

	if (rc)
		return -1;
	rc = run_row(l, "INSERT INTO topic (name, kind) VALUES (?1, ?2 + ?3)", t->name, t->kind, 0, err);
	t->id = sqlite3_last_insert_rowid(l->db);
	for (int32_t i = 0; i < t->nparts && rc == 0; i++) {
		rc = run_row(l, "INSERT INTO part (topic, number, high, bytes) VALUES (?2, ?3, 0, 0)", NULL, t->id, i,
				err);
		t->parts[i] = (struct local_part){ .id = (uint32_t)sqlite3_last_insert_rowid(l->db), .number = i };
	}
	return local_end(l, rc, err);
}

static void topic_free(struct local_topic *t)
{
	free(t->parts);
	free(t);
}

static struct local_topic *topic_new(const struct log_conf *conf, const char *name, enum log_topic_kind kind)
{
	struct local_topic *t = xcalloc(1, sizeof *t);
	bool single = kind == LOG_TOPIC_HISTORY || kind == LOG_TOPIC_OFFSETS || kind == LOG_TOPIC_DEAD;

	t->name = intern(name);
	t->kind = kind;
	t->nparts = single || conf->partitions < 1 ? 1 : (int32_t)conf->partitions;
	t->parts = xcalloc((size_t)t->nparts, sizeof *t->parts);
	return t;
}

static bool topic_exists(struct local_log *l, const char *name)
{
	bool found;

	pthread_mutex_lock(&l->lock);
	found = local_topic_find(l, name) != NULL;
	pthread_mutex_unlock(&l->lock);
	return found;
}

static void topic_publish(struct local_log *l, struct local_topic *t)
{
	pthread_mutex_lock(&l->lock);
	local_topic_add(l, t);
	l->generation++;
	pthread_cond_broadcast(&l->wake);
	pthread_mutex_unlock(&l->lock);
}

int local_topic_ensure(struct log *base, const char *name, enum log_topic_kind kind, struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	struct local_topic *t;
	int rc;

	if (topic_exists(l, name))
		return 0;
	t = topic_new(&l->base.conf, name, kind);
	pthread_mutex_lock(&l->write_lock);
	rc = topic_exists(l, name) ? 1 : insert_topic(l, t, err); /* another thread may have been faster */
	pthread_mutex_unlock(&l->write_lock);
	if (rc == 0)
		topic_publish(l, t);
	else
		topic_free(t);
	return rc < 0 ? -1 : 0;
}

int local_topics(struct log *base, struct log_topics *out, struct err *err)
{
	struct local_log *l = (struct local_log *)base;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->ntopics; i++) {
		const struct local_topic *t = l->topics[i];
		struct log_topic *to = log_topics_add(out, t->name, (unsigned)t->nparts);

		for (int32_t k = 0; k < t->nparts; k++) {
			to->partitions[k] = (struct log_partition){ k, t->parts[k].low, t->parts[k].high,
				(int64_t)t->parts[k].bytes };
			to->bytes += t->parts[k].bytes;
		}
	}
	pthread_mutex_unlock(&l->lock);
	if (out->count)
		qsort(out->items, out->count, sizeof *out->items, log_topics_compare);
	return 0;
}

int local_topic_compacts(struct log *base, const char *topic, bool *compacts, struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	const struct local_topic *t;

	(void)err;
	pthread_mutex_lock(&l->lock);
	t = local_topic_find(l, topic);
	*compacts = t && t->kind == LOG_TOPIC_OFFSETS; /* the only ones that local_compact() is called for */
	pthread_mutex_unlock(&l->lock);
	return 0;
}

int local_groups(struct log *base, const char *group, struct log_groups *out, struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	sqlite3 *db = local_connect(l, err);
	sqlite3_stmt *s = db ? local_prepare(l, db,
					       "SELECT name, topic, partition, offset, metadata FROM group_offset "
					       "WHERE ?1 IS NULL OR name = ?1 ORDER BY 1, 2, 3",
					       err)
			     : NULL;
	int rc = SQLITE_ERROR;

	if (s)
		sqlite3_bind_text(s, 1, group, -1, SQLITE_STATIC);
	while (s && (rc = sqlite3_step(s)) == SQLITE_ROW) {
		struct log_group_offset *g = log_groups_add(out, (const char *)sqlite3_column_text(s, 0),
				(const char *)sqlite3_column_text(s, 1), (const char *)sqlite3_column_text(s, 4));

		g->partition = sqlite3_column_int(s, 2);
		g->offset = sqlite3_column_int64(s, 3);
	}
	if (s && rc != SQLITE_DONE)
		local_fail(l, db, err, "reading the groups");
	sqlite3_finalize(s);
	sqlite3_close(db);
	if (rc == SQLITE_DONE)
		return 0;
	log_groups_free(out);
	return -1;
}

/* ---- ranges ---- */

struct offset_range {
	struct local_log *l;
	const struct local_topic *t;
	const struct local_part *p;
	int64_t from, to;
	log_scan_cb *cb;
	void *arg;
	sqlite3 *db;
	ZSTD_DCtx *zstd;
	struct arena arena;
};

/* 1: enough, 0: go on, -1: damaged. */
static int range_chunk(struct offset_range *g, sqlite3_stmt *s, struct err *err)
{
	int64_t base = sqlite3_column_int64(s, 0) & LOCAL_OFFSET_MAX;
	struct chunk_cursor c;
	struct record r;
	int got;

	arena_reset(&g->arena);
	got = chunk_open(&c, g->t, g->p, base, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), g->zstd,
			&g->arena);
	while (got == 0 && (got = chunk_next(&c, &r, &g->arena)) == 1) {
		if (r.offset >= g->to)
			return 1;
		if (r.offset >= g->from && g->cb(g->arg, &r) != 0)
			return 1;
		got = 0;
	}
	return got < 0 ? local_damaged(g->l, err, g->p, base) : 0;
}

/* sql: selects id and data by ?1 the partition's first id, ?2 the wanted one, ?3 the one behind the range, ?4 a
 * time. */
static int range_run(struct offset_range *g, const char *sql, int64_t timestamp_ms, struct err *err)
{
	sqlite3_stmt *s;
	int rc = SQLITE_ROW, got = 0;

	g->db = local_connect(g->l, err);
	s = g->db ? local_prepare(g->l, g->db, sql, err) : NULL;
	if (!s) {
		sqlite3_close(g->db);
		return -1;
	}
	g->zstd = ZSTD_createDCtx();
	arena_init(&g->arena, 0);
	sqlite3_bind_int64(s, 1, local_chunk_id(g->p, 0));
	sqlite3_bind_int64(s, 2, local_chunk_id(g->p, g->from));
	sqlite3_bind_int64(s, 3, local_chunk_id(g->p, g->to));
	sqlite3_bind_int64(s, 4, timestamp_ms);
	while (got == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW)
		got = range_chunk(g, s, err);
	if (got == 0 && rc != SQLITE_DONE)
		got = local_fail(g->l, g->db, err, "reading topic %s", g->t->name);
	sqlite3_finalize(s);
	sqlite3_close(g->db);
	ZSTD_freeDCtx(g->zstd);
	arena_done(&g->arena);
	return got < 0 ? -1 : 0;
}

/* Finds the partition and clips the range to what is there. */
static int range_init(struct offset_range *g, struct local_log *l, const char *topic, int32_t partition, int64_t from,
		int64_t to, struct err *err)
{
	*g = (struct offset_range){ .l = l, .p = local_part_get(l, topic, partition, err) };
	if (!g->p)
		return -1;
	pthread_mutex_lock(&l->lock);
	g->t = local_topic_find(l, topic);
	g->from = from < g->p->low ? g->p->low : from;
	g->to = to < 0 || to > g->p->high ? g->p->high : to;
	pthread_mutex_unlock(&l->lock);
	return 0;
}

static int scan_every(struct local_log *l, const char *topic, log_scan_cb *cb, void *arg, struct err *err)
{
	struct local_topic *t;
	int32_t count;

	pthread_mutex_lock(&l->lock);
	t = local_topic_find(l, topic);
	count = t ? t->nparts : 1; /* one that is not there is told by the scan */
	pthread_mutex_unlock(&l->lock);
	for (int32_t i = 0; i < count; i++)
		if (local_scan(&l->base, topic, i, -1, -1, cb, arg, err))
			return -1;
	return 0;
}

int local_scan(struct log *base, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb,
		void *arg, struct err *err)
{
	struct offset_range g;

	if (partition == LOG_EVERY_PARTITION)
		return scan_every((struct local_log *)base, topic, cb, arg, err);
	if (range_init(&g, (struct local_log *)base, topic, partition, from, to, err))
		return -1;
	if (g.from >= g.to)
		return 0;
	g.cb = cb;
	g.arg = arg;
	return range_run(&g,
			"SELECT id, data FROM chunk WHERE id >= coalesce((SELECT max(id) FROM chunk WHERE id "
			"BETWEEN ?1 AND ?2), ?2) "
			"AND id < ?3 AND ?4 = 0 ORDER BY id",
			0, err);
}

struct wanted {
	int64_t timestamp_ms, offset;
};

static int is_late_enough(void *arg, const struct record *r)
{
	struct wanted *w = arg;

	if (r->timestamp_ms < w->timestamp_ms)
		return 0;
	w->offset = r->offset;
	return 1;
}

int local_offset_at(struct log *base, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err)
{
	struct wanted w = { .timestamp_ms = timestamp_ms };
	struct offset_range g;

	if (range_init(&g, (struct local_log *)base, topic, partition, 0, -1, err))
		return -1;
	w.offset = g.to; /* nothing that late: the end */
	g.cb = is_late_enough;
	g.arg = &w;
	if (range_run(&g,
			    "SELECT id, data FROM chunk WHERE id >= ?1 AND id >= ?2 AND id < ?3 AND max_ms >= ?4 "
			    "ORDER BY id",
			    timestamp_ms, err))
		return -1;
	*offset = w.offset;
	return 0;
}

int local_ends(struct log *base, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err)
{
	struct local_log *l = (struct local_log *)base;
	const struct local_part *p = local_part_get(l, topic, partition, err);

	if (!p)
		return -1;
	pthread_mutex_lock(&l->lock);
	*low = p->low;
	*high = p->high;
	pthread_mutex_unlock(&l->lock);
	return 0;
}

/* ---- preflight ---- */

/* Is state.dir used by a process? Asked without making or writing anything. */
static bool is_in_use(const char *dir)
{
	char *path = xasprintf("%s/lock", dir);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool used = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

	if (fd >= 0)
		close(fd);
	free(path);
	return used;
}

static uint32_t header_number(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

enum { IN_USE, FILE_DENIED, FILE_STRANGE, FILE_FORMAT, DIR_DENIED, DISK_FULL };
static const struct report_kind kinds[] = {
	[IN_USE] = { REPORT_NOTE, "embedded log", "a running millrace uses state.dir", NULL },
	[FILE_DENIED] = { REPORT_PROBLEM, "embedded log", "log.db cannot be read",
			"give the user who runs millrace this file" },
	[FILE_STRANGE] = { REPORT_PROBLEM, "embedded log", "log.db is no log of millrace",
			"move it away, or choose another state.dir" },
	[FILE_FORMAT] = { REPORT_PROBLEM, "embedded log", "log.db has another format",
			"start the millrace that wrote it" },
	[DIR_DENIED] = { REPORT_PROBLEM, "state.dir", "the folder cannot be written",
			"give the user who runs millrace this folder" },
	[DISK_FULL] = { REPORT_WARNING, "embedded log disk", "less than 1 GiB is free",
			"free space, or lower the retention" },
};

void local_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof kinds / sizeof *kinds);
}

/*
 * What the file says of itself, read as bytes: opening it by SQLite would make files beside it. An empty one has its
 * first pages in the write-ahead log still.
 */
static int check_file(const char *path, struct report *report)
{
	enum { HEADER = 100, VERSION_AT = 60, APPLICATION_AT = 68 };
	unsigned char header[HEADER];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, header, sizeof header) : -1;
	int failed = errno;

	if (fd >= 0)
		close(fd);
	if (fd < 0 && failed == ENOENT)
		report_ok(report, "embedded log", "%s: will be made at the start", path);
	else if (n < 0)
		report_tell(report, &kinds[FILE_DENIED], "%s: %s", path, strerror(failed));
	else if (n == HEADER && header_number(header + APPLICATION_AT) != LOCAL_APPLICATION_ID)
		report_tell(report, &kinds[FILE_STRANGE], "%s: this is not a log of millrace (application id %x)", path,
				header_number(header + APPLICATION_AT));
	else if (n == HEADER && header_number(header + VERSION_AT) != LOCAL_SCHEMA_VERSION)
		report_tell(report, &kinds[FILE_FORMAT], "%s has format %u, this millrace knows %d", path,
				header_number(header + VERSION_AT), LOCAL_SCHEMA_VERSION);
	else
		return 0;
	return -1;
}

/* The nearest folder that is there has to let us make the rest. */
static void check_dir(const char *dir, struct report *report)
{
	char *path = xstrdup(dir), *slash;

	while (access(path, F_OK) != 0 && (slash = strrchr(path, '/')) != NULL && slash != path)
		*slash = '\0';
	if (access(path, F_OK) != 0)
		strcpy(path, *dir == '/' ? "/" : ".");
	if (access(path, R_OK | W_OK | X_OK) != 0)
		report_tell(report, &kinds[DIR_DENIED], "%s: %s cannot be written: %s", dir, path, strerror(errno));
	free(path);
}

#define DISK_SHORT ((uint64_t)1 << 30) /* bytes that are free */

/* Nothing is made and nothing is changed: who runs `check` need not be who runs the service. */
int local_check(const struct log_conf *conf, struct report *report, struct err *err)
{
	char *path = xasprintf("%s/log.db", conf->state_dir);
	struct statvfs fs;
	char bytes[32];
	uint64_t left;

	(void)err;
	check_dir(conf->state_dir, report);
	if (is_in_use(conf->state_dir)) /* a running millrace is no problem */
		report_tell(report, &kinds[IN_USE], "state.dir %s is in use by a running millrace", conf->state_dir);
	else if (check_file(path, report) == 0)
		report_ok(report, "embedded log", "%s, SQLite %s", path, sqlite3_libversion());
	free(path);
	if (statvfs(conf->state_dir, &fs) != 0)
		return 0;
	left = (uint64_t)fs.f_bavail * fs.f_frsize;
	bytes[num_bytes(bytes, left)] = '\0';
	if (left < DISK_SHORT)
		report_tell(report, &kinds[DISK_FULL], "%s free in %s", bytes, conf->state_dir);
	else
		report_ok(report, "embedded log disk", "%s free in %s", bytes, conf->state_dir);
	return 0;
}
