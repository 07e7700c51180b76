/*
 * mysql_snapshot_begin.c - how a snapshot begins: connections, the moment, the names of the tables; then, step by step,
 * what the captured tables are, while a lock may be held, and what the others are, when it is given back. Ends where
 * the first change can be told. Declared in mysql_snapshot.h.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/snapshot/mysql_snapshot_parts.h"

enum { HELP_FROM_TABLES = 200 };

/* ---- connections ---- */

/* One connection asks; with more than one thread, as many more read. */
static int connect_all(struct mysql_snapshot *s, struct err *err)
{
	const struct mysql_conf *conf = s->setup.conf;
	int64_t threads = s->setup.rows && conf->snapshot_threads > 1 ? conf->snapshot_threads : 0;

	if (mysql_conn_open(&s->conn, conf, s->setup.host, err) < 0)
		return -1;
	s->readers = xcalloc((size_t)threads + 1, sizeof(*s->readers));
	for (; s->nreaders < threads; s->nreaders++)
		if (mysql_conn_open(&s->readers[s->nreaders], conf, s->setup.host, err) < 0)
			return -1;
	return 0;
}

/* All that there are, the one that asks first; at most max. */
static unsigned list_conns(struct mysql_snapshot *s, struct mysql_conn **out, unsigned max)
{
	unsigned n = 0;

	out[n++] = &s->conn;
	if (s->helper.mysql)
		out[n++] = &s->helper;
	for (unsigned i = 0; i < s->nreaders && n < max; i++)
		out[n++] = &s->readers[i];
	return n;
}

static int open_views(struct mysql_snapshot *s, struct err *err)
{
	struct mysql_conn **conns = xcalloc(s->nreaders + 1, sizeof(*conns));
	unsigned n = list_conns(s, conns, s->nreaders + 1);
	int r = moment_take(&s->moment, conns, n, &s->position, err);

	for (unsigned i = 0; r == 0 && i < n; i++)
		r = mysql_conn_run(conns[i], err, "SAVEPOINT " LANES_SAVEPOINT);
	free(conns);
	return r;
}

/* What was read stays locked against DDL until here, and a waiting DDL would hold up every writer. */
static int let_go(struct mysql_snapshot *s, struct err *err)
{
	struct mysql_conn *conns[SHOW_CONNS_MAX];
	unsigned n = list_conns(s, conns, SHOW_CONNS_MAX);

	for (unsigned i = 0; i < n; i++)
		if (mysql_conn_run(conns[i], err, "ROLLBACK TO SAVEPOINT " LANES_SAVEPOINT) < 0)
			return -1;
	return 0;
}

/* ---- tables ---- */

/* Definitions of thousands of tables take seconds, less with a second connection. Without it, it only takes longer, so
 * a server that grants no more is content with one. It sees what the first one sees because of the lock; without a lock
 * there is none. */
static void connect_helper(struct mysql_snapshot *s)
{
	struct err refused = { 0 };

	if (s->nreaders > 0 || s->moment.lock.mysql == NULL || s->list.count + s->others.count < HELP_FROM_TABLES)
		return;
	if (mysql_conn_open(&s->helper, s->setup.conf, s->setup.host, &refused) < 0 ||
			mysql_conn_run(&s->helper, &refused, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY") <
					0 ||
			mysql_conn_run(&s->helper, &refused, "SAVEPOINT " LANES_SAVEPOINT) < 0)
		mysql_conn_close(&s->helper);
}

static int by_name(const void *a, const void *b)
{
	return snapshot_table_order(a, b);
}

/* Of an earlier attempt, and gone since. */
static void remember_gone(struct schema *schema, void *arg)
{
	struct mysql_snapshot *s = arg;
	struct snapshot_list *l = &s->list;
	struct snapshot_table gone = { .db = schema->db, .name = schema->table, .gone = true };

	if (!mysql_filter_table(s->setup.filter, schema->db, schema->table) ||
			(s->present > 0 && bsearch(&gone, l->items, s->present, sizeof(gone), by_name)))
		return;
	l->items = xrealloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count] = gone;
	l->items[l->count++].schema = schema_ref(schema);
}

static void ask_for(struct mysql_snapshot *s, struct snapshot_list *list, bool captured)
{
	struct show_setup setup = {
		.tables = list->items,
		.count = list->count,
		.pass_missing = !captured,
		.take = captured ? snapshot_take_captured : snapshot_take_other,
		.arg = &s->reader,
	};

	setup.nconns = list_conns(s, setup.conns, SHOW_CONNS_MAX);
	s->show = show_new(&setup);
	s->phase = captured ? PHASE_CAPTURED : PHASE_OTHERS;
}

/* Lock, views, position, names. */
static int freeze(struct mysql_snapshot *s, struct err *err)
{
	const struct snapshot_setup *setup = &s->setup;

	s->moment = (struct moment){
		.conf = setup->conf,
		.filter = setup->filter,
		.host = setup->host,
		.rows = setup->rows,
	};
	if (open_views(s, err) < 0 || snapshot_read_databases(&s->conn, setup->catalog, err) < 0 ||
			snapshot_list_split(&s->list, &s->others, setup->conf->others, &s->conn, setup->filter, err) <
					0)
		return -1;
	connect_helper(s);
	s->position.snapshot = true;
	s->present = s->list.count;
	if (setup->again)
		catalog_each(setup->catalog, remember_gone, s);
	if (s->list.count > s->present)
		qsort(s->list.items, s->list.count, sizeof(*s->list.items), by_name);
	for (size_t i = 0; i < s->list.count; i++) {
		struct snapshot_table *t = &s->list.items[i];

		t->wish = snapshot_wish_of(setup->conf, t->db, t->name);
		t->empty = !mysql_filter_snapshot(setup->filter, t->db, t->name);
		t->ask_rows = setup->rows && !t->empty && t->wish.statement == NULL;
	}
	return 0;
}

struct mysql_snapshot *mysql_snapshot_open(const struct snapshot_setup *setup, struct err *err)
{
	struct mysql_snapshot *s = xcalloc(1, sizeof(*s));

	s->setup = *setup;
	s->reader = (struct snapshot_reader){ .filter = setup->filter, .catalog = setup->catalog };
	s->started_us = clock_mono_us();
	position_init(&s->position);
	buf_init(&s->ahead, SIZE_MAX / 2);
	buf_init(&s->bound, CHUNK_SQL_MAX);
	if (connect_all(s, err) < 0 || freeze(s, err) < 0) {
		mysql_snapshot_close(s);
		return NULL;
	}
	ask_for(s, &s->list, true);
	return s;
}

/* ---- rows or none ---- */

static int probe_table(struct mysql_snapshot *s, struct snapshot_table *t, struct err *err)
{
	char one[8];
	struct buf sql;
	int r;

	buf_init(&sql, CHUNK_SQL_MAX);
	buf_puts(&sql, "SELECT 1 FROM ");
	if (t->wish.statement) {
		buf_printf(&sql, "(%s\n) AS `millrace`", t->wish.statement);
	} else {
		buf_put_name(&sql, t->db, t->name);
	}
	buf_puts(&sql, " LIMIT 1");
	r = mysql_conn_text(&s->conn, 0, one, sizeof(one), err, sql.data);
	buf_done(&sql);
	t->empty = r == 0 && one[0] == '\0';
	return r;
}

/* Which tables have rows decides where the marks go. Most are known already; statements of users and what took too long
 * under a lock are asked now. */
static int probe(struct mysql_snapshot *s, struct err *err)
{
	for (size_t i = 0; i < s->list.count; i++) {
		struct snapshot_table *t = &s->list.items[i];

		if (t->gone || t->error || t->empty)
			continue;
		if ((t->ask_rows || t->wish.statement) && probe_table(s, t, err) < 0)
			return err_wrap(err, "snapshot: table %s.%s", t->db, t->name);
		if (!t->empty)
			s->last_filled = i;
	}
	return let_go(s, err);
}

static int weigh(struct mysql_snapshot *s, struct err *err)
{
	if (probe(s, err) < 0 || snapshot_list_estimate(&s->list, &s->conn, err) < 0)
		return -1;
	for (size_t i = 0; i < s->list.count; i++)
		s->rows_total += s->list.items[i].rows_total;
	return retention_begin(&s->retention, &s->conn, s->rows_total, err);
}

/* ---- steps ---- */

static int end_captured(struct mysql_snapshot *s, struct err *err)
{
	size_t present = 0;

	if (let_go(s, err) < 0)
		return -1;
	for (size_t i = 0; i < s->list.count; i++) {
		const struct snapshot_table *t = &s->list.items[i];

		if (!t->gone && moment_check_table(&s->moment, present++, t->db, t->name, err) < 0)
			return -1;
	}
	if (s->setup.conf->snapshot_locking != LOCKING_EXTENDED)
		moment_unlock(&s->moment);
	ask_for(s, &s->others, false);
	return 0;
}

static int by_table(const void *a, const void *b)
{
	return snapshot_table_order(*(struct snapshot_table *const *)a, *(struct snapshot_table *const *)b);
}

static void plan_to_tell(struct mysql_snapshot *s)
{
	s->tell = xcalloc(s->list.count + s->others.count + 1, sizeof(*s->tell));
	for (size_t i = 0; i < s->list.count; i++)
		s->tell[s->ntell++] = &s->list.items[i];
	for (size_t i = 0; i < s->others.count; i++)
		s->tell[s->ntell++] = &s->others.items[i];
	qsort(s->tell, s->ntell, sizeof(*s->tell), by_table);
}

static void open_lanes(struct mysql_snapshot *s)
{
	struct lanes_setup setup = {
		.conf = s->setup.conf,
		.tables = s->list.items,
		.count = s->list.count,
		.planner = &s->conn,
		.conns = s->readers,
		.n = s->nreaders,
	};

	s->lanes = lanes_new(&setup);
}

static int end_others(struct mysql_snapshot *s, struct err *err)
{
	s->last_filled = SIZE_MAX;
	if (let_go(s, err) < 0 ||
			mysql_conn_variable(&s->conn, "character_set_server", s->charset, sizeof(s->charset), err) <
					0 ||
			mysql_conn_variable(&s->conn, "collation_server", s->collation, sizeof(s->collation), err) <
					0 ||
			(s->setup.rows && weigh(s, err) < 0))
		return -1;
	mysql_conn_close(&s->helper);
	for (size_t i = 0; i < s->list.count; i++)
		if (s->list.items[i].gone)
			catalog_forget(s->setup.catalog, s->list.items[i].db, s->list.items[i].name);
	plan_to_tell(s);
	open_lanes(s);
	s->phase = PHASE_DDL;
	return 0;
}

int snapshot_begin_step(struct mysql_snapshot *s, int64_t deadline_us, struct err *err)
{
	int r = show_step(s->show, deadline_us, err);

	if (r != 0)
		return r < 0 ? -1 : 0;
	show_free(s->show);
	s->show = NULL;
	return s->phase == PHASE_CAPTURED ? end_captured(s, err) : end_others(s, err);
}
