/*
 * sink_local_file.c - the files of the embedded warehouse: one a database, opened or made. A file that is not ours is
 * never written to: SQLite's application id says whose it is, and is read before anything else is done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/local/sink_local.h"

#define APPLICATION_ID 0x4d524348 /* "MRCH" at offset 68 of the file: ours */
#define FORMAT_VERSION 2	  /* 1: the labels were in _millrace_labels, a name that a source table can have */
#define BUSY_MIN_MS 10000

void local_db_close(struct local_db *d)
{
	sqlite3_finalize(d->label_put);
	sqlite3_finalize(d->label_get);
	sqlite3_close_v2(d->db);
	free(d->name);
	free(d);
}

int local_directory(const char *path, struct err *err)
{
	if (mkdir(path, 0750) == 0 || errno == EEXIST)
		return 0;
	return err_set(err, ERR_CONFIG, errno, "warehouse folder %s: %s", path, strerror(errno));
}

/* A database name may hold any character; a file name may not. */
static char *db_path(const char *state_dir, const char *name)
{
	static const char digits[] = "0123456789abcdef";
	char *path = xmalloc(strlen(state_dir) + 3 * strlen(name) + 20), *p;

	p = stpcpy(path, state_dir);
	p = stpcpy(p, "/warehouse/");
	for (const char *n = name; *n; n++) {
		unsigned char c = (unsigned char)*n;

		if (c == '/' || c == '%' || c < ' ' || c == 0x7f || (c == '.' && n == name)) {
			*p++ = '%';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		} else {
			*p++ = (char)c;
		}
	}
	strcpy(p, ".db");
	return path;
}

struct file_owner { /* what the file says about itself, as of one moment */
	int64_t id, version, tables;
};

static int query_int(sqlite3 *db, const char *sql, int64_t *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	*out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Inside a transaction: another worker may be making the file at this moment. */
static int owner_read(sqlite3 *db, struct file_owner *out)
{
	int rc = query_int(db, "PRAGMA application_id", &out->id);

	if (rc == SQLITE_OK)
		rc = query_int(db, "PRAGMA user_version", &out->version);
	return rc == SQLITE_OK ? query_int(db, "SELECT count(*) FROM sqlite_master", &out->tables) : rc;
}

static const char create_file[] = "CREATE TABLE " LOCAL_LABELS
				  " (label TEXT PRIMARY KEY, rows INTEGER, at INTEGER) STRICT, WITHOUT ROWID;"
				  "PRAGMA application_id = 1297236808;"
				  "PRAGMA user_version = 2";
static const char upgrade_file[] = "ALTER TABLE _millrace_labels RENAME TO " LOCAL_LABELS ";"
				   "PRAGMA user_version = 2";
_Static_assert(APPLICATION_ID == 1297236808 && FORMAT_VERSION == 2, "as in the statements");

static bool is_new(const struct file_owner *o)
{
	return o->id == 0 && o->tables == 0;
}

/* Nothing is written to a file before it has said whose it is. */
static int file_owner_check(const struct file_owner *o, const char *path, struct err *err)
{
	if (is_new(o) || (o->id == APPLICATION_ID && (o->version == 1 || o->version == FORMAT_VERSION)))
		return 0;
	if (o->id != APPLICATION_ID)
		return err_set(err, ERR_CONFIG, 0,
				"%s: this SQLite file is not millrace's (application id %lld, expected %d); "
				"nothing was written to it: choose another state.dir",
				path, (long long)o->id, APPLICATION_ID);
	return err_set(err, ERR_CONFIG, 0,
			"%s: written by another millrace: format %lld, expected %d; start the millrace "
			"that wrote it",
			path, (long long)o->version, FORMAT_VERSION);
}

/* Under the file's write lock, so that of two workers one makes it and the other finds it made. */
static int db_make(struct local_db *d, const char *path, struct err *err)
{
	struct file_owner o;
	int rc = local_exec(d->db, "BEGIN IMMEDIATE");

	if (rc == SQLITE_OK)
		rc = owner_read(d->db, &o);
	if (rc == SQLITE_OK && file_owner_check(&o, path, err)) {
		local_exec(d->db, "ROLLBACK");
		return -1;
	}
	if (rc == SQLITE_OK && is_new(&o))
		rc = local_exec(d->db, create_file);
	else if (rc == SQLITE_OK && o.version == 1)
		rc = local_exec(d->db, upgrade_file);
	if (rc == SQLITE_OK)
		rc = local_exec(d->db, "COMMIT");
	if (rc == SQLITE_OK)
		return 0;
	local_error(d->db, NULL, "create", err);
	local_exec(d->db, "ROLLBACK");
	return -1;
}

static int db_recognise(struct local_db *d, const char *path, struct err *err)
{
	int64_t until_us = clock_mono_us() + d->busy_ms * 1000LL;
	struct file_owner o;
	int rc;

	/* The busy handler is not asked while another worker changes the journal mode. */
	for (;;) {
		rc = local_exec(d->db, "BEGIN");
		if (rc == SQLITE_OK)
			rc = owner_read(d->db, &o);
		if ((rc & 0xff) != SQLITE_BUSY || clock_mono_us() >= until_us)
			break;
		local_exec(d->db, "ROLLBACK");
		clock_sleep_ms(5);
	}
	if (rc != SQLITE_OK)
		local_error(d->db, NULL, "open", err);
	local_exec(d->db, "ROLLBACK");
	if (rc != SQLITE_OK || file_owner_check(&o, path, err))
		return -1;
	return is_new(&o) || o.version != FORMAT_VERSION ? db_make(d, path, err) : 0;
}

static int db_configure(struct local_db *d, struct err *err)
{
	static const char pragmas[] =
			"PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000;"
			"PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF";
	int64_t until_us = clock_mono_us() + d->busy_ms * 1000LL;
	int rc;

	/* The busy handler is not asked while the mode changes. */
	while ((rc = local_exec(d->db, "PRAGMA journal_mode = WAL")) == SQLITE_BUSY && clock_mono_us() < until_us)
		clock_sleep_ms(5);
	if (rc || local_exec(d->db, pragmas) ||
			sqlite3_prepare_v2(d->db, "INSERT INTO " LOCAL_LABELS " VALUES (?, ?, ?)", -1, &d->label_put,
					NULL) ||
			sqlite3_prepare_v2(d->db, "SELECT 1 FROM " LOCAL_LABELS " WHERE label = ?", -1, &d->label_get,
					NULL))
		return local_error(d->db, NULL, "open", err);
	return 0;
}

struct local_db *local_db_open(const struct sink_conf *conf, const char *name, struct err *err)
{
	struct local_db *d = xcalloc(1, sizeof(*d));
	char *path = db_path(conf->state_dir, name);
	struct stat st;

	d->name = xstrdup(name);
	d->busy_ms = conf->load_timeout_ms > BUSY_MIN_MS ? (int)conf->load_timeout_ms : BUSY_MIN_MS;
	/* Not by opening it: closing any descriptor of the file drops the locks of this process's other connections. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode)) {
		err_set(err, ERR_CONFIG, ELOOP, "warehouse %s: it is a symbolic link", path);
		free(path);
		local_db_close(d);
		return NULL;
	}
	if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)) {
		err_set(err, ERR_CONFIG, sqlite3_errcode(d->db), "%s: %s", path, sqlite3_errmsg(d->db));
	} else {
		sqlite3_extended_result_codes(d->db, 1);
		sqlite3_busy_timeout(d->db, d->busy_ms);
		/* One that a person has made could change or drop what is loaded, and nothing would say so. */
		sqlite3_db_config(d->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
		if (db_recognise(d, path, err) == 0 && db_configure(d, err) == 0) {
			free(path);
			return d;
		}
	}
	free(path);
	local_db_close(d);
	return NULL;
}

bool local_db_exists(const struct sink_conf *conf, const char *name)
{
	char *path = db_path(conf->state_dir, name);
	struct stat st;
	bool exists = stat(path, &st) == 0;

	free(path);
	return exists;
}
