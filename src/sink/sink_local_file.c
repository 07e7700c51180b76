/*
 * sink_local_file.c - the files of the embedded warehouse: one a database, opened or made. A file that is not ours is
 * never written to: SQLite's application id says whose it is, and is read before anything else is done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/sink_local.h"

#define APPLICATION_ID 0x4d524348	/* "MRCH" at offset 68 of the file: ours */
#define FORMAT_VERSION 1
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

static int64_t query_int(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	int64_t value = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL))
		return -1;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static int db_found(struct local_db *d, struct err *err)
{
	static const char create[] =
		"BEGIN IMMEDIATE;"
		"CREATE TABLE IF NOT EXISTS " LOCAL_LABELS
		" (label TEXT PRIMARY KEY, rows INTEGER, at INTEGER) STRICT, WITHOUT ROWID;"
		"PRAGMA application_id = 1297236808;"
		"PRAGMA user_version = 1;"
		"COMMIT";

	_Static_assert(APPLICATION_ID == 1297236808, "as in the statement");
	if (local_exec(d->db, create) == SQLITE_OK)
		return 0;
	local_error(d->db, NULL, "create", err);
	local_exec(d->db, "ROLLBACK");
	return -1;
}

/* Whose file is it? Nothing is written before this is known. */
static int db_recognise(struct local_db *d, const char *path, struct err *err)
{
	int64_t id = query_int(d->db, "PRAGMA application_id"), version = query_int(d->db, "PRAGMA user_version");
	int64_t tables = query_int(d->db, "SELECT count(*) FROM sqlite_master");

	if (tables < 0)
		return local_error(d->db, NULL, "open", err);
	if (tables == 0 && id == 0)
		return db_found(d, err);
	if (id != APPLICATION_ID)
		return err_set(err, ERR_CONFIG, 0, "%s: an SQLite file that millrace did not make; move it away", path);
	if (version != FORMAT_VERSION)
		return err_set(err, ERR_CONFIG, 0, "%s: written by another millrace: format %lld, expected %d", path,
			       (long long)version, FORMAT_VERSION);
	return 0;
}

static int db_configure(struct local_db *d, int busy_ms, struct err *err)
{
	static const char pragmas[] =
		"PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000;"
		"PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF";
	int64_t until_us = clock_mono_us() + (int64_t)busy_ms * 1000;
	int rc;

	/* The busy handler is not asked while the mode changes. */
	while ((rc = local_exec(d->db, "PRAGMA journal_mode = WAL")) == SQLITE_BUSY && clock_mono_us() < until_us)
		clock_sleep_ms(5);
	if (rc || local_exec(d->db, pragmas) ||
	    sqlite3_prepare_v2(d->db, "INSERT INTO " LOCAL_LABELS " VALUES (?, ?, ?)", -1, &d->label_put, NULL) ||
	    sqlite3_prepare_v2(d->db, "SELECT 1 FROM " LOCAL_LABELS " WHERE label = ?", -1, &d->label_get, NULL))
		return local_error(d->db, NULL, "open", err);
	return 0;
}

struct local_db *local_db_open(const struct sink_conf *conf, const char *name, struct err *err)
{
	struct local_db *d = xcalloc(1, sizeof(*d));
	char *path = db_path(conf->state_dir, name);
	int busy_ms = conf->load_timeout_ms > BUSY_MIN_MS ? (int)conf->load_timeout_ms : BUSY_MIN_MS;

	d->name = xstrdup(name);
	if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)) {
		err_set(err, ERR_CONFIG, sqlite3_errcode(d->db), "%s: %s", path, sqlite3_errmsg(d->db));
	} else {
		sqlite3_extended_result_codes(d->db, 1);
		sqlite3_busy_timeout(d->db, busy_ms);
		if (db_recognise(d, path, err) == 0 && db_configure(d, busy_ms, err) == 0) {
			free(path);
			return d;
		}
	}
	free(path);
	local_db_close(d);
	return NULL;
}
