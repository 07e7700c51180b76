/*
 * starrocks_sql.c - statements over the frontends' MySQL protocol. Text protocol only; the frontend knows the
 * mysql_native_password method. Connects when first used, to the frontends of the list in turn, and once more when a
 * connection that was idle turns out to be gone. Declared result widths are wrong there: never used.
 */
#include <mysql.h>
#include <errmsg.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num.h"
#include "core/xalloc.h"
#include "sink/starrocks.h"

#define DEFAULT_PORT 9030
#define COLUMNS_MAX 64

struct starrocks_sql {
	const struct sink_conf *conf;
	MYSQL *mysql;		/* NULL: not connected */
};

const char *starrocks_record_get(const struct starrocks_record *r, const char *name)
{
	for (unsigned i = 0; i < r->count; i++)
		if (strcasecmp(r->names[i], name) == 0)
			return r->values[i];
	return NULL;
}

static void library_start(void)
{
	mysql_library_init(0, NULL, NULL);
}

struct starrocks_sql *starrocks_sql_new(const struct sink_conf *conf)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct starrocks_sql *s = xcalloc(1, sizeof(*s));

	pthread_once(&once, library_start);
	s->conf = conf;
	return s;
}

static void disconnect(struct starrocks_sql *s)
{
	if (s->mysql)
		mysql_close(s->mysql);
	s->mysql = NULL;
}

void starrocks_sql_free(struct starrocks_sql *s)
{
	if (!s)
		return;
	disconnect(s);
	free(s);
}

static bool is_connection_error(unsigned code)
{
	return code >= CR_MIN_ERROR && code <= 2999;
}

static int connect_one(struct starrocks_sql *s, const char *host, unsigned port, struct err *err)
{
	const struct sink_conf *conf = s->conf;
	unsigned connect_s = conf->connect_timeout_ms > 1000 ? (unsigned)(conf->connect_timeout_ms / 1000) : 1;
	unsigned io_s = conf->load_timeout_ms > 5000 ? (unsigned)(conf->load_timeout_ms / 1000) : 5;
	unsigned local_infile = 0;
	MYSQL *mysql = mysql_init(NULL);

	mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &io_s);
	mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
	mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &local_infile);
	mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8");
	mysql_options(mysql, MYSQL_DEFAULT_AUTH, "mysql_native_password");
	if (mysql_real_connect(mysql, host, conf->user, conf->password ? conf->password : "", NULL, port, NULL, 0)) {
		s->mysql = mysql;
		return 0;
	}
	err_set(err, is_connection_error(mysql_errno(mysql)) ? ERR_UNREACHABLE : ERR_CONFIG, (int)mysql_errno(mysql),
		"StarRocks %s:%u (MySQL protocol): %s", host, port, mysql_error(mysql));
	mysql_close(mysql);
	return -1;
}

static int connect_any(struct starrocks_sql *s, struct err *err)
{
	char *list = xstrdup(s->conf->fe_mysql ? s->conf->fe_mysql : ""), *rest = NULL;
	int result = err_set(err, ERR_CONFIG, 0, "fe.mysql: expected host:port of a frontend, found nothing");

	for (char *host = strtok_r(list, ", ", &rest); host && result; host = strtok_r(NULL, ", ", &rest)) {
		char *colon = strrchr(host, ':');
		uint64_t port = DEFAULT_PORT;

		if (colon && (!num_parse_u64(colon + 1, strlen(colon + 1), &port) || port == 0 || port > 65535)) {
			result = err_set(err, ERR_CONFIG, 0, "fe.mysql: '%s': expected host:port", host);
			break;
		}
		if (colon)
			*colon = '\0';
		result = connect_one(s, host, (unsigned)port, err);
		if (result && err->kind == ERR_CONFIG)
			break;
	}
	free(list);
	return result;
}

static int rows_each(struct starrocks_sql *s, void (*each)(void *, const struct starrocks_record *), void *context,
		     struct err *err)
{
	MYSQL_RES *result = mysql_store_result(s->mysql);
	char *names[COLUMNS_MAX];
	struct starrocks_record record = { .names = names };
	MYSQL_FIELD *fields;
	MYSQL_ROW row;

	if (!result) {
		if (mysql_errno(s->mysql) == 0)
			return 0;	/* a statement without rows */
		return err_set(err, ERR_UNREACHABLE, (int)mysql_errno(s->mysql), "StarRocks: %s", mysql_error(s->mysql));
	}
	fields = mysql_fetch_fields(result);
	record.count = mysql_num_fields(result) < COLUMNS_MAX ? mysql_num_fields(result) : COLUMNS_MAX;
	for (unsigned i = 0; i < record.count; i++)
		names[i] = fields[i].name;
	while (each && (row = mysql_fetch_row(result))) {
		record.values = row;
		each(context, &record);
	}
	mysql_free_result(result);
	return 0;
}

/* Errors of a statement are for a person, except those that pass. */
static enum err_kind statement_error(unsigned code, const char *text)
{
	static const char *const passing[] = {
		"state is not NORMAL", "schema change operation is in progress", "timeout", "Timeout", "No alive", "no alive",
		"not leader", "Rpc", "rpc",
	};

	if (is_connection_error(code))
		return ERR_UNREACHABLE;
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strstr(text, passing[i]))
			return ERR_RETRY;
	return ERR_CONFIG;
}

int starrocks_sql_run(struct starrocks_sql *s, const char *statement, void (*each)(void *, const struct starrocks_record *),
		      void *context, struct err *err)
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
