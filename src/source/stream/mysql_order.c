/* mysql_order.c - see mysql_order.h. One row a kind of event: where it may stand. */
#include "source/stream/mysql_order.h"

#include <string.h>
#include <strings.h>

#include "source/decode/mysql_row.h"

enum {
	AT_BETWEEN = 1 << ORDER_BETWEEN,
	AT_GTID = 1 << ORDER_GTID,
	AT_INSIDE = 1 << ORDER_INSIDE,
	AT_STATEMENT = 1 << ORDER_STATEMENT,
	STATEMENT_END = 1
};

static const uint8_t places[] = {
	[EVENT_QUERY] = AT_GTID | AT_INSIDE,
	[EVENT_STOP] = AT_BETWEEN,
	[EVENT_INTVAR] = AT_INSIDE,
	[EVENT_RAND] = AT_INSIDE,
	[EVENT_USER_VAR] = AT_INSIDE,
	[EVENT_XID] = AT_INSIDE,
	[EVENT_TABLE_MAP] = AT_INSIDE | AT_STATEMENT,
	[EVENT_WRITE_ROWS_V1] = AT_STATEMENT,
	[EVENT_UPDATE_ROWS_V1] = AT_STATEMENT,
	[EVENT_DELETE_ROWS_V1] = AT_STATEMENT,
	[EVENT_INCIDENT] = AT_BETWEEN | AT_GTID | AT_INSIDE,
	[EVENT_HEARTBEAT] = AT_BETWEEN,
	[EVENT_IGNORABLE] = AT_BETWEEN | AT_INSIDE,
	[EVENT_ROWS_QUERY] = AT_INSIDE,
	[EVENT_WRITE_ROWS] = AT_STATEMENT,
	[EVENT_UPDATE_ROWS] = AT_STATEMENT,
	[EVENT_DELETE_ROWS] = AT_STATEMENT,
	[EVENT_GTID] = AT_BETWEEN,
	[EVENT_ANONYMOUS_GTID] = AT_BETWEEN,
	[EVENT_PREVIOUS_GTIDS] = AT_BETWEEN,
	[EVENT_TRANSACTION_CONTEXT] = AT_BETWEEN | AT_GTID,
	[EVENT_VIEW_CHANGE] = AT_BETWEEN | AT_GTID | AT_INSIDE,
	[EVENT_XA_PREPARE] = AT_INSIDE,
	[EVENT_PARTIAL_UPDATE_ROWS] = AT_STATEMENT,
	[EVENT_TRANSACTION_PAYLOAD] = AT_GTID,
	[EVENT_HEARTBEAT_V2] = AT_BETWEEN,
	[EVENT_GTID_TAGGED] = AT_BETWEEN,
};

static bool is_word(const struct event_query *q, const char *word)
{
	size_t n = strlen(word);

	return q->sql_len >= n && strncasecmp(q->sql, word, n) == 0;
}

/* CREATE .. SELECT is logged as CREATE .. START TRANSACTION and rows. */
static bool opens_txn(const struct event_query *q)
{
	static const char tail[] = "START TRANSACTION";
	size_t n = sizeof(tail) - 1;

	return is_word(q, "BEGIN") || is_word(q, "XA START") ||
			(q->sql_len > n && strncasecmp(q->sql + q->sql_len - n, tail, n) == 0);
}

/* Behind a GTID a statement that opens nothing is a transaction of its own. Inside, only two words end one. */
static enum order_state after_query(enum order_state state, const struct event *e, const struct event_format *format)
{
	struct event_query q;
	struct err err;

	if (event_query_parse(e, format, &q, &err) < 0)
		return ORDER_UNKNOWN; /* told by whoever needs it */
	if (state == ORDER_GTID)
		return opens_txn(&q) ? ORDER_INSIDE : ORDER_BETWEEN;
	return is_word(&q, "COMMIT") || (is_word(&q, "ROLLBACK") && q.sql_len <= sizeof("ROLLBACK")) ? ORDER_BETWEEN
												     : ORDER_INSIDE;
}

static enum order_state after(enum order_state state, const struct event *e, const struct event_format *format)
{
	struct rows rows;
	struct err err;

	switch (e->header.type) {
	case EVENT_GTID:
	case EVENT_ANONYMOUS_GTID:
	case EVENT_GTID_TAGGED: return ORDER_GTID;
	case EVENT_QUERY: return after_query(state, e, format);
	case EVENT_XID:
	case EVENT_XA_PREPARE: return ORDER_BETWEEN;
	case EVENT_TABLE_MAP: return ORDER_STATEMENT;
	default: break;
	}
	if (!event_is_rows(e->header.type))
		return state;
	return rows_parse(e, &rows, &err) == 0 && rows.flags & STATEMENT_END ? ORDER_INSIDE : ORDER_STATEMENT;
}

int mysql_order_next(struct mysql_order *o, const struct event *e, const struct event_format *format, struct err *err)
{
	unsigned type = e->header.type;
	unsigned may = type < sizeof(places) ? places[type] : 0;

	if (type == EVENT_FORMAT_DESCRIPTION || type == EVENT_ROTATE) {
		o->state = ORDER_UNKNOWN;
		return 0;
	}
	if (o->state == ORDER_UNKNOWN) {
		if (may & AT_BETWEEN)
			o->state = after(ORDER_BETWEEN, e, format);
		return 0;
	}
	if (may && !(may & 1u << o->state))
		return err_set(err, ERR_FATAL, EVENT_DAMAGED,
				"%s event: it cannot stand here: an event before it is damaged, or it is; the server writes "
				"no checksums: set binlog_checksum = CRC32",
				event_type_name(type));
	o->state = after(o->state, e, format);
	return 0;
}
