/*
 * source_plan.c - an order of a snapshot beside the stream, as another thread makes it: its tables are looked up on a connection of its own,
 * so that what is wrong with it is the answer, not a line in the log. Shared by whoever keeps it and the source; counted.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

/* ---- orders, as another thread makes them ---- */

static char *plan_text(const struct fill_plan *plan)
{
	struct buf b;

	buf_init(&b, FILL_PLAN_MAX);
	fill_plan_print(plan, &b);
	if (b.failed)
		buf_done(&b);
	return buf_take(&b);
}

/* The plan is kept as text in each position: one that has no room there would be lost. */
static int plan_fits(const struct fill_plan *plan, struct err *err)
{
	char *text = plan_text(plan);

	if (text == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"snapshot: expected a plan of at most %d bytes, found more for %zu tables; order fewer at once",
				FILL_PLAN_MAX, plan->count);
	free(text);
	return 0;
}

struct source_plan *source_plan_new(const struct mysql_conf *conf, const struct source_order *order, struct err *err)
{
	struct mysql_filter *filter = mysql_filter_new(conf, err);
	struct source_plan *p = xcalloc(1, sizeof(*p));
	struct mysql_conn c = { 0 };
	unsigned host = 0;
	int r = filter ? 0 : -1;

	fill_plan_init(&p->tables);
	atomic_init(&p->users, 1);
	fill_order_copy_of(&p->order, order);
	if (r == 0 && order->action == ORDER_START)
		r = mysql_conn_open_any(&c, conf, &host, err) < 0 ||
						fill_order_resolve(&p->order, &c, filter, &p->tables, err) < 0
				? -1
				: plan_fits(&p->tables, err);
	mysql_conn_close(&c);
	mysql_filter_free(filter);
	if (r == 0)
		return p;
	source_plan_free(p);
	return NULL;
}

struct source_plan *source_plan_later(const struct source_order *order)
{
	struct source_plan *p = xcalloc(1, sizeof(*p));

	fill_plan_init(&p->tables);
	atomic_init(&p->users, 1);
	p->later = true;
	p->order = (struct fill_order){
		.action = order->action,
		.truncate = order->truncate,
		.tables = { .items = xcalloc(1, sizeof(char *)), .count = 1 },
	};
	p->order.tables.items[0] = xstrdup(order->tables);
	return p;
}

typedef int plan_make(struct mysql_conn *conn, const char *db, const char *name, const char *text,
		struct fill_plan *plan, struct err *err);

static struct source_plan *plan_of_rows(const struct mysql_conf *conf, const char *db, const char *table,
		plan_make *make, const char *text, struct err *err)
{
	struct source_plan *p = xcalloc(1, sizeof(*p));
	struct mysql_conn c = { 0 };
	unsigned host = 0;
	int r;

	fill_plan_init(&p->tables);
	atomic_init(&p->users, 1);
	p->order = (struct fill_order){ .action = ORDER_START };
	r = mysql_conn_open_any(&c, conf, &host, err) < 0 || make(&c, db, table, text, &p->tables, err) < 0
			? -1
			: plan_fits(&p->tables, err);
	mysql_conn_close(&c);
	if (r == 0)
		return p;
	source_plan_free(p);
	return NULL;
}

struct source_plan *source_plan_rows(const struct mysql_conf *conf, const char *db, const char *table,
		const char *where, struct err *err)
{
	return plan_of_rows(conf, db, table, fill_order_rows, where, err);
}

struct source_plan *source_plan_gone(const struct mysql_conf *conf, const char *db, const char *table,
		const char *bounds, struct err *err)
{
	return plan_of_rows(conf, db, table, fill_order_gone, bounds, err);
}

char *source_plan_text(const struct source_plan *p)
{
	return plan_text(&p->tables);
}

void source_plan_free(struct source_plan *p)
{
	if (p == NULL || atomic_fetch_sub(&p->users, 1) > 1)
		return;
	fill_order_done(&p->order);
	fill_plan_done(&p->tables);
	free(p);
}
