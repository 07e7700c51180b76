/*
 * mysql_conn.h - one connection to a MySQL server: TLS, authentication, time limits, and short queries. The client
 * library has no single time limit for "an answer within n seconds" and words every failure its own way, so all calls
 * go through here and come back as a struct err that names the server and never the password.
 *
 * @thread the stage's own; a connection is never shared.
 */
#ifndef SOURCE_MYSQL_CONN_H
#define SOURCE_MYSQL_CONN_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"
#include "core/report.h"
#include "source/server/mysql_conf.h"

struct mysql_conn {
	MYSQL *mysql;	       /* NULL: closed */
	char server[128];      /* "127.0.0.1:3306", for messages */
	char version_text[64]; /* "9.7.4-2" */
	unsigned version;      /* 90704 */
	char uuid[40];	       /* server_uuid */
	bool tls;
};

/* One of the hosts of conf->host ("a, b:3307"); conf->socket counts as one host. */
unsigned mysql_conn_hosts(const struct mysql_conf *conf);
/* Connects, refuses what is no MySQL server 8.0 or newer (mysql_identity.h), and sets the session: UTC, utf8mb4, long waits of the server.
 */
int mysql_conn_open(struct mysql_conn *c, const struct mysql_conf *conf, unsigned host, struct err *err);
/* The first host of the list that answers, beginning with *host, which is set to it. */
int mysql_conn_open_any(struct mysql_conn *c, const struct mysql_conf *conf, unsigned *host, struct err *err);
void mysql_conn_close(struct mysql_conn *c); /* closed already: nothing */

int mysql_conn_run(struct mysql_conn *c, struct err *err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A result of rows, stored, whose columns are as the shape says (mysql/mysql_shape.h: '!' never NULL, '?' perhaps); the
 * caller frees it by mysql_free_result(). NULL: failed. */
MYSQL_RES *mysql_conn_rows(struct mysql_conn *c, const char *shape, struct err *err, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
/* The same question of a result that was fetched in another way. */
int mysql_conn_shape(const struct mysql_conn *c, MYSQL_RES *res, const char *shape, const char *doing, struct err *err);
/* Column `column` of the first row; no row or NULL gives "". */
int mysql_conn_text(struct mysql_conn *c, unsigned column, char *out, size_t size, struct err *err, const char *sql);
/* A global variable; 1 when the server does not know it. */
int mysql_conn_variable(struct mysql_conn *c, const char *name, char *out, size_t size, struct err *err);
int mysql_conn_socket(const struct mysql_conn *c);
int mysql_conn_fail(struct mysql_conn *c, const char *doing,
		struct err *err);	      /* fills err from the library's last error, -1 */
enum err_kind mysql_conn_kind(unsigned code); /* what a client or server error number asks for */
void mysql_conn_remedies(struct report *r);   /* a line for each code that has one */
const char *mysql_conn_remedy(unsigned code); /* "" or what to do about it */

#endif
