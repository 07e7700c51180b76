/*
 * source_lookup.c - one row of MySQL by a SELECT, for who needs it now: on a connection of its own, which only reads, within about a second. The
 * connection is opened by the first question, and again when it was lost; that may take another second. Of several hosts one is
 * tried for a question, and the next one for the next question.
 */
#include "config.h"
#include "source/source.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/server/mysql_conn.h"

enum { CONNECT_MS = 1000, ANSWER_MS = 1000, ROW_MAX = 1 << 20 };

struct source_lookup {
	struct mysql_conf conf; /* what it points to is lent */
	struct mysql_conn conn;
	unsigned host;
};

struct source_lookup *source_lookup_new(const struct mysql_conf *conf)
{
	struct source_lookup *l = xcalloc(1, sizeof(*l));

	l->conf = *conf;
	l->conf.connect_timeout_ms = CONNECT_MS;
	l->conf.answer_timeout_ms = ANSWER_MS;
	l->conf.answer_packet_bytes = ROW_MAX; /* a row is one packet: the library reads no larger one */
	return l;
}

void source_lookup_free(struct source_lookup *l)
{
	if (l)
		mysql_conn_close(&l->conn);
	free(l);
}

/* Nothing of what is asked may change anything, wait for long, or send more than is looked at; and a backslash means what query_sql.h says. */
static int open_conn(struct source_lookup *l, struct err *err)
{
	if (mysql_conn_open(&l->conn, &l->conf, l->host, err) == 0 &&
			mysql_conn_run(&l->conn, err,
					"SET SESSION transaction_read_only = 1, max_execution_time = 900, sql_select_limit = 2, lock_wait_timeout = 1, "
					"transaction_isolation = 'READ-COMMITTED', "
					"sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')") == 0)
		return 0;
	mysql_conn_close(&l->conn);
	l->host = (l->host + 1) % mysql_conn_hosts(&l->conf);
	return -1;
}

static bool is_lost(unsigned code)
{
	return code >= CR_MIN_ERROR && code <= CR_MAX_ERROR;
}

/* Codes that another try may not meet, besides those of lost connections and of grants. Others are about the statement. */
static bool may_pass(unsigned code, enum err_kind kind)
{
	static const unsigned codes[] = { ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK, ER_QUERY_INTERRUPTED,
		ER_SERVER_SHUTDOWN, ER_CON_COUNT_ERROR, 3024 /* ER_QUERY_TIMEOUT */ };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i] == code)
			return true;
	return is_lost(code) || kind == ERR_DENIED || kind == ERR_UNREACHABLE;
}

/* MariaDB Connector/C calls the connection lost then, too; but it is the one failure of reading that is none of the socket's. */
static bool is_too_large(MYSQL *mysql)
{
#ifdef HAVE_MARIADB_CONNECTOR
	return mysql_errno(mysql) == CR_SERVER_LOST && mysql->net.error == 1;
#else
	return mysql_errno(mysql) == CR_NET_PACKET_TOO_LARGE;
#endif
}

static int fail(struct source_lookup *l, struct err *err)
{
	unsigned code = mysql_errno(l->conn.mysql);

	mysql_conn_fail(&l->conn, "lookup", err);
	if (is_too_large(l->conn.mysql)) {
		mysql_conn_close(&l->conn);
		return err_set(err, ERR_DATA, (int)code,
				"expected rows of at most %d bytes, found a larger one, which was not read", ROW_MAX);
	}
	if (!may_pass(code, err->kind))
		err->kind = ERR_DATA;
	if (is_lost(code))
		mysql_conn_close(&l->conn);
	return -1;
}

static int query(struct source_lookup *l, const char *sql, struct err *err)
{
	bool used = l->conn.mysql != NULL;

	if (!used && open_conn(l, err))
		return -1;
	if (mysql_real_query(l->conn.mysql, sql, strlen(sql)) == 0)
		return 0;
	if (!used || mysql_errno(l->conn.mysql) != CR_SERVER_GONE_ERROR)
		return fail(l, err);
	mysql_conn_close(&l->conn); /* it was idle, and closed by the server meanwhile */
	if (open_conn(l, err))
		return -1;
	return mysql_real_query(l->conn.mysql, sql, strlen(sql)) ? fail(l, err) : 0;
}

int source_lookup_row(struct source_lookup *l, const char *sql,
		void told(void *arg, const char *column, const char *value, size_t len), void *arg, struct err *err)
{
	const MYSQL_FIELD *fields;
	const unsigned long *lengths;
	MYSQL_RES *res;
	MYSQL_ROW row;
	int rows;

	if (query(l, sql, err))
		return -1;
	res = mysql_store_result(l->conn.mysql);
	if (res == NULL)
		return mysql_errno(l->conn.mysql)
				? fail(l, err)
				: err_set(err, ERR_DATA, 0, "expected a SELECT, found a statement without rows");
	rows = mysql_num_rows(res) > 1 ? 2 : (int)mysql_num_rows(res);
	row = mysql_fetch_row(res);
	fields = mysql_fetch_fields(res);
	lengths = row ? mysql_fetch_lengths(res) : NULL;
	for (unsigned i = 0; lengths && i < mysql_num_fields(res); i++)
		told(arg, fields[i].name, row[i], lengths[i]);
	mysql_free_result(res);
	return rows;
}
