/* test_mysql_refusal.c - the server's words of error 1236, each with what it means: to wait, to ask a person, or gone. */
#include <string.h>

#include "source/server/mysql_refusal.h"
#include "tests/tap.h"

static const struct {
	unsigned code;
	const char *text;
	enum err_kind kind;
	int gone;
	const char *says;
} cases[] = {
	{ 1236,
			"A replica with the same server_uuid/server_id as this replica has connected to the source; the first "
			"event 'binlog.000001' at 4",
			ERR_FENCED, 0, "server.id" },
	{ 1236,
			"Cannot replicate because the source purged required binary logs. Replicate the missing transactions "
			"from elsewhere",
			ERR_FATAL, 1, "when_needed" },
	{ 1236, "Could not find first log file name in binary log index file", ERR_FATAL, 1, "no longer has the file" },
	{ 1236, "could not find next log; the first event '' at 4", ERR_FATAL, 1, "was reset" },
	{ 1236, "Client requested source to start replication from position > file size", ERR_FATAL, 1, "shorter" },
	{ 1236, "Cannot replicate anonymous transaction when AUTO_POSITION = 1, at file binlog.000010, position 198.",
			ERR_RETRY, 0, "gtid_mode is no longer ON" },
	{ 1236, "The replication sender thread cannot start in AUTO_POSITION mode: this server has GTID_MODE = OFF",
			ERR_RETRY, 0, "gtid_mode is no longer ON" },
	{ 1236, "log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source", ERR_RETRY, 0,
			"raise max_allowed_packet" },
	{ 1236, "Binary log is not open", ERR_CONFIG, 0, "log_bin" },
	{ 1236, "something that nobody has seen yet", ERR_FATAL, 1, "something that nobody has seen yet" },
	{ 1227, "Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation",
			ERR_DENIED, 0, "REPLICATION SLAVE" },
	{ 1053, "Server shutdown in progress", ERR_RETRY, 0, "shutdown" },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };

		is_int(mysql_refusal("db:3306", cases[i].code, cases[i].text, &err), -1, "%.40s", cases[i].text);
		is_int(err.kind, cases[i].kind, "kind");
		is_int(err.code == BINLOG_GONE, cases[i].gone, "gone for ever?");
		ok(strstr(err.msg, cases[i].says) != NULL && strstr(err.msg, "db:3306") != NULL, "%s", err.msg);
	}
	return tap_done();
}
