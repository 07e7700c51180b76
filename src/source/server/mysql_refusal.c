/* mysql_refusal.c - see mysql_refusal.h. The words are those of MySQL 8.0 to 9.7, old and new terms. */
#include "config.h"
#include "source/server/mysql_refusal.h"

#include <string.h>

#include "source/decode/mysql_event.h"
#include "source/server/mysql_conn.h"

static const struct refusal {
	const char *words;
	enum err_kind kind;
	int code;
	const char *meaning;
} refusals[] = {
	{ "same server_uuid", ERR_FENCED, 0,
			"another reader took over our server id: give each its own [mysql] server.id and [millrace] name" },
	{ "same server_id", ERR_FENCED, 0,
			"another reader took over our server id: give each its own [mysql] server.id and [millrace] name" },
	{ "nonymous", ERR_RETRY, 0, "gtid_mode is no longer ON: going on by file and position, if that can be" },
	{ "AUTO_POSITION", ERR_RETRY, 0, "gtid_mode is no longer ON: going on by file and position, if that can be" },
	{ "max_allowed_packet", ERR_RETRY, EVENT_DAMAGED,
			"an event is larger than the server sends: raise max_allowed_packet on the server; if it is 1G already, the "
			"binlog is damaged" },
	{ "server_id was not set", ERR_CONFIG, 0, "the server has no server_id: SET PERSIST server_id = 1" },
	{ "is not open", ERR_CONFIG, 0, "the server writes no binlog: start it with log_bin" },
	{ "checksum", ERR_RETRY, EVENT_DAMAGED, "the server cannot read its own binlog: it is damaged" },
	{ "bogus data", ERR_RETRY, EVENT_DAMAGED, "the server cannot read its own binlog: it is damaged" },
	{ "truncated", ERR_RETRY, EVENT_DAMAGED, "the server cannot read its own binlog: it is cut off" },
	{ "corrupt", ERR_RETRY, EVENT_DAMAGED, "the server cannot read its own binlog: it is damaged" },
	{ "not a binary log file", ERR_RETRY, EVENT_DAMAGED, "the server cannot read its own binlog: it is damaged" },
	{ "log read error", ERR_RETRY, 0, "it cannot read its own binlog: see the server's disk" },
	{ "memory allocation", ERR_RETRY, 0, "the server has no memory: see its error log" },
	{ "more GTIDs than", ERR_RETRY, 0,
			"it has less than was captured before: connect to a server that has it all" },
	{ "purged", ERR_FATAL, BINLOG_GONE,
			"it has purged what was not captured yet, those changes are lost to the stream: connect to a server that has "
			"them, or take a new snapshot (snapshot.mode = when_needed)" },
	{ "ould not find next log", ERR_FATAL, BINLOG_GONE,
			"its binlog was reset, or purged, while it was read, and what was written since is not captured: take a new "
			"snapshot (snapshot.mode = when_needed)" },
	{ "ould not find first log", ERR_FATAL, BINLOG_GONE,
			"it no longer has the file, those changes are lost to the stream: connect to a server that has them, or take "
			"a new snapshot (snapshot.mode = when_needed)" },
	{ "position > file size", ERR_FATAL, BINLOG_GONE,
			"the file is shorter than what was captured: the binlog was reset, or its end was lost in a crash: take a "
			"new snapshot (snapshot.mode = when_needed)" },
};

int mysql_refusal(const char *server, unsigned code, const char *text, struct err *err)
{
	enum err_kind kind = mysql_conn_kind(code);

	for (size_t i = 0; code == BINLOG_GONE && i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];

		if (strstr(text, r->words))
			return err_set(err, r->kind, r->code, "MySQL %s: binlog: %s (the server says: %.200s)", server,
					r->meaning, text);
	}
	if (code == BINLOG_GONE)
		return err_set(err, ERR_FATAL, BINLOG_GONE, "MySQL %s: binlog: %.300s (%u)", server, text, code);
	return err_set(err, kind == ERR_CONFIG || kind == ERR_DENIED ? kind : ERR_RETRY, (int)code,
			"MySQL %s: binlog: %.300s (%u)%s%s", server, text, code, mysql_conn_remedy(code)[0] ? ": " : "",
			mysql_conn_remedy(code));
}

void mysql_refusal_remedies(struct report *r)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		report_add(r, REPORT_PROBLEM, "binlog", refusals[i].meaning, "error %d, \"%s\"", BINLOG_GONE,
				refusals[i].words);
}
