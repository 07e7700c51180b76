/*
 * mysql_conn.c - see mysql_conn.h. TLS modes are mapped by hand because MariaDB Connector/C has no ssl-mode option: a
 * CA without "verify server cert" checks the chain only, with it the name too, and "preferred" is a second try without
 * TLS.
 */
#include "config.h"
#include "source/server/mysql_conn.h"

#include <ctype.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/server/mysql_identity.h"

#ifndef ER_ACCOUNT_IS_LOCKED
#define ER_ACCOUNT_IS_LOCKED 3118	/* MySQL's number; MariaDB's header has its own */
#endif

enum { QUERY_TIMEOUT_S = 20, SQL_MAX = 1 << 20 };

/* Passing trouble is the default; these need a person or mean that nobody answered. */
static const struct { unsigned code; enum err_kind kind; const char *remedy;
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

int mysql_conn_fail(struct mysql_conn *c, const char *doing, struct err *err)
{
	unsigned code = mysql_errno(c->mysql);
	const char *remedy = mysql_conn_remedy(code);

	return err_set(err, mysql_conn_kind(code), (int)code, "MySQL %s: %s: %s (%u)%s%s", c->server, doing,
		       mysql_error(c->mysql), code, remedy[0] ? ": " : "", remedy);
}

/* ---- hosts ---- */

/* The host-th entry of "a, b:3307", trimmed; false when there is none. */
static bool host_entry(const char *list, unsigned host, char *out, size_t size)
{
	const char *at = list ? list : "127.0.0.1";

	for (unsigned i = 0; ; i++) {
		size_t len = strcspn(at, ",");

		if (i == host) {
			while (len > 0 && isspace((unsigned char)*at))
				at++, len--;
			while (len > 0 && isspace((unsigned char)at[len - 1]))
				len--;
			snprintf(out, size, "%.*s", (int)len, at);
			return len > 0;
		}
		if (at[len] == '\0')
			return false;
		at += len + 1;
	}
}

unsigned mysql_conn_hosts(const struct mysql_conf *conf)
{
	unsigned n = 1;

	if (conf->socket == NULL && conf->host)
		for (const char *p = conf->host; (p = strchr(p, ',')) != NULL; p++)
			n++;
	return n;
}

/* "db1:3307", "[::1]:3307", "::1" and "db1" into host and port. */
static unsigned split_port(char *host, unsigned port)
{
	char *colon = strrchr(host, ':');
	bool bracket = host[0] == '[';

	if (colon && (bracket ? colon[-1] == ']' : strchr(host, ':') == colon)) {
		port = (unsigned)strtoul(colon + 1, NULL, 10);
		*colon = '\0';
	}
	if (bracket) {
		memmove(host, host + 1, strlen(host));
		host[strcspn(host, "]")] = '\0';
	}
	return port;
}

/* ---- connect ---- */

static void set_tls(MYSQL *m, const struct mysql_conf *conf, int mode)
{
#ifdef HAVE_MARIADB_CONNECTOR
	my_bool enforce = mode >= SSL_PREFERRED, verify = mode == SSL_VERIFY_IDENTITY;

	mysql_optionsv(m, MYSQL_OPT_SSL_ENFORCE, &enforce);
	mysql_optionsv(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
	if (mode == SSL_DISABLED)
		return;
	if (mode >= SSL_VERIFY_CA)
		mysql_optionsv(m, MYSQL_OPT_SSL_CA, conf->ssl_ca);
	if (conf->ssl_cert)
		mysql_optionsv(m, MYSQL_OPT_SSL_CERT, conf->ssl_cert);
	if (conf->ssl_key)
		mysql_optionsv(m, MYSQL_OPT_SSL_KEY, conf->ssl_key);
#else
	static const enum mysql_ssl_mode modes[] = {
		SSL_MODE_DISABLED, SSL_MODE_PREFERRED, SSL_MODE_REQUIRED, SSL_MODE_VERIFY_CA, SSL_MODE_VERIFY_IDENTITY
	};
	bool get_key = true;

	mysql_options(m, MYSQL_OPT_SSL_MODE, &modes[mode]);
	mysql_options(m, MYSQL_OPT_SSL_CA, conf->ssl_ca);
	mysql_options(m, MYSQL_OPT_SSL_CERT, conf->ssl_cert);
	mysql_options(m, MYSQL_OPT_SSL_KEY, conf->ssl_key);
	mysql_options(m, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &get_key);
#endif
}

static MYSQL *connect_once(struct mysql_conn *c, const struct mysql_conf *conf, const char *host, unsigned port,
			   int mode)
{
	unsigned connect_s = (unsigned)((conf->connect_timeout_ms > 0 ? conf->connect_timeout_ms : 10000) + 999) / 1000;
	unsigned query_s = conf->answer_timeout_ms > 0 ? (unsigned)((conf->answer_timeout_ms + 999) / 1000) : QUERY_TIMEOUT_S;

	if (c->mysql)
		mysql_close(c->mysql);
	c->mysql = mysql_init(NULL);
	mysql_options(c->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(c->mysql, MYSQL_OPT_READ_TIMEOUT, &query_s);
	mysql_options(c->mysql, MYSQL_OPT_WRITE_TIMEOUT, &query_s);
	mysql_options(c->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_options4(c->mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "millrace");
	set_tls(c->mysql, conf, mode);
	return mysql_real_connect(c->mysql, host, conf->user, conf->password, NULL, port, conf->socket, 0);
}

/* Over a unix socket nothing crosses a network: "preferred" does without TLS. */
static int connect_tls(struct mysql_conn *c, const struct mysql_conf *conf, const char *host, unsigned port,
		       struct err *err)
{
	int mode = conf->socket && conf->ssl_mode == SSL_PREFERRED ? SSL_DISABLED : conf->ssl_mode;

	if (mode >= SSL_VERIFY_CA && conf->ssl_ca == NULL)
		return err_set(err, ERR_CONFIG, 0,
			       "[mysql] ssl.mode asks for a check of the server's certificate: set ssl.ca");
	c->tls = mode != SSL_DISABLED;
	if (connect_once(c, conf, host, port, mode))
		return 0;
	if (mode == SSL_PREFERRED && mysql_errno(c->mysql) == CR_SSL_CONNECTION_ERROR) {
		c->tls = false;
		if (connect_once(c, conf, host, port, SSL_DISABLED))
			return 0;
	}
	mysql_conn_fail(c, "cannot connect", err);
	if (err->code == CR_SSL_CONNECTION_ERROR && (strstr(err->msg, "ertificate") || strstr(err->msg, "ost name")))
		err->kind = ERR_CONFIG;
	return -1;
}

enum { HIDDEN_KEY_SHOWN = 80030 };	/* the version that has generated invisible keys */

/*
 * Texts are to come as they are: UTC, UTF-8, no silent cutting, and patience with a reader that waits for its log. None
 * with a lock: who waits for a table behind an ALTER that waits for a connection of ours holds up all its writers. And
 * whole: whatever the server's presets for others are, a view is one moment, and rows and time have no limit.
 */
static int set_session(struct mysql_conn *c, struct err *err)
{
	return mysql_conn_run(c, err, "SET NAMES utf8mb4, SESSION time_zone = '+00:00', sql_mode = '', "
			      "net_write_timeout = 3600, net_read_timeout = 3600, wait_timeout = 86400, "
			      "lock_wait_timeout = 5, sql_quote_show_create = 1, show_create_table_verbosity = 0, "
			      "group_concat_max_len = 1048576, autocommit = 1, transaction_isolation = 'REPEATABLE-READ', "
			      "sql_select_limit = 18446744073709551615, max_execution_time = 0, sql_big_selects = 1%s",
			      c->version < HIDDEN_KEY_SHOWN ? ""
			      : ", show_gipk_in_create_table_and_information_schema = 1");
}

int mysql_conn_open(struct mysql_conn *c, const struct mysql_conf *conf, unsigned host, struct err *err)
{
	char name[256] = "localhost";
	unsigned port = (unsigned)(conf->port > 0 ? conf->port : 3306);

	*c = (struct mysql_conn){ 0 };
	if (conf->socket) {
		snprintf(c->server, sizeof(c->server), "%s", conf->socket);
	} else if (host_entry(conf->host, host, name, sizeof(name))) {
		port = split_port(name, port);
		snprintf(c->server, sizeof(c->server), "%.115s:%u", name, port);
	} else {
		return err_set(err, ERR_CONFIG, 0, "[mysql] host: entry %u of '%s' is empty", host + 1, conf->host);
	}
	if (connect_tls(c, conf, name, port, err) < 0 || mysql_identity_read(c, err) < 0 || set_session(c, err) < 0) {
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

MYSQL_RES *mysql_conn_rows(struct mysql_conn *c, struct err *err, const char *fmt, ...)
{
	MYSQL_RES *res;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = run_text(c, fmt, ap, err);
	va_end(ap);
	if (r < 0)
		return NULL;
	res = mysql_store_result(c->mysql);
	if (res == NULL)
		mysql_conn_fail(c, "reading a result", err);
	return res;
}

int mysql_conn_text(struct mysql_conn *c, unsigned column, char *out, size_t size, struct err *err, const char *sql)
{
	MYSQL_RES *res = mysql_conn_rows(c, err, "%s", sql);
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
	MYSQL_RES *res = mysql_conn_rows(c, err, "SHOW GLOBAL VARIABLES WHERE Variable_name = '%s'", name);
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
