/* mysql_show.c - see mysql_show.h. An error ends a statement of many there; what stood behind is asked anew. */
#include "config.h"
#include "source/snapshot/mysql_show.h"

#include <errmsg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum { AT_ONCE = 64, SQL_MAX = 1 << 20, SQL_ENOUGH = 32 << 10 };

/* An empty table answers at once; one whose first rows are all deleted may take minutes. */
#define ASK_ROWS "SELECT /*+ MAX_EXECUTION_TIME(50) */ 1 FROM "

struct show_lane {
	struct mysql_conn *conn;
	size_t first, end; /* tables of its statement, or of what is left of it */
	bool busy;	   /* the statement is at the server */
};

struct mysql_show {
	struct show_setup setup;
	struct show_lane lanes[SHOW_CONNS_MAX];
	unsigned turn; /* the lane that was asked first */
	size_t next, taken;
	bool begun;
	struct buf sql;
	struct {
		size_t table;
		MYSQL_RES *res;
	} got[AT_ONCE]; /* definitions that are to be looked at */
	size_t ngot;
};

struct mysql_show *show_new(const struct show_setup *setup)
{
	struct mysql_show *s = xcalloc(1, sizeof(*s));

	s->setup = *setup;
	for (unsigned i = 0; i < setup->nconns; i++)
		s->lanes[i].conn = setup->conns[i];
	buf_init(&s->sql, SQL_MAX);
	return s;
}

void show_free(struct mysql_show *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->ngot; i++)
		mysql_free_result(s->got[i].res);
	buf_done(&s->sql);
	free(s);
}

size_t show_taken(const struct mysql_show *s)
{
	return s->taken;
}

static int allow_many(struct mysql_show *s, bool many, struct err *err)
{
	for (unsigned i = 0; i < s->setup.nconns; i++)
		if (mysql_set_server_option(s->lanes[i].conn->mysql,
				    many ? MYSQL_OPTION_MULTI_STATEMENTS_ON : MYSQL_OPTION_MULTI_STATEMENTS_OFF) != 0)
			return mysql_conn_fail(s->lanes[i].conn, "allowing several statements at once", err);
	return 0;
}

/* ---- asking ---- */

static void put_name(struct buf *sql, const struct snapshot_table *t)
{
	buf_put_name(sql, t->db, t->name);
}

static void put_table(struct buf *sql, const struct snapshot_table *t)
{
	if (t->gone)
		return;
	buf_puts(sql, sql->len ? ";SHOW CREATE TABLE " : "SHOW CREATE TABLE ");
	put_name(sql, t);
	if (!t->ask_rows)
		return;
	buf_puts(sql, ";" ASK_ROWS);
	put_name(sql, t);
	buf_puts(sql, " LIMIT 1");
}

/* What an error has left of the lane's statement; else the next tables. */
static int ask(struct mysql_show *s, struct show_lane *lane, struct err *err)
{
	bool rest = lane->first < lane->end;
	size_t i = rest ? lane->first : s->next, end = rest ? lane->end : s->setup.count;

	buf_reset(&s->sql);
	lane->first = i;
	for (; i < end && i - lane->first < AT_ONCE && s->sql.len < SQL_ENOUGH; i++)
		put_table(&s->sql, &s->setup.tables[i]);
	lane->end = i;
	if (!rest)
		s->next = i;
	if (s->sql.len == 0) {
		s->taken += i - lane->first;
		lane->first = i;
		return 0;
	}
	if (mysql_send_query(lane->conn->mysql, s->sql.data, s->sql.len) != 0)
		return mysql_conn_fail(lane->conn, "SHOW CREATE TABLE", err);
	lane->busy = true;
	return 0;
}

/* ---- answers ---- */

static bool is_lost(MYSQL *m)
{
	return mysql_errno(m) >= CR_MIN_ERROR && mysql_errno(m) <= CR_MAX_ERROR;
}

static void table_taken(struct mysql_show *s, struct show_lane *lane)
{
	lane->first++;
	s->taken++;
}

/* A question was refused: what it means that there is no definition the setup says; rows are the caller's then. */
static int refused(struct mysql_show *s, struct show_lane *lane, bool rows, struct err *err)
{
	struct snapshot_table *t = &s->setup.tables[lane->first];
	char doing[300];

	snprintf(doing, sizeof(doing), "SHOW CREATE TABLE %.120s.%.120s", t->db, t->name);
	if (is_lost(lane->conn->mysql) || (!rows && !s->setup.pass_missing))
		return mysql_conn_fail(lane->conn, doing, err);
	if (!rows)
		t->gone = true; /* dropped by now, or not ours to see: nobody reads its rows */
	table_taken(s, lane);
	return 0;
}

static void take_rows(struct snapshot_table *t, MYSQL_RES *res)
{
	t->empty = mysql_fetch_row(res) == NULL;
	t->ask_rows = false;
	mysql_free_result(res);
}

static bool has_table(struct mysql_show *s, struct show_lane *lane)
{
	while (lane->first < lane->end && s->setup.tables[lane->first].gone)
		table_taken(s, lane);
	return lane->first < lane->end;
}

/* All answers to the lane's statement, up to an error. Definitions are kept: the lane is to have work first. */
static int receive(struct mysql_show *s, struct show_lane *lane, struct err *err)
{
	MYSQL *m = lane->conn->mysql;
	bool rows = false;

	lane->busy = false;
	for (int r = mysql_read_query_result(m); has_table(s, lane); r = mysql_next_result(m)) {
		struct snapshot_table *t = &s->setup.tables[lane->first];
		MYSQL_RES *res = r == 0 ? mysql_store_result(m) : NULL;

		if (res == NULL)
			return refused(s, lane, rows, err);
		if (rows) {
			take_rows(t, res);
		} else {
			s->got[s->ngot].table = lane->first;
			s->got[s->ngot++].res = res;
		}
		rows = !rows && t->ask_rows;
		if (!rows)
			table_taken(s, lane);
	}
	return 0;
}

static void look_at(struct mysql_show *s)
{
	for (size_t i = 0; i < s->ngot; i++) {
		MYSQL_RES *res = s->got[i].res;
		MYSQL_ROW row = mysql_num_fields(res) >= 2 ? mysql_fetch_row(res) : NULL;
		bool some = row && row[1];

		s->setup.take(s->setup.arg, &s->setup.tables[s->got[i].table], some ? row[1] : NULL,
				some ? mysql_fetch_lengths(res)[1] : 0);
		mysql_free_result(res);
	}
	s->ngot = 0;
}

/* ---- steps ---- */

static int begin(struct mysql_show *s, struct err *err)
{
	if (allow_many(s, true, err) < 0)
		return -1;
	for (unsigned i = 0; i < s->setup.nconns; i++)
		if (ask(s, &s->lanes[i], err) < 0)
			return -1;
	s->begun = true;
	return 0;
}

static bool has_work(const struct mysql_show *s)
{
	for (unsigned i = 0; i < s->setup.nconns; i++)
		if (s->lanes[i].busy)
			return true;
	return s->next < s->setup.count;
}

int show_step(struct mysql_show *s, int64_t deadline_us, struct err *err)
{
	if (!s->begun && begin(s, err) < 0)
		return -1;
	while (has_work(s)) {
		struct show_lane *lane = &s->lanes[s->turn++ % s->setup.nconns];

		if (lane->busy && receive(s, lane, err) < 0)
			return -1;
		if (!lane->busy && ask(s, lane, err) < 0)
			return -1;
		look_at(s);
		if (has_work(s) && clock_mono_us() >= deadline_us)
			return 1;
	}
	return allow_many(s, false, err);
}
