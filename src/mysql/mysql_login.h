/*
 * mysql_login.h - the one door to a server that speaks MySQL's protocol: the source, its replicas, StarRocks' frontends.
 *
 * What holds, whatever the server says: with ssl.mode = required or verify_* nothing that depends on the password leaves
 * before TLS is up and, with verify_*, the certificate is verified. The password itself never travels in clear text:
 * without TLS only as a hash over the server's challenge, or encrypted by its public key. A way to authenticate that
 * auth.plugins does not name is refused. The server never gets a file of ours (LOAD DATA LOCAL is off). A host is always
 * reached by TCP, `localhost` too.
 *
 * @thread any; a connection belongs to who opened it.
 */
#ifndef MYSQL_LOGIN_H
#define MYSQL_LOGIN_H

#include <mysql.h>
#include <stdbool.h>

#include "core/err.h"
#include "mysql/login_conf.h"

struct mysql_login {
	const char *who;     /* "MySQL 127.0.0.1:3306", for messages */
	const char *section; /* "mysql": where its settings stand */
	const struct login_conf *conf;
	const char *host;
	unsigned port;
	const char *socket; /* instead of host and port; NULL: TCP */
	const char *user, *password;
	const char *charset;
	unsigned connect_s, answer_s;
	unsigned long packet_bytes; /* the largest packet that is read; 0: as the library has it */
};

enum login_result { LOGIN_OPEN, LOGIN_REFUSED, LOGIN_FAILED };

/* OPEN: *out is connected. REFUSED: by us, err says why. FAILED: *out carries the library's error. Whatever *out is, the
 * caller closes it. */
enum login_result mysql_login(const struct mysql_login *login, MYSQL **out, struct err *err);
bool mysql_login_is_encrypted(MYSQL *mysql);

const char *mysql_library(void); /* the client library that is linked, with its version */

#endif
