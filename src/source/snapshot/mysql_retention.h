/*
 * mysql_retention.h - how long the server keeps its binlog against how long a snapshot takes. The stream goes on where
 * the snapshot's moment was: a log that is purged before the last row was read makes hours of reading useless. What is
 * hard is that nobody knows either time for sure: estimates warn before and during, and a look at what was purged tells
 * as soon as it is too late.
 */
#ifndef SOURCE_MYSQL_RETENTION_H
#define SOURCE_MYSQL_RETENTION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/report.h"
#include "row/position.h"
#include "source/server/mysql_conn.h"

enum { RETENTION_ROWS_PER_S = 100000 }; /* a guess, before anything was measured */

struct retention {
	int64_t keeps_ms; /* -1: until somebody purges it */
	int64_t next_us;  /* monotonic: the next look */
	bool warned;
	char said[320]; /* a warning that nobody has taken yet; "" none */
};

/* Before the first row: what the server keeps, and whether so many rows fit into it. */
int retention_begin(struct retention *r, struct mysql_conn *c, uint64_t rows, struct err *err);
/* Now and then while rows are read: spent so far, and still needed (-1: unknown). */
void retention_weigh(struct retention *r, int64_t spent_ms, int64_t left_ms);
/* On a connection of its own, every ten seconds: does the server still have what follows the position? -1 with
 * BINLOG_GONE: no. A server that does not answer is no news. */
int retention_look(struct retention *r, const struct mysql_conf *conf, unsigned host, const struct position *from,
		struct err *err);
/* For the check: does a snapshot of so many rows fit into what is kept? */
int retention_check(struct mysql_conn *c, uint64_t rows, struct report *report, struct err *err);
void retention_remedies(struct report *r); /* what it may find */
/* Whether it does not, and why. */
bool retention_is_short(int64_t keeps_ms, uint64_t rows, char *out, size_t size);

#endif
