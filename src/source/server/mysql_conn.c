/* mysql_conn.c - see mysql_conn.h. */
#include "config.h"
#include "source/server/mysql_conn.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/conf/endpoint.h"
#include "core/xalloc.h"
#include "mysql/mysql_login.h"
#include "mysql/mysql_shape.h"
#include "source/server/mysql_identity.h"

#ifndef ER_ACCOUNT_IS_LOCKED
#	define ER_ACCOUNT_IS_LOCKED 3118 /* MySQL's number; MariaDB's header has its own */
#endif

enum { QUERY_TIMEOUT_S = 20, SQL_MAX = 1 << 20 };

/* Passing trouble is the default; these need a person or mean that nobody answered. */
static const struct {
	unsigned code;
	enum err_kind kind;
	const char *remedy;
} error_kinds[] = {
	{ CR_CONNECTION_ERROR, ERR_UNREACHABLE, "" },
	{ CR_CONN_HOST_ERROR, ERR_UNREACHABLE, "" },
	{ CR_UNKNOWN_HOST, ERR_UNREACHABLE, "" },
	{ CR_SERVER_LOST, ERR_UNREACHABLE, "" },
	{ CR_SERVER_GONE_ERROR, ERR_UNREACHABLE, "" },
	{ CR_SERVER_HANDSHAKE_ERR, ERR_UNREACHABLE, "" },
	{ CR_AUTH_PLUGIN_CANNOT_LOAD, ERR_CONFIG, "" },
	{ CR_SSL_CONNECTION_ERROR, ERR_UNREACHABLE, "" },
	{ ER_ACCESS_DENIED_ERROR, ERR_DENIED, "see [mysql] user and password" },
	{ ER_DBACCESS_DENIED_ERROR, ERR_DENIED, "" },
	{ ER_TABLEACCESS_DENIED_ERROR, ERR_DENIED, "GRANT SELECT on the captured tables" },
	{ ER_SPECIFIC_ACCESS_DENIED_ERROR, ERR_DENIED, "see the grants in `millrace check`" },
	{ ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ERR_DENIED, "see [mysql] user and password" },
	{ ER_MUST_CHANGE_PASSWORD_LOGIN, ERR_DENIED, "ALTER USER .. PASSWORD EXPIRE NEVER, or give it a new one" },
	{ ER_MUST_CHANGE_PASSWORD, ERR_DENIED, "ALTER USER .. PASSWORD EXPIRE NEVER, or give it a new one" },
	{ ER_ACCOUNT_IS_LOCKED, ERR_DENIED, "ALTER USER .. ACCOUNT UNLOCK" },
	{ ER_HOST_NOT_PRIVILEGED, ERR_DENIED, "CREATE USER for the address that this comes from" },
	{ ER_HOST_IS_BLOCKED, ERR_CONFIG, "TRUNCATE TABLE performance_schema.host_cache on the server" },
	{ ER_CON_COUNT_ERROR, ERR_RETRY, "raise max_connections on the server" },
	{ ER_TOO_MANY_USER_CONNECTIONS, ERR_RETRY, "raise the user's MAX_USER_CONNECTIONS: capture needs three" },
	{ ER_USER_LIMIT_REACHED, ERR_RETRY, "raise the user's limits: capture needs three connections" },
};

enum err_kind mysql_conn_kind(unsigned code)
{
	for (size_t i = 0; i < sizeof(error_kinds) / sizeof(*error_kinds); i++)
		if (error_kinds[i].code == code)
			return error_kinds[i].kind;
	return ERR_RETRY;
}

const char *mysql_conn_remedy(unsigned code)
{
	for (size_t i = 0; i < sizeof(error_kinds) / sizeof(*error_kinds); i++)
		if (error_kinds[i].code == code)
			return error_kinds[i].remedy;
	return "";
}

void mysql_conn_remedies(struct report *r)
{
	for (size_t i = 0; i < sizeof(error_kinds) / sizeof(*error_kinds); i++)
		if (error_kinds[i].remedy[0])
			report_add(r, REPORT_PROBLEM, "MySQL", error_kinds[i].remedy, "error %u", error_kinds[i].code);
}

int mysql_conn_fail(struct mysql_conn *c, const char *doing, struct err *err)
{
	unsigned code = mysql_errno(c->mysql);
	const char *remedy = mysql_conn_remedy(code);

	return err_set(err, mysql_conn_kind(code), (int)code, "MySQL %s: %s: %s (%u)%s%s", c->server, doing,
			mysql_error(c->mysql), code, remedy[0] ? ": " : "", remedy);
}

/* ---- hosts ---- */

unsigned mysql_conn_hosts(const struct mysql_conf *conf)
{
	return conf->socket || conf->host == NULL ? 1 : endpoint_count(conf->host);
}

static int find_host(const struct mysql_conf *conf, unsigned host, struct endpoint *out, struct err *err)
{
	const char *text, *expected;
	size_t len;

	if (!endpoint_entry(conf->host ? conf->host : "127.0.0.1", host, &text, &len))
		return err_set(err, ERR_CONFIG, 0, "[mysql] host: there is no entry %u in '%s'", host + 1, conf->host);
	if (endpoint_parse(text, len, out, &expected) < 0 || out->scheme[0])
		return err_set(err, ERR_CONFIG, 0, "[mysql] host: expected %s, found '%.*s'", expected, (int)len, text);
	if (out->port == 0)
		out->port = (unsigned)(conf->port > 0 ? conf->port : 3306);
	return 0;
}

/* ---- connect ---- */

static int connect_fail(struct mysql_conn *c, struct err *err)
{
	mysql_conn_fail(c, "cannot connect", err);
	if (err->code == CR_SSL_CONNECTION_ERROR && (strstr(err->msg, "ertificate") || strstr(err->msg, "ost name")))
		err->kind = ERR_CONFIG;
	return -1;
}

static int log_in(struct mysql_conn *c, const struct mysql_conf *conf, const struct endpoint *at, struct err *err)
{
	char who[sizeof(c->server) + 8];
	const struct mysql_login login = {
		.who = who,
		.section = "mysql",
		.conf = &conf->login,
		.host = at->host,
		.port = at->port,
		.socket = conf->socket,
		.user = conf->user,
		.password = conf->password,
		.charset = "utf8mb4",
		.connect_s = (unsigned)((conf->connect_timeout_ms > 0 ? conf->connect_timeout_ms : 10000) + 999) / 1000,
		.answer_s = conf->answer_timeout_ms > 0 ? (unsigned)((conf->answer_timeout_ms + 999) / 1000)
							: QUERY_TIMEOUT_S,
		.packet_bytes = (unsigned long)conf->answer_packet_bytes,
	};
	enum login_result r;

	snprintf(who, sizeof(who), "MySQL %s", c->server);
	r = mysql_login(&login, &c->mysql, err);
	if (r == LOGIN_OPEN)
		c->tls = mysql_login_is_encrypted(c->mysql);
	return r == LOGIN_OPEN ? 0 : r == LOGIN_REFUSED ? -1 : connect_fail(c, err);
}

enum { HIDDEN_KEY_SHOWN = 80030 }; /* the version that has generated invisible keys */

/*
 * Texts are to come as they are: UTC, UTF-8, no silent cutting, and patience with a reader that waits for its log. None
 * with a lock: who waits for a table behind an ALTER that waits for a connection of ours holds up all its writers. And
 * whole: whatever the server's presets for others are, a view is one moment, and rows and time have no limit.
 */
static int set_session(struct mysql_conn *c, struct err *err)
{
	return mysql_conn_run(c, err,
			"SET NAMES utf8mb4, SESSION time_zone = '+00:00', sql_mode = '', "
			"net_write_timeout = 3600, net_read_timeout = 3600, wait_timeout = 86400, "
			"lock_wait_timeout = 5, sql_quote_show_create = 1, show_create_table_verbosity = 0, "
			"group_concat_max_len = 1048576, autocommit = 1, transaction_isolation = 'REPEATABLE-READ', "
			"sql_select_limit = 18446744073709551615, max_execution_time = 0, sql_big_selects = 1%s",
			c->version < HIDDEN_KEY_SHOWN ? "" : ", show_gipk_in_create_table_and_information_schema = 1");
}

int mysql_conn_open(struct mysql_conn *c, const struct mysql_conf *conf, unsigned host, struct err *err)
{
	struct endpoint at = { 0 };

	*c = (struct mysql_conn){ 0 };
	if (conf->socket == NULL && find_host(conf, host, &at, err) < 0)
		return -1;
	if (conf->socket)
		snprintf(c->server, sizeof(c->server), "%s", conf->socket);
	else
		endpoint_format(c->server, sizeof(c->server), at.host, at.port);
	if (log_in(c, conf, &at, err) < 0 || mysql_identity_read(c, err) < 0 || set_session(c, err) < 0) {
		mysql_conn_close(c);
		return -1;
	}
	return 0;
}

int mysql_conn_open_any(struct mysql_conn *c, const struct mysql_conf *conf, unsigned *host, struct err *err)
{
	unsigned n = mysql_conn_hosts(conf);

	for (unsigned i = 0; i < n; i++) {
		unsigned at = (*host + i) % n;

		err_clear(err);
		if (mysql_conn_open(c, conf, at, err) == 0) {
			*host = at;
			return 0;
		}
	}
	return -1;
}

int mysql_conn_socket(const struct mysql_conn *c)
{
#ifdef HAVE_MARIADB_CONNECTOR
	return (int)mysql_get_socket(c->mysql);
#else
	return (int)c->mysql->net.fd;
#endif
}

void mysql_conn_close(struct mysql_conn *c)
{
	if (c->mysql)
		mysql_close(c->mysql);
	c->mysql = NULL;
}

/* ---- queries ---- */

static int run_text(struct mysql_conn *c, const char *fmt, va_list ap, struct err *err)
{
	char *sql = NULL;
	char doing[80];
	int len = vasprintf(&sql, fmt, ap), failed;

	if (len < 0)
		return err_set(err, ERR_FATAL, 0, "MySQL %s: no memory for a statement", c->server);
	snprintf(doing, sizeof(doing), "%.60s", sql);
	failed = c->mysql == NULL || mysql_real_query(c->mysql, sql, (unsigned long)len) != 0;
	free(sql);
	if (c->mysql == NULL)
		return err_set(err, ERR_UNREACHABLE, 0, "MySQL %s: %s: not connected", c->server, doing);
	return failed ? mysql_conn_fail(c, doing, err) : 0;
}

int mysql_conn_run(struct mysql_conn *c, struct err *err, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = run_text(c, fmt, ap, err);
	va_end(ap);
	if (r == 0)
		mysql_free_result(mysql_store_result(c->mysql));
	return r;
}

int mysql_conn_shape(const struct mysql_conn *c, MYSQL_RES *res, const char *shape, const char *doing, struct err *err)
{
	char who[sizeof(c->server) + 8];

	snprintf(who, sizeof(who), "MySQL %s", c->server);
	return mysql_shape_check(res, shape, who, doing, err);
}

MYSQL_RES *mysql_conn_rows(struct mysql_conn *c, const char *shape, struct err *err, const char *fmt, ...)
{
	char doing[80];
	MYSQL_RES *res;
	va_list ap;
	int r;

	va_start(ap, fmt);
	vsnprintf(doing, sizeof(doing), fmt, ap);
	va_end(ap);
	va_start(ap, fmt);
	r = run_text(c, fmt, ap, err);
	va_end(ap);
	if (r < 0)
		return NULL;
	res = mysql_store_result(c->mysql);
	if (res == NULL && mysql_errno(c->mysql) == 0)
		err_set(err, ERR_CONFIG, 0,
				"MySQL %s: %.60s: expected rows, found none: this is no server that millrace knows",
				c->server, doing);
	else if (res == NULL)
		mysql_conn_fail(c, "reading a result", err);
	else if (mysql_conn_shape(c, res, shape, doing, err) == 0)
		return res;
	mysql_free_result(res);
	return NULL;
}

int mysql_conn_text(struct mysql_conn *c, unsigned column, char *out, size_t size, struct err *err, const char *sql)
{
	MYSQL_RES *res = mysql_conn_rows(c, "?", err, "%s", sql);
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	row = column < mysql_num_fields(res) ? mysql_fetch_row(res) : NULL;
	snprintf(out, size, "%s", row && row[column] ? row[column] : "");
	mysql_free_result(res);
	return 0;
}

int mysql_conn_variable(struct mysql_conn *c, const char *name, char *out, size_t size, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "!?", err, "SHOW GLOBAL VARIABLES WHERE Variable_name = '%s'", name);
	MYSQL_ROW row;
	int unknown;

	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	unknown = row == NULL;
	snprintf(out, size, "%s", row && row[1] ? row[1] : "");
	mysql_free_result(res);
	return unknown;
}
