/*
 * mysql_xa.c - see mysql_xa.h. A server has few prepared transactions at a time, so they are a list.
 */
#include "source/stream/mysql_xa.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

static void xa_txn_free(struct xa_txn *t)
{
	free(t->xid);
	free(t->txn);
	free(t->events);
	buf_done(&t->bytes);
	free(t);
}

void mysql_xa_done(struct mysql_xa *x)
{
	for (size_t i = 0; i < x->count; i++)
		xa_txn_free(x->items[i]);
	free(x->items);
	*x = (struct mysql_xa){ 0 };
}

/* What stands behind the two words of the statement, without what may follow the id (ONE PHASE). */
static const char *xid_of(const char *sql, size_t len, size_t *xid_len)
{
	const char *p = sql, *end = sql + len, *stop;

	for (int word = 0; word < 2; word++) {
		while (p < end && *p != ' ')
			p++;
		while (p < end && *p == ' ')
			p++;
	}
	stop = memchr(p, ' ', (size_t)(end - p));
	*xid_len = (size_t)((stop ? stop : end) - p);
	return p;
}

void mysql_xa_start(struct mysql_xa *x, const char *sql, size_t len, const struct gtid *gtid, const void *txn,
		size_t size)
{
	struct xa_txn *t = xcalloc(1, sizeof(*t));
	size_t xid_len;
	const char *xid = xid_of(sql, len, &xid_len);

	t->xid = xstrndup(xid, xid_len);
	t->gtid = *gtid;
	t->txn = memcpy(xmalloc(size), txn, size);
	buf_init(&t->bytes, XA_KEPT_MAX);
	x->items = xrealloc(x->items, (x->count + 1) * sizeof(*x->items));
	x->items[x->count++] = x->open = t;
}

bool mysql_xa_keep(struct mysql_xa *x, const struct event *e, const char *file, uint64_t pos, uint64_t end)
{
	struct xa_txn *t = x->open;

	if (x->bytes + e->len > XA_KEPT_MAX)
		return false;
	xgrow(t->events, t->nevents, t->cap, 8);
	t->events[t->nevents] = (struct xa_event){ *e, file, pos, end, t->bytes.len };
	t->events[t->nevents++].event.body = NULL;
	buf_put(&t->bytes, e->body, e->len);
	x->bytes += e->len;
	return !t->bytes.failed;
}

struct xa_txn *mysql_xa_find(const struct mysql_xa *x, const char *sql, size_t len)
{
	size_t xid_len;
	const char *xid = xid_of(sql, len, &xid_len);

	for (size_t i = 0; i < x->count; i++)
		if (strlen(x->items[i]->xid) == xid_len && memcmp(x->items[i]->xid, xid, xid_len) == 0)
			return x->items[i];
	return NULL;
}

void mysql_xa_forget(struct mysql_xa *x, struct xa_txn *t)
{
	size_t i = 0;

	while (x->items[i] != t)
		i++;
	memmove(&x->items[i], &x->items[i + 1], (x->count - i - 1) * sizeof(*x->items));
	x->count--;
	x->bytes -= t->bytes.len;
	if (x->open == t)
		x->open = NULL;
	xa_txn_free(t);
}

void mysql_xa_leave_out(const struct mysql_xa *x, struct gtid_set *set)
{
	struct gtid_set kept;

	gtid_set_init(&kept);
	for (size_t i = 0; i < x->count; i++)
		gtid_set_add(&kept, &x->items[i]->gtid);
	gtid_set_subtract(set, &kept);
	gtid_set_done(&kept);
}
