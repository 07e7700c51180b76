/*
 * mysql_auth.h - how a login proves itself to the server, with MariaDB Connector/C: our own client plugins stand in for
 * those of the library, which send the password in clear text whenever TLS was asked for, had or not. The library is
 * given the password only when this connection may carry what its built-in plugin makes of it. Private to this room.
 *
 * libmysqlclient decides by the transport that it has, and needs none of this.
 */
#ifndef MYSQL_AUTH_H
#define MYSQL_AUTH_H

#include "mysql/mysql_login.h"

/* Around mysql_real_connect(), on the same thread. refused: filled when we ended the login, "" else. */
struct mysql_auth {
	const struct mysql_login *login;
	int mode; /* enum ssl_mode of this try */
	char refused[320];
};

int mysql_auth_begin(struct mysql_auth *a, MYSQL *mysql, struct err *err);
void mysql_auth_end(void);

/* Encrypts the password by an RSA key, as the server expects it after a challenge of 20 bytes; the number of bytes, or -1. */
int mysql_auth_encrypt(const char *pem, size_t pem_len, const char *password, const unsigned char *challenge,
		unsigned char *out, size_t size);
/* caching_sha2_password's proof: a hash that shows the password's bytes to nobody. */
int mysql_auth_proof(const char *password, const unsigned char *challenge, unsigned char out[32]);
int mysql_auth_read_key(const char *path, char *out, size_t size); /* the number of bytes, or -1 with errno */

#endif
