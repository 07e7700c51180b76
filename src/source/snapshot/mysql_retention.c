/* mysql_retention.c - see mysql_retention.h. */
#include "config.h"
#include "source/snapshot/mysql_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "source/server/mysql_binlog.h"
#include "source/snapshot/mysql_chunk.h"

enum { LOOK_EVERY_US = 10000000 };

#define REMEDY "raise binlog_expire_logs_seconds, or read faster (snapshot.max.threads)"

static const struct report_kind short_retention = { REPORT_WARNING, "mysql snapshot",
	"the server may purge its binlog before a snapshot is over", REMEDY };

void retention_remedies(struct report *r)
{
	report_kinds(r, &short_retention, 1);
}

bool retention_is_short(int64_t keeps_ms, uint64_t rows, char *out, size_t size)
{
	int64_t needs_ms = (int64_t)((double)rows / RETENTION_ROWS_PER_S * 1000);

	if (keeps_ms < 0 || needs_ms < keeps_ms / 2)
		return false;
	snprintf(out, size,
			"a snapshot of about %llu rows takes %.1f hours at %d rows/s, and the server keeps its "
			"binlog for %.1f hours",
			(unsigned long long)rows, (double)needs_ms / 3600e3, RETENTION_ROWS_PER_S,
			(double)keeps_ms / 3600e3);
	return true;
}

static int read_keeps(struct mysql_conn *c, int64_t *keeps_ms, struct err *err)
{
	char text[32];
	int unknown = mysql_conn_variable(c, "binlog_expire_logs_seconds", text, sizeof(text), err);
	long long seconds = strtoll(text, NULL, 10);

	*keeps_ms = unknown || seconds <= 0 ? -1 : seconds * 1000;
	return unknown < 0 ? -1 : 0;
}

int retention_check(struct mysql_conn *c, uint64_t rows, struct report *report, struct err *err)
{
	int64_t keeps_ms;
	char why[240];

	if (read_keeps(c, &keeps_ms, err) < 0)
		return -1;
	if (retention_is_short(keeps_ms, rows, why, sizeof(why)))
		report_tell(report, &short_retention, "%s", why);
	else
		report_ok(report, "mysql snapshot", "about %llu rows, %.1f minutes at %d rows/s",
				(unsigned long long)rows, (double)rows / RETENTION_ROWS_PER_S / 60,
				RETENTION_ROWS_PER_S);
	return 0;
}

int retention_begin(struct retention *r, struct mysql_conn *c, uint64_t rows, struct err *err)
{
	char why[240];

	*r = (struct retention){ .next_us = clock_mono_us() + LOOK_EVERY_US };
	if (read_keeps(c, &r->keeps_ms, err) < 0)
		return -1;
	r->warned = retention_is_short(r->keeps_ms, rows, why, sizeof(why));
	if (r->warned)
		snprintf(r->said, sizeof(r->said), "%s: " REMEDY, why);
	return 0;
}

void retention_weigh(struct retention *r, int64_t spent_ms, int64_t left_ms)
{
	if (r->keeps_ms < 0 || left_ms < 0 || r->warned || spent_ms + left_ms < r->keeps_ms / 10 * 8)
		return;
	r->warned = true;
	snprintf(r->said, sizeof(r->said),
			"the snapshot needs about %.1f hours more, and the server keeps its binlog "
			"from the snapshot's beginning for %.1f hours more: " REMEDY,
			(double)left_ms / 3600e3, (double)(r->keeps_ms - spent_ms) / 3600e3);
}

/* 1: it has; 0: it has not; -1: it does not answer. */
static int still_has(struct mysql_conn *c, const struct position *from, struct err *err)
{
	MYSQL_RES *res;
	MYSQL_ROW row;
	struct buf sql;
	bool has = false;

	buf_init(&sql, CHUNK_SQL_MAX);
	if (from->gtids)
		buf_printf(&sql, "SELECT 1 WHERE GTID_SUBSET(@@GLOBAL.gtid_purged, '%s')", from->gtids);
	else
		buf_puts(&sql, "SHOW BINARY LOGS");
	res = sql.failed ? NULL : mysql_conn_rows(c, "?", err, "%s", sql.data);
	buf_done(&sql);
	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		has |= from->gtids || (row[0] && strcmp(row[0], from->file) == 0);
	mysql_free_result(res);
	return has;
}

int retention_look(struct retention *r, const struct mysql_conf *conf, unsigned host, const struct position *from,
		struct err *err)
{
	struct mysql_conn c = { 0 };
	struct err why = { 0 };
	int has = 1;

	if (clock_mono_us() < r->next_us)
		return 0;
	r->next_us = clock_mono_us() + LOOK_EVERY_US;
	if (mysql_conn_open(&c, conf, host, &why) == 0)
		has = still_has(&c, from, &why);
	mysql_conn_close(&c);
	if (has != 0)
		return 0;
	return err_set(err, ERR_FATAL, BINLOG_GONE,
			"snapshot: MySQL %s has purged the binlog after the snapshot's position %s:%llu; the changes "
			"since then are lost, and it has to begin again: restart it, or set snapshot.mode = when_needed; " REMEDY,
			c.server, from->file, (unsigned long long)from->pos);
}
