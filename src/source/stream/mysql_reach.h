/*
 * mysql_reach.h - can this server go on from a stored position, and how is it asked? It must have all that was
 * captured, and still hold all that comes after it. "Not yet" (a replica that lags), "never again" (a binlog that was
 * purged or reset, a server that lost transactions) and "means nothing here" (a file of another server) look alike to
 * the protocol, and each needs another answer: wait, take a snapshot, ask a person.
 */
#ifndef SOURCE_MYSQL_REACH_H
#define SOURCE_MYSQL_REACH_H

#include "row/position.h"
#include "source/catalog/mysql_filter.h"
#include "source/decode/mysql_gtid.h"
#include "source/server/mysql_conn.h"

struct mysql_reach {
	bool gtids;	       /* ask by GTID set; otherwise by file and pos */
	bool adopt;	       /* by file now, but GTIDs are on: go over to them at the next file */
	struct gtid_set known; /* what the server is told that we have */
	char said[400];	       /* "" or what a person should know, though it goes on */
};

void mysql_reach_init(struct mysql_reach *r);
void mysql_reach_done(struct mysql_reach *r);

/*
 * 0: it can. ERR_RETRY: not yet. ERR_FATAL with code BINLOG_GONE: never, a snapshot is needed. ERR_CONFIG: a person
 * has to change the server.
 */
int mysql_reach_find(struct mysql_reach *r, struct mysql_conn *c, const struct mysql_conf *conf,
		const struct mysql_filter *filter, const struct position *from, struct err *err);

/* adds @@GLOBAL.name, a GTID set, to out */
int mysql_reach_variable(struct mysql_conn *c, const char *name, struct gtid_set *out, struct err *err);

#endif
