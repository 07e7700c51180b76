/*
 * mysql_check_table.c - source_check_tables(): asks the server how many rows raise a question. A table may be so large
 * that nobody wants to wait, so each statement has the server's own time limit (MAX_EXECUTION_TIME), a table above the
 * sample's size is counted at both ends of its key only, and one that is not counted in time says so. Rows are read
 * uncommitted: a count is no snapshot, and must not keep the server from purging.
 */
#include "config.h"
#include "source/check/mysql_check_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/server/mysql_conn.h"
#include "source/source.h"

enum { OUT_OF_TIME = 3024 /* ER_QUERY_TIMEOUT */, SQL_MAX = 8 << 20, ANSWER_SLACK_MS = 10000, SMALLEST_SAMPLE = 1000 };

struct counting {
	struct mysql_conn conn;
	const struct mysql_conf *conf;
	const struct source_limits *limits;
	int64_t end_us; /* of the time for all tables */
};

static unsigned counts_max(const struct table_check *e)
{
	return e->schema->ncolumns * 4 + 8;
}

/* The questions stay, without an answer. */
static void not_counted(const struct counting *d, struct table_check *e, const char *why)
{
	struct question_count *counts = xcalloc(counts_max(e), sizeof(*counts));
	struct buf sql;
	unsigned n;

	buf_init(&sql, SQL_MAX);
	n = question_statement(e, d->conf, 0, &sql, counts, counts_max(e));
	for (unsigned i = 0; i < n; i++)
		table_check_find(e, counts[i].question, counts[i].column, -1);
	e->rows = -1;
	e->sampled = false;
	e->uncounted = arena_dup(&e->arena, why, strlen(why));
	buf_done(&sql);
	free(counts);
}

static int take_answer(struct table_check *e, MYSQL_RES *res, const struct question_count *counts, unsigned n,
		struct err *err)
{
	MYSQL_ROW row = mysql_num_fields(res) > n ? mysql_fetch_row(res) : NULL;

	if (row == NULL || row[0] == NULL)
		return err_set(err, ERR_DATA, 0, "the server gave no numbers");
	e->rows = strtoll(row[0], NULL, 10);
	for (unsigned i = 0; i < n; i++)
		table_check_find(e, counts[i].question, counts[i].column,
				row[i + 1] ? strtoll(row[i + 1], NULL, 10) : 0);
	return 0;
}

/* 0, or -1 and err: OUT_OF_TIME, or what the server says. */
static int count_rows(struct counting *d, struct table_check *e, int64_t sample_rows, int64_t limit_ms, struct err *err)
{
	struct question_count *counts = xcalloc(counts_max(e), sizeof(*counts));
	MYSQL_RES *res = NULL;
	struct buf sql;
	unsigned n;
	int r = -1;

	buf_init(&sql, SQL_MAX);
	n = question_statement(e, d->conf, sample_rows, &sql, counts, counts_max(e));
	e->sampled = sample_rows > 0 && n > 0;
	if (sql.failed)
		err_set(err, ERR_DATA, 0, "its statement would be longer than %d bytes", SQL_MAX);
	else if (n == 0 && e->nkey > 0)
		r = 0; /* nothing is asked */
	else
		res = mysql_conn_rows(&d->conn, "!", err, "SELECT /*+ MAX_EXECUTION_TIME(%lld) */%s",
				(long long)(limit_ms > 0 ? limit_ms : 1), sql.data + strlen("SELECT"));
	if (res)
		r = take_answer(e, res, counts, n, err);
	mysql_free_result(res);
	buf_done(&sql);
	free(counts);
	return r;
}

static int64_t left_ms(const struct counting *d)
{
	int64_t left = (d->end_us - clock_mono_us()) / 1000;

	return left < d->limits->table_ms ? left : d->limits->table_ms;
}

/* All rows when they are few, else both ends; when even that takes too long, a smaller sample once. */
static int count_table(struct counting *d, struct table_check *e, struct err *err)
{
	int64_t sample = d->limits->sample_rows, rows = sample && e->rows_estimate > (uint64_t)sample ? sample : 0;
	int r;

	if (left_ms(d) <= 0) {
		not_counted(d, e, "the time for all tables is used up");
		return 0;
	}
	r = count_rows(d, e, rows, left_ms(d), err);
	if (r < 0 && err->code == OUT_OF_TIME && sample > 0 && left_ms(d) > 0)
		r = count_rows(d, e, SMALLEST_SAMPLE, left_ms(d) / 5, err);
	if (r == 0 || err->kind == ERR_UNREACHABLE)
		return r;
	not_counted(d, e, err->code == OUT_OF_TIME ? "it takes longer than the time limit" : err->msg);
	err_clear(err);
	return 0;
}

/* ---- what the statement needs to know before ---- */

static void put_text(struct buf *b, const char *text)
{
	buf_puts(b, "0x");
	for (; *text; text++)
		buf_printf(b, "%02x", (unsigned char)*text);
}

/* "CONVERT(0x.. USING utf8mb4)": a name as a literal that needs no quoting. */
static void put_names(struct buf *b, const struct schema *s)
{
	buf_puts(b, "table_schema = CONVERT(");
	put_text(b, s->db);
	buf_puts(b, " USING utf8mb4) AND table_name = CONVERT(");
	put_text(b, s->table);
	buf_puts(b, " USING utf8mb4)");
}

static MYSQL_RES *ask_about(struct counting *d, const struct table_check *e, const char *select, struct err *err)
{
	MYSQL_RES *res;
	struct buf where;

	buf_init(&where, SQL_MAX);
	put_names(&where, e->schema);
	res = mysql_conn_rows(&d->conn, "???", err, "%s WHERE %s", select, where.data);
	buf_done(&where);
	return res;
}

static int by_names(const void *a, const void *b)
{
	const struct schema *left = (*(struct table_check *const *)a)->schema,
			    *right = (*(struct table_check *const *)b)->schema;
	int order = strcmp(left->db, right->db);

	return order ? order : strcmp(left->table, right->table);
}

/* How many rows the server thinks that each table has; one question for all. */
static int ask_estimates(struct counting *d, struct table_check *const *checks, size_t count, struct err *err)
{
	struct table_check **sorted = xcalloc(count + 1, sizeof(*sorted));
	MYSQL_RES *res = mysql_conn_rows(&d->conn, "???", err,
			"SELECT table_schema, table_name, table_rows FROM "
			"information_schema.tables WHERE table_type = 'BASE TABLE'");
	MYSQL_ROW row;

	memcpy(sorted, checks, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_names);
	while (res && (row = mysql_fetch_row(res)) != NULL) {
		struct schema names = { .db = row[0] ? row[0] : "", .table = row[1] ? row[1] : "" };
		struct table_check key = { .schema = &names }, *wanted = &key;
		struct table_check **found = bsearch(&wanted, sorted, count, sizeof(*sorted), by_names);

		if (found && row[2])
			(*found)->rows_estimate = strtoull(row[2], NULL, 10);
	}
	mysql_free_result(res);
	free(sorted);
	return res ? 0 : -1;
}

/* Of a table without key: a unique index would be one if its columns did not allow NULL. */
static int ask_unique(struct counting *d, struct table_check *e, struct err *err)
{
	MYSQL_RES *res;
	MYSQL_ROW row;

	if (e->nkey > 0)
		return 0;
	res = ask_about(d, e, "SELECT column_name, non_unique, nullable FROM information_schema.statistics", err);
	while (res && (row = mysql_fetch_row(res)) != NULL) {
		int at = row[0] ? schema_column(e->schema, row[0], strlen(row[0])) : -1;

		if (at >= 0 && row[1] && row[1][0] == '0' && row[2] && strcmp(row[2], "YES") == 0)
			e->columns[at].unique_nullable = true;
	}
	mysql_free_result(res);
	return res ? 0 : -1;
}

static int look_table(struct counting *d, struct table_check *e, struct err *err)
{
	if (ask_unique(d, e, err) < 0 || count_table(d, e, err) < 0) {
		if (err->kind == ERR_UNREACHABLE)
			return -1;
		not_counted(d, e, err->msg);
		err_clear(err);
	}
	if (e->nkey == 0)
		table_check_find(e, CHECK_NO_KEY, -1, e->sampled ? (int64_t)e->rows_estimate : e->rows);
	return 0;
}

static int open_counting(struct counting *d, const struct mysql_conf *conf, struct err *err)
{
	struct mysql_conf patient = *conf;
	unsigned host = 0;

	patient.answer_timeout_ms = d->limits->table_ms + ANSWER_SLACK_MS;
	if (mysql_conn_open_any(&d->conn, &patient, &host, err) < 0)
		return -1;
	return mysql_conn_run(&d->conn, err, /* the limit of each statement is its own */
			"SET SESSION transaction_isolation = 'READ-UNCOMMITTED', lock_wait_timeout = 3600");
}

int source_check_tables(const struct mysql_conf *conf, struct table_check *const *checks, size_t count,
		const struct source_limits *limits, struct err *err)
{
	struct counting d = { .conf = conf, .limits = limits, .end_us = clock_mono_us() + limits->all_ms * 1000 };
	int r = open_counting(&d, conf, err);

	if (r == 0 && count > 0)
		r = ask_estimates(&d, checks, count, err);
	for (size_t i = 0; i < count && r == 0; i++) {
		char name[256];

		snprintf(name, sizeof(name), "%.120s.%.120s", checks[i]->schema->db, checks[i]->schema->table);
		if (limits->progress)
			limits->progress(limits->arg, name, i, count);
		r = look_table(&d, checks[i], err);
	}
	mysql_conn_close(&d.conn);
	return r;
}
