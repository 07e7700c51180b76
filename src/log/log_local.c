/*
 * log_local.c - the embedded log: SQLite in the state directory. Opening it, its schema, its connections and its
 * errors. Chunks are in log_local_chunk.c, writing in log_local_write.c, reading in log_local_read.c and
 * log_local_group.c, topics and ranges in log_local_admin.c, retention in log_local_keep.c.
 *
 * Durable at each commit: write-ahead log, synchronous=FULL. One process at a time: a lock on a file beside the
 * database, taken before the database is touched. A new log must be told from a damaged one: only a file that is absent
 * or empty is ever initialised; everything else has to prove what it is, and is left as it was when it cannot.
 */
#include "log/log_local.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/lock_file.h"
#include "core/must.h"
#include "core/xalloc.h"

enum { APPLICATION_ID = LOCAL_APPLICATION_ID, SCHEMA_VERSION = LOCAL_SCHEMA_VERSION, BUSY_MS = 1000 };

static const char schema[] =
		"PRAGMA page_size = 8192;"
		"PRAGMA journal_mode = WAL;"
		"BEGIN;"
		"CREATE TABLE topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL);"
		"CREATE TABLE part (id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, number INTEGER NOT NULL, high INTEGER NOT "
		"NULL,"
		" bytes INTEGER NOT NULL, UNIQUE (topic, number));"
		"CREATE TABLE chunk (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, min_ms INTEGER NOT NULL, max_ms INTEGER "
		"NOT NULL,"
		" bytes INTEGER NOT NULL, data BLOB NOT NULL);"
		"CREATE TABLE group_offset (name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL,"
		" offset INTEGER NOT NULL,"
		" metadata TEXT NOT NULL, PRIMARY KEY (name, topic, partition)) WITHOUT ROWID;"
		"PRAGMA application_id = 1296846663;" /* APPLICATION_ID */
		"PRAGMA user_version = 1;"	      /* SCHEMA_VERSION */
		"COMMIT;";

/* ---- errors ---- */

static enum err_kind sqlite_kind(int code)
{
	if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
		return ERR_FATAL; /* what the disk has is not known any more */
	switch (code & 0xff) {
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_NOMEM: return ERR_RETRY;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
	case SQLITE_NOTADB: return ERR_CONFIG;
	default: return ERR_FATAL;
	}
}

static const char *sqlite_remedy(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL: return "; free space on that disk, or lower the retention";
	case SQLITE_IOERR: return "; see that the disk is well and has space";
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return "; the file was left as it is: keep a copy, then restore it or start with another state.dir";
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY: return "; give this user the right to write there";
	default: return "";
	}
}

int local_fail(const struct local_log *l, sqlite3 *db, struct err *err, const char *fmt, ...)
{
	int code = sqlite3_extended_errcode(db), os = sqlite3_system_errno(db);
	char what[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return err_set(err, sqlite_kind(code), code, "embedded log %s: %s: %s%s%s%s", l->path, what, sqlite3_errmsg(db),
			os && (code & 0xff) != SQLITE_CORRUPT ? ": "
								""
							      : "",
			os && (code & 0xff) != SQLITE_CORRUPT ? strerror(os) : "", sqlite_remedy(code));
}

int local_damaged(const struct local_log *l, struct err *err, const struct local_part *p, int64_t offset)
{
	return err_set(err, ERR_FATAL, SQLITE_CORRUPT,
			"embedded log %s: the chunk at partition number %u, offset %lld is damaged%s", l->path, p->id,
			(long long)offset, sqlite_remedy(SQLITE_CORRUPT));
}

/* ---- connections ---- */

sqlite3 *local_connect(const struct local_log *l, struct err *err)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(l->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		local_fail(l, db, err, "opening");
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	return db;
}

sqlite3_stmt *local_prepare(const struct local_log *l, sqlite3 *db, const char *sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		local_fail(l, db, err, "preparing a statement");
	return stmt;
}

static int run(struct local_log *l, const char *sql, const char *what, struct err *err)
{
	return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : local_fail(l, l->db, err, "%s", what);
}

static int64_t number_of(struct local_log *l, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

int local_begin(struct local_log *l, struct err *err)
{
	return run(l, "BEGIN IMMEDIATE", "beginning a transaction", err);
}

int local_end(struct local_log *l, int rc, struct err *err)
{
	if (rc == 0)
		rc = run(l, "COMMIT", "committing", err);
	if (rc && !sqlite3_get_autocommit(l->db))
		sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL); /* the first failure is the one to tell */
	return rc;
}

/* ---- topics in memory ---- */

struct local_topic *local_topic_find(struct local_log *l, const char *name)
{
	must_hold(&l->lock);
	return name_map_get(&l->by_name, intern(name));
}

void local_topic_add(struct local_log *l, struct local_topic *t)
{
	if ((l->ntopics & (l->ntopics - 1)) == 0)
		l->topics = xrealloc(l->topics, (l->ntopics ? l->ntopics * 2 : 1) * sizeof *l->topics);
	l->topics[l->ntopics++] = t;
	*name_map_at(&l->by_name, t->name) = t;
}

struct local_part *local_part_get(struct local_log *l, const char *topic, int32_t partition, struct err *err)
{
	struct local_topic *t;

	pthread_mutex_lock(&l->lock);
	t = local_topic_find(l, topic);
	pthread_mutex_unlock(&l->lock);
	if (!t)
		err_set(err, ERR_CONFIG, 0, "embedded log: topic %s does not exist; create it", topic);
	else if (partition < 0 || partition >= t->nparts)
		err_set(err, ERR_CONFIG, 0, "embedded log: topic %s: partition %d was asked for, it has %d", topic,
				partition, t->nparts);
	else
		return &t->parts[partition];
	return NULL;
}

/* ---- opening ---- */

static int make_dirs(const char *dir, struct err *err)
{
	char *path = xstrdup(dir);
	int rc = 0;

	for (char *p = path + 1; rc == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			rc = err_set(err, ERR_CONFIG, errno, "state.dir %s: cannot create %s: %s", dir, path,
					strerror(errno));
		*p = c;
		if (c == '\0')
			break;
	}
	free(path);
	return rc;
}

/* An empty file may have its first pages in the write-ahead log still, when the process ended while it created them. */
static int check_schema(struct local_log *l, bool empty, struct err *err)
{
	int64_t application, version;

	if (empty && number_of(l, "SELECT count(*) FROM sqlite_master") == 0 &&
			run(l, schema, "creating the tables", err))
		return -1;
	if (run(l, "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 2000", "opening",
			    err))
		return -1;
	application = number_of(l, "PRAGMA application_id");
	version = number_of(l, "PRAGMA user_version");
	if (application != APPLICATION_ID)
		return err_set(err, ERR_CONFIG, 0,
				"embedded log %s: this is not a log of millrace (application id "
				"%llx); move it away or choose "
				"another state.dir",
				l->path, (unsigned long long)application);
	if (version != SCHEMA_VERSION)
		return err_set(err, ERR_CONFIG, 0,
				"embedded log %s has format %lld, this millrace knows %d; start the "
				"millrace that wrote it",
				l->path, (long long)version, SCHEMA_VERSION);
	return run(l, "PRAGMA wal_checkpoint(TRUNCATE)", "opening", err);
}

static struct local_topic *topic_row(sqlite3_stmt *s)
{
	struct local_topic *t = xcalloc(1, sizeof *t);

	t->id = sqlite3_column_int64(s, 0);
	t->name = intern((const char *)sqlite3_column_text(s, 1));
	t->kind = (enum log_topic_kind)sqlite3_column_int(s, 2);
	t->nparts = sqlite3_column_int(s, 3);
	t->parts = xcalloc((size_t)t->nparts, sizeof *t->parts);
	return t;
}

static void part_row(struct local_part *p, sqlite3_stmt *s)
{
	int64_t last = sqlite3_column_int64(s, 5), kept = sqlite3_column_int64(s, 2);

	p->id = (uint32_t)sqlite3_column_int64(s, 0);
	p->number = sqlite3_column_int(s, 1);
	p->next = last > kept ? last : kept;
	p->high = p->next;
	p->low = sqlite3_column_type(s, 4) == SQLITE_NULL ? p->high : sqlite3_column_int64(s, 4);
	p->bytes = (uint64_t)sqlite3_column_int64(s, 3);
}

static int load_parts(struct local_log *l, struct local_topic *t, struct err *err)
{
	/* What is stored beside the partition counts the chunks below its `high`; only those above are added up. */
	sqlite3_stmt *s = local_prepare(l, l->db,
			"SELECT p.id, p.number, p.high,"
			" p.bytes + coalesce((SELECT sum(bytes) FROM chunk WHERE id BETWEEN (p.id << 40) + p.high AND (p.id << "
			"40) + 1099511627775), 0),"
			" (SELECT min(id) & 1099511627775 FROM chunk WHERE id BETWEEN p.id << 40 AND (p.id << 40) + "
			"1099511627775),"
			" (SELECT (id & 1099511627775) + count FROM chunk WHERE id BETWEEN p.id << 40 AND (p.id << 40) + "
			"1099511627775"
			" ORDER BY id DESC LIMIT 1)"
			" FROM part p WHERE p.topic = ?1 ORDER BY p.number",
			err);
	int rc, n = 0;

	if (!s)
		return -1;
	sqlite3_bind_int64(s, 1, t->id);
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && n < t->nparts)
		part_row(&t->parts[n++], s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : local_fail(l, l->db, err, "reading the partitions of %s", t->name);
}

static int load_topics(struct local_log *l, struct err *err)
{
	sqlite3_stmt *s = local_prepare(l, l->db,
			"SELECT t.id, t.name, t.kind, (SELECT count(*) FROM part WHERE topic "
			"= t.id) FROM topic t "
			"ORDER BY t.id",
			err);
	int rc, failed = 0;

	if (!s)
		return -1;
	while ((rc = sqlite3_step(s)) == SQLITE_ROW && !failed) {
		struct local_topic *t = topic_row(s);

		local_topic_add(l, t);
		failed = load_parts(l, t, err);
	}
	sqlite3_finalize(s);
	if (failed)
		return -1;
	return rc == SQLITE_DONE ? 0 : local_fail(l, l->db, err, "reading the topics");
}

static int open_database(struct local_log *l, struct err *err)
{
	struct stat st;
	int fd = open(l->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600); /* SQLite would let others read it */

	if (fd < 0 || fstat(fd, &st) != 0) {
		err_set(err, ERR_CONFIG, errno, "embedded log %s: %s", l->path,
				errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	l->db = local_connect(l, err);
	if (!l->db || check_schema(l, st.st_size == 0, err) || load_topics(l, err))
		return -1;
	l->insert_chunk = local_prepare(l, l->db,
			"INSERT INTO chunk (id, count, min_ms, max_ms, bytes, data) VALUES "
			"(?1, ?2, ?3, ?4, ?5, ?6)",
			err);
	if (!l->insert_chunk)
		return -1;
	l->set_offset = local_prepare(l, l->db,
			"INSERT INTO group_offset (name, topic, partition, offset, metadata) "
			"VALUES (?1, ?2, ?3, ?4, ?5) "
			"ON CONFLICT DO UPDATE SET offset = excluded.offset, metadata = excluded.metadata",
			err);
	return l->set_offset ? 0 : -1;
}

static void local_close(struct log *base)
{
	struct local_log *l = (struct local_log *)base;

	sqlite3_finalize(l->insert_chunk);
	sqlite3_finalize(l->set_offset);
	sqlite3_close(l->db);
	if (l->lock_fd >= 0)
		close(l->lock_fd);
	for (size_t i = 0; i < l->ntopics; i++) {
		free(l->topics[i]->parts);
		free(l->topics[i]);
	}
	for (size_t i = 0; i < l->nfences; i++)
		free(l->fences[i].id);
	local_groups_done(l);
	free(l->fences);
	free(l->topics);
	name_map_done(&l->by_name);
	pthread_mutex_destroy(&l->write_lock);
	pthread_mutex_destroy(&l->lock);
	pthread_cond_destroy(&l->wake);
	log_conf_done(&l->base.conf);
	free(l->path);
	free(l);
}

static struct log *local_open(const struct log_conf *conf, struct err *err)
{
	struct local_log *l = xcalloc(1, sizeof *l);

	l->base.ops = &log_local_ops;
	l->lock_fd = -1;
	l->path = xasprintf("%s/log.db", conf->state_dir);
	l->kept_us = clock_mono_us();
	log_conf_copy(&l->base.conf, conf);
	lock_init(&l->write_lock);
	lock_init(&l->lock);
	clock_cond_init(&l->wake);
	if (make_dirs(conf->state_dir, err) ||
			(l->lock_fd = lock_file_take(conf->state_dir, "log.lock", "state.dir", err)) < 0 ||
			open_database(l, err)) {
		local_close(&l->base);
		return NULL;
	}
	return &l->base;
}

const struct log_ops log_local_ops = {
	.kind = "embedded",
	.open = local_open,
	.close = local_close,
	.check = local_check,
	.remedies = local_remedies,
	.topic_ensure = local_topic_ensure,
	.topics = local_topics,
	.unloaded = local_unloaded,
	.topic_compacts = local_topic_compacts,
	.topic_settings = local_topic_settings,
	.groups = local_groups,
	.group_members = local_group_members,
	.group_store = local_group_store,
	.scan = local_scan,
	.offset_at = local_offset_at,
	.ends = local_ends,
	.writer_open = local_writer_open,
	.writer_close = local_writer_close,
	.writer_append = local_writer_append,
	.writer_commit = local_writer_commit,
	.reader_open = local_reader_open,
	.reader_close = local_reader_close,
	.reader_poll = local_reader_poll,
	.reader_assigned = local_reader_assigned,
	.reader_seek = local_reader_seek,
	.reader_commit = local_reader_commit,
	.reader_pause = local_reader_pause,
};
