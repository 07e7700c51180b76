/*
 * starrocks_sql.c - statements over the frontends' MySQL protocol, text protocol only. Connects when first used, to the frontends of the list in turn, and once more when a
 * connection that was idle turns out to be gone. Declared result widths are wrong there: never used.
 */
#include <errmsg.h>
#include <mysqld_error.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "core/conf/endpoint.h"
#include "core/xalloc.h"
#include "mysql/mysql_login.h"
#include "sink/starrocks/starrocks.h"

#define DEFAULT_PORT 9030

struct starrocks_sql {
	const struct sink_conf *conf;
	MYSQL *mysql;	      /* NULL: not connected */
	pthread_mutex_t lock; /* mysql comes and goes under it, for the thread that cancels */
	bool cancelled;	      /* under lock */
};

const char *starrocks_record_get(const struct starrocks_record *r, const char *name)
{
	for (unsigned i = 0; i < r->count; i++)
		if (strcasecmp(r->names[i], name) == 0)
			return r->values[i];
	return NULL;
}

struct starrocks_sql *starrocks_sql_new(const struct sink_conf *conf)
{
	struct starrocks_sql *s = xcalloc(1, sizeof(*s));

	pthread_mutex_init(&s->lock, NULL);
	s->conf = conf;
	return s;
}

static void disconnect(struct starrocks_sql *s)
{
	MYSQL *mysql = s->mysql;

	pthread_mutex_lock(&s->lock);
	s->mysql = NULL;
	pthread_mutex_unlock(&s->lock);
	if (mysql)
		mysql_close(mysql);
}

/* The connection is the other thread's: it finds it cut. */
void starrocks_sql_cancel(struct starrocks_sql *s)
{
	pthread_mutex_lock(&s->lock);
	s->cancelled = true;
	if (s->mysql)
		shutdown((int)mysql_get_socket(s->mysql), SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
}

static bool is_cancelled(struct starrocks_sql *s)
{
	bool cancelled;

	pthread_mutex_lock(&s->lock);
	cancelled = s->cancelled;
	pthread_mutex_unlock(&s->lock);
	return cancelled;
}

void starrocks_sql_free(struct starrocks_sql *s)
{
	if (!s)
		return;
	disconnect(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static bool is_connection_error(unsigned code)
{
	return code >= CR_MIN_ERROR && code <= 2999;
}

static unsigned seconds(int64_t ms, unsigned least)
{
	return ms > (int64_t)least * 1000 ? (unsigned)(ms / 1000) : least;
}

static int connect_fail(MYSQL *mysql, const char *who, struct err *err)
{
	unsigned code = mysql_errno(mysql);

	if (code == ER_ACCESS_DENIED_ERROR || code == ER_ACCESS_DENIED_NO_PASSWORD_ERROR)
		return err_set(err, ERR_DENIED, (int)code, "%s: %s; see [starrocks] user and password", who,
				mysql_error(mysql));
	return err_set(err, is_connection_error(code) ? ERR_UNREACHABLE : ERR_CONFIG, (int)code, "%s: %s", who,
			mysql_error(mysql));
}

/* One value; NULL: the statement fails, or there is none. The caller frees. */
static char *one_value(MYSQL *mysql, const char *statement, unsigned column)
{
	MYSQL_RES *res = mysql_query(mysql, statement) == 0 ? mysql_store_result(mysql) : NULL;
	MYSQL_ROW row = res && mysql_num_fields(res) > column ? mysql_fetch_row(res) : NULL;
	char *value = row && row[column] && row[column][0] ? xstrdup(row[column]) : NULL;

	mysql_free_result(res);
	return value;
}

/* A statement of ours that reaches a MySQL server, the source itself at the worst, would empty its tables. */
static int refuse_others(MYSQL *mysql, const char *who, struct err *err)
{
	char *version = one_value(mysql, "SELECT current_version()", 0), *uuid;

	if (version == NULL && is_connection_error(mysql_errno(mysql)))
		return connect_fail(mysql, who, err);
	uuid = one_value(mysql, "SHOW VARIABLES LIKE 'server_uuid'", 1);
	if (uuid)
		err_set(err, ERR_CONFIG, 0,
				"%s: this is a MySQL server (%s, server_uuid %s), not StarRocks; nothing was written. "
				"Correct [starrocks] fe.mysql",
				who, mysql_get_server_info(mysql), uuid);
	else if (version == NULL)
		err_set(err, ERR_CONFIG, 0,
				"%s: this is not StarRocks (%s has no current_version()); nothing was written. Correct "
				"[starrocks] fe.mysql",
				who, mysql_get_server_info(mysql));
	free(uuid);
	free(version);
	return uuid || version == NULL ? -1 : 0;
}

static void connected(struct starrocks_sql *s, MYSQL *mysql)
{
	pthread_mutex_lock(&s->lock);
	s->mysql = mysql;
	pthread_mutex_unlock(&s->lock);
}

static int connect_one(struct starrocks_sql *s, const struct endpoint *at, struct err *err)
{
	const struct sink_conf *conf = s->conf;
	char who[320], address[288];
	const struct mysql_login login = {
		.who = who,
		.section = "starrocks",
		.conf = &conf->login,
		.host = at->host,
		.port = at->port ? at->port : DEFAULT_PORT,
		.user = conf->user,
		.password = sink_password(conf),
		.charset = "utf8",
		.connect_s = seconds(conf->connect_timeout_ms, 1),
		.answer_s = seconds(conf->load_timeout_ms, 5),
	};
	enum login_result r;
	MYSQL *mysql = NULL;

	if (is_cancelled(s))
		return err_set(err, ERR_RETRY, 0, "StarRocks: stopped");

	snprintf(who, sizeof(who), "StarRocks %s (MySQL protocol)",
			endpoint_format(address, sizeof(address), at->host, login.port));
	r = mysql_login(&login, &mysql, err);
	connected(s, mysql);
	if (r == LOGIN_FAILED)
		connect_fail(s->mysql, who, err);
	if (r == LOGIN_OPEN && refuse_others(s->mysql, who, err) == 0)
		return 0;
	disconnect(s);
	return -1;
}

static int connect_any(struct starrocks_sql *s, struct err *err)
{
	const char *list = s->conf->fe_mysql, *text, *expected;
	struct endpoint at;
	size_t len;

	if (list == NULL || *list == '\0')
		return err_set(err, ERR_CONFIG, 0,
				"[starrocks] fe.mysql: expected host:port of a frontend, found nothing");
	for (unsigned i = 0; endpoint_entry(list, i, &text, &len); i++) {
		if (endpoint_parse(text, len, &at, &expected) < 0)
			return err_set(err, ERR_CONFIG, 0, "[starrocks] fe.mysql: expected %s, found '%.*s'", expected,
					(int)len, text);
		if (connect_one(s, &at, err) == 0)
			return 0;
		if (err_is_refusal(err))
			return -1;
	}
	return -1;
}

static int rows_each(struct starrocks_sql *s, void (*each)(void *, const struct starrocks_record *), void *context,
		struct err *err)
{
	MYSQL_RES *result = mysql_store_result(s->mysql);
	struct starrocks_record record = { 0 };
	MYSQL_FIELD *fields;
	char **names;
	MYSQL_ROW row;

	if (!result) {
		if (mysql_errno(s->mysql) == 0)
			return 0; /* a statement without rows */
		return err_set(err, ERR_UNREACHABLE, (int)mysql_errno(s->mysql), "StarRocks: %s",
				mysql_error(s->mysql));
	}
	fields = mysql_fetch_fields(result);
	record.count = mysql_num_fields(result);
	record.names = names = xcalloc(record.count + 1, sizeof(*names));
	for (unsigned i = 0; i < record.count; i++)
		names[i] = fields[i].name ? fields[i].name : (char *)"";
	while (each && (row = mysql_fetch_row(result))) {
		record.values = row;
		record.lengths = mysql_fetch_lengths(result);
		each(context, &record);
	}
	free(names);
	mysql_free_result(result);
	return 0;
}

/* Errors of a statement are for a person, except those that pass. */
static enum err_kind statement_error(unsigned code, const char *text)
{
	static const char *const passing[] = {
		"state is not NORMAL",
		"schema change operation is in progress",
		"timeout",
		"Timeout",
		"No alive",
		"no alive",
		"not leader",
		"Rpc",
		"rpc",
	};

	if (is_connection_error(code))
		return ERR_UNREACHABLE;
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strstr(text, passing[i]))
			return ERR_RETRY;
	return ERR_CONFIG;
}

int starrocks_sql_run(struct starrocks_sql *s, const char *statement,
		void (*each)(void *, const struct starrocks_record *), void *context, struct err *err)
{
	bool fresh = s->mysql == NULL;
	unsigned code;

	if (!statement)
		return err_set(err, ERR_DATA, 0, "StarRocks: a statement is too long");
	for (;;) {
		if (!s->mysql && connect_any(s, err))
			return -1;
		if (mysql_real_query(s->mysql, statement, strlen(statement)) == 0)
			return rows_each(s, each, context, err);
		code = mysql_errno(s->mysql);
		if (fresh || (code != CR_SERVER_GONE_ERROR && code != CR_SERVER_LOST))
			break;
		disconnect(s);
		fresh = true;
	}
	err_set(err, statement_error(code, mysql_error(s->mysql)), (int)code, "StarRocks: %s; statement: %.120s",
			mysql_error(s->mysql), statement);
	if (is_connection_error(code))
		disconnect(s);
	return -1;
}
