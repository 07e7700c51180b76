/*
 * mysql_fill_order.h - what somebody wants to be done about snapshots beside the stream: a command, or one of
 * Debezium's signals. A signal is text that anybody may write into a table or a topic; whatever it holds, it must not
 * become more than one condition of one SELECT, and what is not understood must be said and do nothing.
 */
#ifndef SOURCE_MYSQL_FILL_ORDER_H
#define SOURCE_MYSQL_FILL_ORDER_H

#include <stddef.h>

#include "core/conf/conf.h"
#include "core/err.h"
#include "source/catalog/mysql_filter.h"
#include "source/incremental/mysql_fill_plan.h"
#include "source/server/mysql_conf.h"
#include "source/server/mysql_conn.h"

struct fill_condition {
	char *table; /* name or regular expression; NULL: every table of the order */
	char *where;
};

struct fill_order {
	enum order_action action;
	char *id;		 /* NULL: none */
	struct conf_list tables; /* names or regular expressions; none: all (stop) */
	struct fill_condition *conditions;
	size_t nconditions;
	bool truncate;
	char *message; /* ORDER_LOG: the text; others: what of the signal is passed over; NULL: nothing */
};

void fill_order_done(struct fill_order *o);
void fill_order_copy_of(struct fill_order *o, const struct source_order *from); /* o is uninitialised */
/* A row of the signal table. o is uninitialised; on -1 there is nothing to free. */
int fill_order_from_signal(struct fill_order *o, const char *id, const char *type, const char *data, struct err *err);
/* A message of the signal topic: {"id":..,"type":..,"data":{..}}. */
int fill_order_from_message(struct fill_order *o, const char *text, size_t len, struct err *err);

/* The tables of a start order as the server has them, added to the plan: each is captured, and its condition is one
 * that the server takes. -1: the plan is as it was. */
int fill_order_resolve(const struct fill_order *o, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct fill_plan *plan, struct err *err);
/* Rows of one captured table, by a condition of ours; or, where NULL, all of them into an emptied target. */
int fill_order_rows(struct mysql_conn *conn, const char *db, const char *name, const char *where,
		struct fill_plan *plan, struct err *err);
/* Rows of one captured table that the target has: those that MySQL does not have are deleted there. gone: see struct fill_table */
int fill_order_gone(struct mysql_conn *conn, const char *db, const char *name, const char *gone, struct fill_plan *plan,
		struct err *err);
/* Removes the order's tables from the plan; how many. */
size_t fill_order_stop(const struct fill_order *o, struct fill_plan *plan, struct err *err);
/* A condition on its own: quotes and brackets closed, no comment, no end of the statement. */
int fill_where_check(const char *where, struct err *err);

#endif
