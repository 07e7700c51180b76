/* mysql_fill_view.c - see mysql_fill_view.h. */
#include "config.h"
#include "source/incremental/mysql_fill_view.h"

#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>

#include "source/snapshot/mysql_snapshot.h"

enum { LOCK_WAIT_S = 1, QUOTED_MAX = 1200 };

void fill_view_init(struct fill_view *v)
{
	*v = (struct fill_view){ 0 };
	position_init(&v->fence);
}

void fill_view_close(struct fill_view *v)
{
	scan_close(&v->scan);
	mysql_conn_close(&v->conn);
}

void fill_view_done(struct fill_view *v)
{
	fill_view_close(v);
	position_done(&v->fence);
}

int fill_view_connect(struct fill_view *v, const struct mysql_conf *conf, unsigned host, struct err *err)
{
	return v->conn.mysql ? 0 : mysql_conn_open(&v->conn, conf, host, err);
}

int fill_view_shows(struct fill_view *v, const char *gtids, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(&v->conn, "?", err, "SELECT GTID_SUBSET('%s', @@GLOBAL.gtid_executed)", gtids);
	MYSQL_ROW row;
	int r;

	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	r = row && row[0] && row[0][0] == '1';
	mysql_free_result(res);
	return r;
}

/* The order is the fence: the binlog is written before the engine shows a transaction, so all that the view holds
 * stands before the end of the binlog as it is after the view was opened. */
int fill_view_open(struct fill_view *v, struct err *err)
{
	v->locked = false;
	if (mysql_conn_run(&v->conn, err, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY") < 0)
		return -1;
	return snapshot_read_position(&v->conn, false, &v->fence, err);
}

/* 1: somebody else has the table. */
static int lock_table(struct mysql_conn *lock, const char *db, const char *name, struct err *err)
{
	struct buf quoted;
	int r;

	buf_init(&quoted, QUOTED_MAX);
	buf_put_name(&quoted, db, name);
	r = mysql_conn_run(lock, err, "SET SESSION lock_wait_timeout = %d", LOCK_WAIT_S);
	if (r == 0)
		r = mysql_conn_run(lock, err, "LOCK TABLES %s READ", quoted.data);
	buf_done(&quoted);
	return r < 0 && err->code == ER_LOCK_WAIT_TIMEOUT ? 1 : r;
}

int fill_view_open_locked(struct fill_view *v, const struct mysql_conf *conf, unsigned host, const char *db,
		const char *name, struct err *err)
{
	struct mysql_conn lock;
	int r;

	if (mysql_conn_open(&lock, conf, host, err) < 0)
		return -1;
	r = lock_table(&lock, db, name, err);
	if (r == 0)
		r = fill_view_open(v, err);
	v->locked = r == 0;
	mysql_conn_close(&lock);
	return r;
}

int fill_view_can_lock(struct mysql_conn *conn, const char *db, const char *name, struct err *err)
{
	int r = lock_table(conn, db, name, err);

	if (r > 0) {
		err_clear(err);
		return 0;
	}
	return r < 0 ? -1 : mysql_conn_run(conn, err, "UNLOCK TABLES");
}

int fill_view_release(struct fill_view *v, struct err *err)
{
	scan_close(&v->scan);
	return mysql_conn_run(&v->conn, err, "ROLLBACK");
}

/* binlog.000999 comes before binlog.001000, and before binlog.1000000. */
int fill_file_compare(const char *a, const char *b)
{
	const char *dot_a = strrchr(a, '.'), *dot_b = strrchr(b, '.');
	unsigned long long x = dot_a ? strtoull(dot_a + 1, NULL, 10) : 0, y = dot_b ? strtoull(dot_b + 1, NULL, 10) : 0;

	return x < y ? -1 : x > y;
}

bool fill_view_passed(const struct fill_view *v, const char *file, uint64_t pos)
{
	int order = fill_file_compare(file, v->fence.file);

	return order > 0 || (order == 0 && pos >= v->fence.pos);
}
