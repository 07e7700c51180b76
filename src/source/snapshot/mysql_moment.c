/* mysql_moment.c - see mysql_moment.h. Lock waits block every writer behind us, so they end soon. */
#include "config.h"
#include "source/snapshot/mysql_moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mysqld_error.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/snapshot/mysql_chunk.h"
#include "source/snapshot/mysql_snapshot.h"

enum { LOCK_TIMEOUT_MS = 10000, FENCE_PAUSE_MS = 2, XA_PAUSE_MS = 20 };

enum lock_result { LOCKED, NOT_GRANTED }; /* or -1 */

static int64_t timeout_ms(const struct moment *m)
{
	return m->conf->snapshot_lock_timeout_ms > 0 ? m->conf->snapshot_lock_timeout_ms : LOCK_TIMEOUT_MS;
}

/* ---- locks ---- */

static int open_lock(struct moment *m, struct err *err)
{
	if (mysql_conn_open(&m->lock, m->conf, m->host, err) < 0)
		return -1;
	return mysql_conn_run(&m->lock, err, "SET SESSION lock_wait_timeout = %lld",
			(long long)(timeout_ms(m) + 999) / 1000);
}

static int lock_all(struct moment *m, struct err *err)
{
	struct err denied = { 0 };

	if (mysql_conn_run(&m->lock, &denied, "FLUSH TABLES WITH READ LOCK") == 0)
		return LOCKED;
	if (err_is_refusal(&denied) && m->conf->snapshot_locking == LOCKING_MINIMAL)
		return NOT_GRANTED;
	*err = denied;
	return err_wrap(err, "snapshot: the global read lock was not granted within %lld ms", (long long)timeout_ms(m));
}

static void forget_locked(struct moment *m)
{
	for (size_t i = 0; i < m->nlocked; i++)
		free(m->locked[i]);
	free(m->locked);
	m->locked = NULL;
	m->nlocked = 0;
}

/* `a`.`b` READ, for each captured table. */
static int name_tables(struct moment *m, struct buf *sql, struct err *err)
{
	struct snapshot_list list;

	if (snapshot_list_names(&list, &m->lock, m->filter, err) < 0)
		return -1;
	m->locked = xcalloc(list.count + 1, sizeof(*m->locked));
	for (size_t i = 0; i < list.count; i++) {
		buf_puts(sql, i ? ", " : "LOCK TABLES ");
		buf_put_name(sql, list.items[i].db, list.items[i].name);
		buf_puts(sql, " READ");
		m->locked[m->nlocked++] = xasprintf("%s.%s", list.items[i].db, list.items[i].name);
	}
	snapshot_list_free(&list);
	return 0;
}

static int lock_tables(struct moment *m, struct err *err)
{
	struct err why = { 0 };
	struct buf sql;
	int r;

	buf_init(&sql, CHUNK_SQL_MAX);
	r = name_tables(m, &sql, err);
	if (r == 0 && m->nlocked > 0 && !sql.failed)
		r = mysql_conn_run(&m->lock, &why, "%s", sql.data);
	if (r == 0 && sql.failed)
		r = NOT_GRANTED;
	buf_done(&sql);
	if (r == 0)
		return LOCKED;
	forget_locked(m);
	if (r == NOT_GRANTED || err_is_refusal(&why))
		return NOT_GRANTED;
	if (why.kind == ERR_NONE)
		return -1;
	*err = why;
	return err_wrap(err, "snapshot: the captured tables could not be locked within %lld ms",
			(long long)timeout_ms(m));
}

static int take_lock(struct moment *m, struct err *err)
{
	int r;

	if (m->conf->snapshot_locking == LOCKING_NONE)
		return NOT_GRANTED;
	if (open_lock(m, err) < 0)
		return -1;
	r = lock_all(m, err);
	if (r == NOT_GRANTED && m->rows)
		r = lock_tables(m, err);
	if (r == NOT_GRANTED)
		mysql_conn_close(&m->lock);
	return r;
}

/* ---- views ---- */

static int open_views(struct mysql_conn *const *conns, unsigned n, struct err *err)
{
	for (unsigned i = 0; i < n; i++)
		if (mysql_conn_run(conns[i], err, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY") < 0)
			return -1;
	return 0;
}

static bool same_place(const struct position *a, const struct position *b)
{
	return a->pos == b->pos && strcmp(a->file, b->file) == 0 &&
			(a->gtids == b->gtids || (a->gtids && b->gtids && strcmp(a->gtids, b->gtids) == 0));
}

/* ---- prepared XA transactions ---- */

/* 1: there is one, m->xid. Its rows are in the binlog before the position and in no view: when it is committed later, neither
 * the snapshot nor the stream has them. The server tells only who holds XA_RECOVER_ADMIN; `check` says so. */
static int prepared(struct moment *m, struct mysql_conn *c, struct err *err)
{
	struct err refused = { 0 };

	m->xid[0] = '\0';
	if (mysql_conn_text(c, 3, m->xid, sizeof(m->xid), &refused, "XA RECOVER CONVERT XID") == 0)
		return m->xid[0] != '\0';
	if (refused.code == ER_XAER_RMERR || err_is_refusal(&refused))
		return 0;
	*err = refused;
	return -1;
}

static int tell_prepared(const struct moment *m, struct err *err)
{
	return err_set(err, ERR_RETRY, 0,
			"snapshot: XA transaction %s was prepared before the snapshot; when it is "
			"committed later, its rows would be in neither; waited %lld ms: XA COMMIT or XA ROLLBACK it (XA RECOVER "
			"lists all that are prepared)",
			m->xid, (long long)timeout_ms(m));
}

/* ---- the moment ---- */

/* All that was in the binlog at the first look is committed: 1; perhaps not: 0. */
static int settled(struct mysql_conn *c, bool gtids, struct position *out, struct err *err)
{
	struct position first;
	char owned[64] = "";
	int r;

	position_init(&first);
	r = snapshot_read_position(c, gtids, &first, err);
	if (r == 0 && gtids)
		r = mysql_conn_text(c, 0, owned, sizeof(owned), err, "SELECT @@GLOBAL.gtid_owned");
	if (r == 0)
		r = snapshot_read_position(c, gtids, out, err);
	if (r == 0)
		r = owned[0] == '\0' && first.pos == out->pos && strcmp(first.file, out->file) == 0;
	position_done(&first);
	return r;
}

static int try_fence(struct moment *m, struct mysql_conn *const *conns, unsigned n, bool gtids, struct position *out,
		struct err *err)
{
	struct position after;
	int r = settled(conns[0], gtids, out, err);

	if (r <= 0)
		return r;
	r = prepared(m, conns[0], err);
	if (r != 0)
		return r < 0 ? -1 : 0;
	position_init(&after);
	r = open_views(conns, n, err) < 0 || snapshot_read_position(conns[0], gtids, &after, err) < 0
			? -1
			: same_place(out, &after);
	position_done(&after);
	return r;
}

static int fence(struct moment *m, struct mysql_conn *const *conns, unsigned n, bool gtids, struct position *out,
		struct err *err)
{
	int64_t until = clock_mono_us() + timeout_ms(m) * 1000;

	if (!gtids && m->rows)
		return err_set(err, ERR_CONFIG, 0,
				"snapshot: without GTIDs and without a lock, the position of a view cannot be told: "
				"grant RELOAD or LOCK TABLES to %s (and no snapshot.locking.mode = none), or set "
				"gtid_mode = ON",
				m->conf->user);
	do {
		int r = try_fence(m, conns, n, gtids, out, err);

		if (r != 0)
			return r > 0 ? 0 : -1;
		clock_sleep_ms(FENCE_PAUSE_MS);
	} while (clock_mono_us() < until);
	if (m->xid[0] != '\0')
		return tell_prepared(m, err);
	return err_set(err, ERR_RETRY, 0,
			"snapshot: no moment without a commit within %lld ms; grant RELOAD or LOCK TABLES to %s, so "
			"that a short lock can be taken",
			(long long)timeout_ms(m), m->conf->user);
}

/* The look for prepared ones comes last: nothing is committed while the lock is held, so none of them can have ended before. */
static int try_locked(struct moment *m, struct mysql_conn *const *conns, unsigned n, bool gtids, struct position *out,
		struct err *err)
{
	int r = open_views(conns, n, err) < 0 || snapshot_read_position(conns[0], gtids, out, err) < 0
			? -1
			: prepared(m, conns[0], err);

	return r < 0 ? -1 : r == 0;
}

/* Without the lock in between, so that they can end. */
static int locked(struct moment *m, struct mysql_conn *const *conns, unsigned n, bool gtids, struct position *out,
		struct err *err)
{
	int64_t until = clock_mono_us() + timeout_ms(m) * 1000;
	int r;

	while ((r = try_locked(m, conns, n, gtids, out, err)) == 0) {
		moment_unlock(m);
		if (clock_mono_us() >= until)
			return tell_prepared(m, err);
		clock_sleep_ms(XA_PAUSE_MS);
		r = take_lock(m, err);
		if (r < 0)
			return -1;
		if (r == NOT_GRANTED)
			return fence(m, conns, n, gtids, out, err);
	}
	return r > 0 ? 0 : -1;
}

int moment_take(struct moment *m, struct mysql_conn *const *conns, unsigned n, struct position *out, struct err *err)
{
	char mode[32];
	bool gtids;
	int r;

	if (mysql_conn_variable(conns[0], "gtid_mode", mode, sizeof(mode), err) < 0)
		return -1;
	gtids = strcasecmp(mode, "ON") == 0;
	r = take_lock(m, err);
	if (r < 0)
		return -1;
	if (r == NOT_GRANTED)
		return fence(m, conns, n, gtids, out, err);
	return locked(m, conns, n, gtids, out, err);
}

int moment_check_table(const struct moment *m, size_t i, const char *db, const char *table, struct err *err)
{
	size_t len = strlen(db);

	if (m->locked == NULL ||
			(i < m->nlocked && strncmp(m->locked[i], db, len) == 0 && m->locked[i][len] == '.' &&
					strcmp(m->locked[i] + len + 1, table) == 0))
		return 0;
	return err_set(err, ERR_RETRY, 0, "snapshot: the tables have changed while they were being locked (%s.%s)", db,
			table);
}

void moment_unlock(struct moment *m)
{
	mysql_conn_close(&m->lock);
	forget_locked(m);
}
