/*
 * mysql_login.c - see mysql_login.h. TLS modes are mapped by hand because MariaDB Connector/C has no ssl-mode option: a
 * CA without "verify server cert" checks the chain only, with it the name too, and "preferred" is a second try without
 * TLS. From 3.4 on the library checks nothing at all without "verify server cert", so verify_ca sets it there as well
 * and is as strict as verify_identity.
 */
#include "config.h"
#include "mysql/mysql_login.h"

#include <errmsg.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mysql/mysql_auth.h"

static void library_start(void)
{
	mysql_library_init(0, NULL, NULL);
}

/* ---- settings ---- */

static const char *const clear_text[] = { "mysql_clear_password", "dialog", "mysql_old_password" };

static bool is_clear_text(const char *plugin)
{
	for (size_t i = 0; i < sizeof(clear_text) / sizeof(*clear_text); i++)
		if (strcmp(plugin, clear_text[i]) == 0)
			return true;
	return false;
}

int login_conf_check(const struct login_conf *conf, const char *section, struct err *err)
{
	if (conf->ssl_mode >= SSL_VERIFY_CA && conf->ssl_ca == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"[%s] ssl.mode asks for a check of the server's certificate: set ssl.ca", section);
	for (size_t i = 0; i < conf->plugins.count; i++)
		if (is_clear_text(conf->plugins.items[i]) && conf->ssl_mode < SSL_VERIFY_CA)
			return err_set(err, ERR_CONFIG, 0,
					"[%s] auth.plugins: %s sends the password in clear text: expected "
					"ssl.mode = verify_ca or verify_identity beside it",
					section, conf->plugins.items[i]);
	if (conf->public_key && access(conf->public_key, R_OK) != 0)
		return err_set(err, ERR_CONFIG, 0, "[%s] server.public.key: expected a readable file, found '%s'",
				section, conf->public_key);
	return 0;
}

/* ---- options ---- */

#ifdef HAVE_MARIADB_CONNECTOR
static bool checks_nothing_without_name(void)
{
	unsigned major = 0, minor = 0;

	sscanf(mysql_get_client_info(), "%u.%u", &major, &minor);
	return major > 3 || (major == 3 && minor >= 4);
}

static void set_tls(MYSQL *m, const struct login_conf *conf, int mode)
{
	my_bool enforce = mode >= SSL_PREFERRED;
	my_bool verify = mode == SSL_VERIFY_IDENTITY || (mode == SSL_VERIFY_CA && checks_nothing_without_name());

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
}
#else
static void set_tls(MYSQL *m, const struct login_conf *conf, int mode)
{
	static const enum mysql_ssl_mode modes[] = { SSL_MODE_DISABLED, SSL_MODE_PREFERRED, SSL_MODE_REQUIRED,
		SSL_MODE_VERIFY_CA, SSL_MODE_VERIFY_IDENTITY };

	mysql_options(m, MYSQL_OPT_SSL_MODE, &modes[mode]);
	mysql_options(m, MYSQL_OPT_SSL_CA, conf->ssl_ca);
	mysql_options(m, MYSQL_OPT_SSL_CERT, conf->ssl_cert);
	mysql_options(m, MYSQL_OPT_SSL_KEY, conf->ssl_key);
}
#endif

static void set_options(MYSQL *m, const struct mysql_login *l)
{
	unsigned local_infile = 0, protocol = l->socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;

	mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &l->connect_s);
	mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &l->answer_s);
	mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &l->answer_s);
	mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &local_infile);
	mysql_options(m, MYSQL_OPT_PROTOCOL, &protocol);
	if (l->packet_bytes)
		mysql_options(m, MYSQL_OPT_MAX_ALLOWED_PACKET, &l->packet_bytes);
	mysql_options(m, MYSQL_SET_CHARSET_NAME, l->charset);
	mysql_options4(m, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "millrace");
}

bool mysql_login_is_encrypted(MYSQL *mysql)
{
	return mysql_get_ssl_cipher(mysql) != NULL;
}

/* ---- connect ---- */

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
}

/* The server's wish for a plugin that is not allowed, in our words. */
static enum login_result refuse(struct mysql_auth *a, MYSQL *m, struct err *err)
{
	if (a->refused[0])
		err_set(err, ERR_CONFIG, (int)mysql_errno(m), "%s: %s", a->login->who, a->refused);
#ifdef CR_PLUGIN_NOT_ALLOWED
	else if (mysql_errno(m) == CR_PLUGIN_NOT_ALLOWED)
		err_set(err, ERR_CONFIG, CR_PLUGIN_NOT_ALLOWED,
				"%s: the server asks for a way to authenticate that [%s] "
				"auth.plugins does not name",
				a->login->who, a->login->section);
#endif
	else
		return LOGIN_FAILED;
	return LOGIN_REFUSED;
}

static enum login_result try_once(const struct mysql_login *l, int mode, MYSQL **out, struct err *err)
{
	struct mysql_auth a = { .login = l, .mode = mode };
	MYSQL *m, *open;

	if (*out)
		mysql_close(*out);
	*out = m = mysql_init(NULL);
	set_options(m, l);
	set_tls(m, l->conf, mode);
	if (mysql_auth_begin(&a, m, err) < 0)
		return LOGIN_REFUSED;
#ifdef HAVE_MARIADB_CONNECTOR
	open = mysql_real_connect(m, l->host, l->user, "", NULL, l->port, l->socket, 0);
#else
	open = mysql_real_connect(m, l->host, l->user, l->password, NULL, l->port, l->socket, 0);
#endif
	mysql_auth_end();
	wipe(m->passwd);
	if (open == NULL)
		return refuse(&a, m, err);
	if (mode >= SSL_REQUIRED && !mysql_login_is_encrypted(m)) {
		err_set(err, ERR_CONFIG, 0, "%s: the connection is not encrypted, as [%s] ssl.mode asks", l->who,
				l->section);
		return LOGIN_REFUSED;
	}
	return LOGIN_OPEN;
}

/* Over a unix socket nothing crosses a network: "preferred" does without TLS. */
enum login_result mysql_login(const struct mysql_login *l, MYSQL **out, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int mode = l->socket && l->conf->ssl_mode == SSL_PREFERRED ? SSL_DISABLED : l->conf->ssl_mode;
	enum login_result r;

	*out = NULL;
	pthread_once(&once, library_start);
	if (login_conf_check(l->conf, l->section, err) < 0)
		return LOGIN_REFUSED;
	r = try_once(l, mode, out, err);
	if (r == LOGIN_FAILED && mode == SSL_PREFERRED && mysql_errno(*out) == CR_SSL_CONNECTION_ERROR)
		r = try_once(l, SSL_DISABLED, out, err);
	return r;
}

const char *mysql_library(void)
{
	static _Thread_local char text[80];

#ifdef HAVE_MARIADB_CONNECTOR
	snprintf(text, sizeof(text), "MariaDB Connector/C %.50s", mysql_get_client_info());
#else
	snprintf(text, sizeof(text), "libmysqlclient %.50s", mysql_get_client_info());
#endif
	return text;
}
