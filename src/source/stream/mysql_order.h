/*
 * mysql_order.h - what may follow what in a binlog: GTID, then BEGIN, then for each statement its table maps and rows up
 * to the flag of the last one, then the commit. Where events carry checksums nobody has to ask. Without them a damaged
 * byte can make an event one of those that are passed over, and its rows would be missing without a word; here it is
 * noticed, because its neighbours no longer fit.
 */
#ifndef SOURCE_MYSQL_ORDER_H
#define SOURCE_MYSQL_ORDER_H

#include "source/decode/mysql_event.h"

enum order_state {
	ORDER_UNKNOWN,	/* a stream or file has begun */
	ORDER_BETWEEN,	/* transactions */
	ORDER_GTID,	/* a GTID was read */
	ORDER_INSIDE,	/* behind BEGIN */
	ORDER_STATEMENT /* behind a table map, before the last rows of the statement */
};

/* all zero at the start */
struct mysql_order {
	enum order_state state;
};

/* The next event. ERR_FATAL, EVENT_DAMAGED: it cannot stand here. */
int mysql_order_next(struct mysql_order *o, const struct event *e, const struct event_format *format, struct err *err);

#endif
