/*
 * mysql_resume.h - how a stream goes on inside a transaction of which a part is in the log already. Event and row
 * numbers count the events of one server's binlog. Another server that has the same transaction cuts it into other
 * events, compressed or not; all that both have in common is its GTID and the order of its changes. So there the
 * changes that were given out are counted instead.
 *
 *   same server      the first `event` events are passed over, and `row` rows of the next one
 *   another server   the first `changes` changes of the transaction `gtid` are passed over
 *   Debezium's       as the same server, if the transaction begins at the stored file and pos; if not, it is taken
 *                    whole: twice is better than never
 */
#ifndef SOURCE_MYSQL_RESUME_H
#define SOURCE_MYSQL_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "row/position.h"
#include "source/decode/mysql_gtid.h"

struct mysql_resume {
	struct position from; /* what the log holds; owned */
	struct gtid gtid;     /* of the transaction; gno 0: not known */
	enum { RESUME_NONE, RESUME_AWAITED, RESUME_INSIDE, RESUME_OVER } state;
	bool by_changes; /* another server */
};

/* server_uuid: of the server that the stream comes from. */
int mysql_resume_init(struct mysql_resume *r, const struct position *from, const char *server_uuid, struct err *err);
void mysql_resume_done(struct mysql_resume *r);

/*
 * A transaction begins at file and pos. Sets *changes to how many of its changes are passed over with its events, or
 * 0. ERR_FATAL when another one was to come first.
 */
int mysql_resume_begin(struct mysql_resume *r, const struct gtid *gtid, const char *file, uint64_t pos, bool compressed,
		uint64_t *changes, struct err *err);
void mysql_resume_end(struct mysql_resume *r); /* a transaction has ended */
bool mysql_resume_awaits(const struct mysql_resume *r,
		const struct gtid *gtid); /* is it the one of which the log holds a part? */

static inline bool mysql_resume_skips_event(const struct mysql_resume *r, uint64_t event)
{
	return r->state == RESUME_INSIDE && !r->by_changes && event < r->from.event;
}

/* How many rows of the event are passed over. */
static inline uint64_t mysql_resume_skips_rows(const struct mysql_resume *r, uint64_t event)
{
	return r->state == RESUME_INSIDE && !r->by_changes && event == r->from.event ? r->from.row : 0;
}

/* change: how many of the transaction came before it. */
static inline bool mysql_resume_skips_change(const struct mysql_resume *r, uint64_t change)
{
	return r->state == RESUME_INSIDE && r->by_changes && change < r->from.changes;
}

/* Inside the part that is passed over the position stays what it was. */
bool mysql_resume_holds(const struct mysql_resume *r, uint64_t event, uint64_t row, uint64_t changes);

#endif
