/* login_conf.h - settings of a connection that speaks MySQL's protocol, spelled the same below [mysql] and [starrocks]. */
#ifndef MYSQL_LOGIN_CONF_H
#define MYSQL_LOGIN_CONF_H

#include "core/conf/conf.h"
#include "core/err.h"

enum ssl_mode { SSL_DISABLED, SSL_PREFERRED, SSL_REQUIRED, SSL_VERIFY_CA, SSL_VERIFY_IDENTITY };

struct login_conf {
	int ssl_mode;			   /* ssl.mode: enum ssl_mode */
	char *ssl_ca, *ssl_cert, *ssl_key; /* files */
	char *public_key;		   /* server.public.key: PEM file; NULL: the server is asked for its key */
	struct conf_list plugins;	   /* auth.plugins: ways to authenticate that the server may ask for */
};

/* What single values cannot show: a certificate to check by nothing, a password in clear over a connection that is not
 * verified. section: "mysql", for the message. */
int login_conf_check(const struct login_conf *conf, const char *section, struct err *err);

#endif
