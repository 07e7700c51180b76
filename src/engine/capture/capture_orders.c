/*
 * capture_orders.c - orders for snapshots that were accepted and that no position in the log holds yet. A source forgets
 * with its session what it was asked for; here it is kept, given to the next source, and dropped when the log has a
 * position with the order in it. The same holds for a stopped table that a person resumes: the log remembers that it has to
 * be read again (capture_stopped.c) until a position says that it will be.
 *
 * Under half.lock, but for what the session's own threads do at its ends.
 */
#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

struct kept_order {
	struct kept_order *next;
	struct source_plan *plan;
	char *again;  /* a table that was stopped; NULL: an order like any other */
	unsigned nth; /* of the source's plans; 0: not given to it */
};

static int give(struct capture *c, struct kept_order *o, struct err *err)
{
	int nth = source_take_plan(c->source, o->plan, err);

	o->nth = nth > 0 ? (unsigned)nth : 0;
	return nth > 0 ? 0 : -1;
}

static void order_free(struct kept_order *o)
{
	source_plan_free(o->plan);
	free(o->again);
	free(o);
}

static void append(struct capture *c, struct kept_order *o)
{
	struct kept_order **at = &c->orders;

	while (*at)
		at = &(*at)->next;
	*at = o;
}

int orders_take(struct capture *c, struct source_plan *plan, struct err *err)
{
	struct kept_order *o = xcalloc(1, sizeof(*o));

	must_hold(&c->half.lock);
	o->plan = plan;
	if (c->source && give(c, o, err)) {
		o->plan = NULL;
		order_free(o);
		return -1;
	}
	append(c, o);
	return 0;
}

/* Read with TRUNCATE: rows that were deleted while the table was stopped must go from the target. */
void orders_again(struct capture *c, const char *table)
{
	struct source_order order = { .action = ORDER_START, .tables = table, .truncate = true };
	struct kept_order *o;

	must_hold(&c->half.lock);
	for (o = c->orders; o; o = o->next)
		if (o->again && strcmp(o->again, table) == 0)
			return;
	o = xcalloc(1, sizeof(*o));
	o->plan = source_plan_later(&order);
	o->again = xstrdup(table);
	append(c, o);
}

void orders_give(struct capture *c)
{
	struct err ignored = { 0 };

	must_hold(&c->half.lock);
	for (struct kept_order *o = c->orders; o; o = o->next)
		give(c, o, &ignored);
}

size_t orders_waiting(struct capture *c)
{
	size_t n = 0;

	must_hold(&c->half.lock);
	for (const struct kept_order *o = c->orders; o; o = o->next)
		n++;
	return n;
}

char *orders_read_again(struct capture *c, unsigned plans, unsigned nth)
{
	char *table = NULL;

	pthread_mutex_lock(&c->half.lock);
	for (const struct kept_order *o = c->orders; o && table == NULL; o = o->next)
		if (o->again && o->nth && o->nth <= plans && nth-- == 0)
			table = xstrdup(o->again);
	pthread_mutex_unlock(&c->half.lock);
	return table;
}

void orders_done(struct capture *c, unsigned plans)
{
	struct kept_order **at = &c->orders;

	pthread_mutex_lock(&c->half.lock);
	while (*at) {
		struct kept_order *o = *at;

		if (o->nth == 0 || o->nth > plans) {
			at = &o->next;
			continue;
		}
		*at = o->next;
		order_free(o);
	}
	pthread_mutex_unlock(&c->half.lock);
}

void orders_free(struct capture *c)
{
	while (c->orders) {
		struct kept_order *o = c->orders;

		c->orders = o->next;
		order_free(o);
	}
}
