/*
 * source_knows.c - is a stored position one of the server that is configured? Asked before the log is written to: a process that
 * was pointed at another MySQL server by mistake must not fence off the one that is at work under the same name.
 */
#include "config.h"
#include "source/source.h"

#include <strings.h>

#include "source/catalog/mysql_filter.h"
#include "source/server/mysql_conn.h"
#include "source/server/mysql_refusal.h"
#include "source/stream/mysql_reach.h"

/* Another server, which does not have what was captured and never will: -1. Whatever else is wrong, the session says. */
static int host_knows(const struct mysql_conf *conf, unsigned host, const struct mysql_filter *filter,
		const struct position *at, struct err *err)
{
	struct mysql_conn c = { 0 };
	struct mysql_reach reach;
	bool other = false;

	mysql_reach_init(&reach);
	if (mysql_conn_open(&c, conf, host, err) == 0 && strcasecmp(at->server_uuid, c.uuid) != 0)
		other = mysql_reach_find(&reach, &c, conf, filter, at, err) < 0 && err->code == BINLOG_GONE;
	mysql_conn_close(&c);
	mysql_reach_done(&reach);
	return other ? -1 : 0;
}

int source_knows(const struct mysql_conf *conf, const struct position *at, struct err *err)
{
	unsigned hosts = mysql_conn_hosts(conf), others = 0;
	struct mysql_filter *filter;

	if (conf->snapshot_mode == SNAPSHOT_WHEN_NEEDED || at->server_uuid[0] == '\0')
		return 0;
	filter = mysql_filter_new(conf, err);
	if (filter == NULL)
		return -1;
	while (others < hosts) {
		err_clear(err);
		if (host_knows(conf, others, filter, at, err) == 0)
			break;
		others++;
	}
	mysql_filter_free(filter);
	if (others == hosts)
		return -1;
	err_clear(err);
	return 0;
}
