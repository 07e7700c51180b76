/*
 * source_successor.c - who reads the binlog in our place, after the server has ended our stream for another reader with our
 * server id: a copy of the configuration on another host is found by its address. The server shows every user the
 * connections of that user, so no further right is needed.
 */
#include <stdio.h>

#include "source/source_parts.h"

enum { CONNECT_MS = 2000 };

void source_name_successor(const struct source *s, struct err *why)
{
	struct mysql_conf conf = *s->conf;
	struct mysql_conn conn = { 0 };
	char hosts[200] = "", told[sizeof(why->msg)];
	struct err ignored;

	err_clear(&ignored);
	conf.connect_timeout_ms = CONNECT_MS;
	if (mysql_conn_open(&conn, &conf, s->host, &ignored) == 0)
		mysql_conn_text(&conn, 0, hosts, sizeof(hosts), &ignored,
				"SELECT GROUP_CONCAT(HOST ORDER BY TIME SEPARATOR ', ') FROM information_schema.PROCESSLIST "
				"WHERE COMMAND LIKE 'Binlog Dump%' AND USER = SUBSTRING_INDEX(USER(), '@', 1)");
	mysql_conn_close(&conn);
	if (hosts[0] == '\0')
		return;
	snprintf(told, sizeof(told), "%s", why->msg);
	err_set(why, why->kind, why->code, "%.340s; connections of this user that read the binlog now: %s", told,
			hosts);
}
