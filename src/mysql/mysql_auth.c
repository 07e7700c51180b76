/*
 * mysql_auth.c - see mysql_auth.h. The library finds plugins by name, registered ones first, and calls them on the thread
 * that connects; what a plugin needs to know of its login is therefore in a thread's variable.
 *
 * A plugin of ours is always the first (MYSQL_DEFAULT_AUTH): before it writes, nothing has left but the connection
 * itself, and the server's greeting says whether it offers TLS. Its first write makes the library negotiate TLS and
 * verify the certificate, in this order. The library's own copy of the password is empty until a server whose transport
 * is good asks for another plugin (mysql_native_password is built in and cannot be replaced).
 */
#include "config.h"
#include "mysql/mysql_auth.h"

#include <string.h>

/* An empty list is that of the ways that show the password to nobody. */
static const char *const usual[] = { "caching_sha2_password", "sha256_password", "mysql_native_password" };
enum { USUAL = sizeof(usual) / sizeof(*usual) };

static size_t allowed_count(const struct conf_list *plugins)
{
	return plugins->count ? plugins->count : USUAL;
}

static const char *allowed(const struct conf_list *plugins, size_t i)
{
	return plugins->count ? plugins->items[i] : usual[i];
}

static bool is_allowed(const struct conf_list *plugins, const char *name)
{
	for (size_t i = 0; i < allowed_count(plugins); i++)
		if (strcmp(allowed(plugins, i), name) == 0)
			return true;
	return false;
}

#ifndef HAVE_MARIADB_CONNECTOR
/* libmysqlclient: plugins from its folder only where one is named that it has not built in. */
static bool is_built_in(const char *name)
{
	for (size_t i = 0; i < USUAL; i++)
		if (strcmp(name, usual[i]) == 0)
			return true;
	return strcmp(name, "mysql_clear_password") == 0;
}

int mysql_auth_begin(struct mysql_auth *a, MYSQL *mysql, struct err *err)
{
	const struct login_conf *conf = a->login->conf;
	bool get_key = true, clear = is_allowed(&conf->plugins, "mysql_clear_password") && a->mode >= SSL_VERIFY_CA,
	     others = false;

	for (size_t i = 0; i < allowed_count(&conf->plugins); i++)
		others |= !is_built_in(allowed(&conf->plugins, i));
	if (!others)
		mysql_options(mysql, MYSQL_PLUGIN_DIR, "/dev/null");
	mysql_options(mysql, MYSQL_ENABLE_CLEARTEXT_PLUGIN, &clear);
	if (conf->public_key)
		mysql_options(mysql, MYSQL_SERVER_PUBLIC_KEY, conf->public_key);
	else
		mysql_options(mysql, MYSQL_OPT_GET_SERVER_PUBLIC_KEY, &get_key);
	return 0;
}

void mysql_auth_end(void)
{
}
#else
#	include <errmsg.h>
#	include <errno.h>
#	include <ma_pvio.h>
#	include <mysql/plugin_auth.h>
#	include <pthread.h>
#	include <stdarg.h>
#	include <stdio.h>
#	include <stdlib.h>

#	include "core/buf.h"
#	include "core/must.h"

enum { CHALLENGE = 20, HASH = 32, ENCRYPTED_MAX = 1024, KEY_MAX = 64 << 10, PROMPTS_MAX = 4 };
enum {
	ASK_KEY_CACHING = 2,
	ASK_KEY_SHA256 = 1,
	FAST_DONE = 3,
	FULL_LOGIN = 4,
	SWITCH = 254
}; /* bytes of the protocol */
#	define OFFERS_TLS 2048ul /* CLIENT_SSL */

static _Thread_local struct mysql_auth *current;

__attribute__((format(printf, 1, 2))) static int refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(current->refused, sizeof(current->refused), fmt, ap);
	va_end(ap);
	return CR_ERROR;
}

/* ---- what this connection may carry ---- */

static bool is_local(MYSQL *m)
{
	return m->net.pvio->type == PVIO_TYPE_UNIXSOCKET;
}

static bool is_private(MYSQL *m)
{
	return mysql_login_is_encrypted(m) || is_local(m);
}

/* Before the first write. */
static int gate(MYSQL *m)
{
	static const char *const names[] = { "disabled", "preferred", "required", "verify_ca", "verify_identity" };

	must(current); /* nobody connects but through mysql_login() */
	if (current->mode < SSL_REQUIRED || m->server_capabilities & OFFERS_TLS || mysql_login_is_encrypted(m))
		return 0;
	refuse("the server offers no TLS, and [%s] ssl.mode = %s asks for it; nothing secret was sent. Give the server a "
	       "certificate, or look who answers there",
			current->login->section, names[current->mode]);
	return -1;
}

/* The server asks for another plugin, if `packet` does: the library goes on to it, and gets the password for it now. */
static void hand_over(MYSQL *m, const unsigned char *packet)
{
	if (packet == NULL || packet[0] != SWITCH || (current->mode >= SSL_REQUIRED && !is_private(m)))
		return;
	if (!is_allowed(&current->login->conf->plugins,
			    (const char *)packet + 1)) { /* the library ends each packet by a NUL */
		refuse("the server asks for the authentication plugin '%.60s', which [%s] auth.plugins does not name",
				packet[1] ? (const char *)packet + 1 : "mysql_old_password", current->login->section);
		return;
	}
	free(m->passwd);
	m->passwd = strdup(current->login->password ? current->login->password : "");
}

static const char *password(void)
{
	return current->login->password ? current->login->password : "";
}

static int send_password(MYSQL_PLUGIN_VIO *vio)
{
	return vio->write_packet(vio, (const unsigned char *)password(), strlen(password()) + 1) ? CR_ERROR : CR_OK;
}

/* ---- by an RSA key ---- */

/* The configured key or the server's; -1: neither. */
static int find_key(MYSQL_PLUGIN_VIO *vio, unsigned char ask, char *pem, size_t size)
{
	const char *path = current->login->conf->public_key;
	unsigned char *packet;
	int n;

	if (path) {
		n = mysql_auth_read_key(path, pem, size);
		if (n <= 0)
			refuse("server.public.key %s: %s", path, n < 0 ? strerror(errno) : "it is empty");
		return n > 0 ? n : -1;
	}
	if (vio->write_packet(vio, &ask, 1) || (n = vio->read_packet(vio, &packet)) <= 0)
		return -1;
	n = (size_t)n < size ? n : (int)size;
	memcpy(pem, packet, (size_t)n);
	return n;
}

static int send_encrypted(MYSQL_PLUGIN_VIO *vio, unsigned char ask, const unsigned char *challenge)
{
	unsigned char secret[ENCRYPTED_MAX];
	char *pem = malloc(KEY_MAX);
	int len = pem ? find_key(vio, ask, pem, KEY_MAX) : -1;
	int n = len > 0 ? mysql_auth_encrypt(pem, (size_t)len, password(), challenge, secret, sizeof(secret)) : -1;

	free(pem);
	if (len > 0 && n < 0)
		return refuse("%s is no RSA public key in PEM form that a password can be encrypted by",
				current->login->conf->public_key ? current->login->conf->public_key
								 : "what the server sent");
	return n > 0 && vio->write_packet(vio, secret, (size_t)n) == 0 ? CR_OK : CR_ERROR;
}

/* ---- plugins ---- */

/* -1: no packet for us; perhaps one for another plugin. */
static int next_packet(MYSQL_PLUGIN_VIO *vio, MYSQL *m, unsigned char **packet)
{
	int n;

	*packet = NULL;
	n = vio->read_packet(vio, packet);
	if (n < 0)
		hand_over(m, *packet);
	return n;
}

/* The challenge, or an error that lets the library go on to the plugin that the server asks for. */
static int read_challenge(MYSQL_PLUGIN_VIO *vio, MYSQL *m, unsigned char challenge[CHALLENGE])
{
	unsigned char *packet;
	int n;

	if (gate(m) < 0)
		return -1;
	n = next_packet(vio, m, &packet);
	if (n != CHALLENGE + 1)
		return -1;
	memcpy(challenge, packet, CHALLENGE);
	return 0;
}

/* We are the first plugin whether it is allowed or not: then nothing is said, and the server asks for another. */
static int say_nothing(MYSQL_PLUGIN_VIO *vio, MYSQL *m)
{
	unsigned char *packet;

	if (vio->write_packet(vio, NULL, 0) == 0)
		next_packet(vio, m, &packet);
	return CR_ERROR;
}

static int caching_sha2(MYSQL_PLUGIN_VIO *vio, MYSQL *m)
{
	unsigned char challenge[CHALLENGE], proof[HASH], *packet;
	int n;

	if (read_challenge(vio, m, challenge) < 0)
		return CR_ERROR;
	if (!is_allowed(&current->login->conf->plugins, "caching_sha2_password"))
		return say_nothing(vio, m);
	if (password()[0] == '\0')
		return vio->write_packet(vio, NULL, 0) ? CR_ERROR : CR_OK;
	if (mysql_auth_proof(password(), challenge, proof) < 0 || vio->write_packet(vio, proof, HASH))
		return CR_ERROR;
	n = next_packet(vio, m, &packet);
	if (n != 1 || (*packet != FAST_DONE && *packet != FULL_LOGIN))
		return CR_ERROR;
	if (*packet == FAST_DONE)
		return CR_OK;
	return is_private(m) ? send_password(vio) : send_encrypted(vio, ASK_KEY_CACHING, challenge);
}

static int sha256(MYSQL_PLUGIN_VIO *vio, MYSQL *m)
{
	unsigned char challenge[CHALLENGE];

	if (read_challenge(vio, m, challenge) < 0)
		return CR_ERROR;
	if (password()[0] == '\0')
		return vio->write_packet(vio, (const unsigned char *)"", 1) ? CR_ERROR : CR_OK;
	return is_private(m) ? send_password(vio) : send_encrypted(vio, ASK_KEY_SHA256, challenge);
}

/* Only where it is configured, which login_conf_check() ties to verified TLS; and not before that TLS is there. */
static int may_send_clear(MYSQL *m, const char *plugin)
{
	if (is_local(m) || (mysql_login_is_encrypted(m) && current->mode >= SSL_VERIFY_CA))
		return 0;
	refuse("the server asks for the password in clear text (%s): this needs TLS that is verified, [%s] ssl.mode = "
	       "verify_ca or verify_identity",
			plugin, current->login->section);
	return -1;
}

static int clear_password(MYSQL_PLUGIN_VIO *vio, MYSQL *m)
{
	return may_send_clear(m, "mysql_clear_password") < 0 ? CR_ERROR : send_password(vio);
}

/* PAM's questions; a program has one answer. */
static int dialog(MYSQL_PLUGIN_VIO *vio, MYSQL *m)
{
	unsigned char *packet;

	if (may_send_clear(m, "dialog") < 0)
		return CR_ERROR;
	for (int i = 0; i < PROMPTS_MAX; i++) {
		int n = vio->read_packet(vio, &packet);

		if (n <= 0)
			return CR_ERROR;
		if (*packet == 0)
			return CR_OK_HANDSHAKE_COMPLETE;
		if (send_password(vio) != CR_OK)
			return CR_ERROR;
	}
	return refuse("the server asks more than %d questions (dialog)", PROMPTS_MAX);
}

/* <mysql/client_plugin.h> cannot be included: Debian's package lacks a header that it asks for. */
struct auth_plugin {
	MYSQL_CLIENT_PLUGIN_HEADER
	int (*authenticate_user)(MYSQL_PLUGIN_VIO *vio, MYSQL *mysql);
};
enum { AUTHENTICATION_PLUGIN = 2, INTERFACE_VERSION = 0x0100 };

#	define PLUGIN(plugin_name, function) \
		{ \
			.type = AUTHENTICATION_PLUGIN, .interface_version = INTERFACE_VERSION, .name = plugin_name, \
			.author = "millrace", .desc = "says nothing before the peer is who it must be", \
			.version = { 1, 0, 0 }, .license = "", .authenticate_user = function \
		}

static struct auth_plugin plugins[] = {
	PLUGIN("caching_sha2_password", caching_sha2),
	PLUGIN("sha256_password", sha256),
	PLUGIN("mysql_clear_password", clear_password),
	PLUGIN("dialog", dialog),
};
enum { PLUGINS = sizeof(plugins) / sizeof(*plugins) };

/* ---- around a login ---- */

static const char *taken; /* a plugin whose name the library has taken itself; NULL: none */

static void register_plugins(void)
{
	MYSQL *m = mysql_init(NULL); /* for the errors only */

	for (size_t i = 0; i < PLUGINS; i++) {
		struct st_mysql_client_plugin *own = (struct st_mysql_client_plugin *)&plugins[i];

		mysql_client_register_plugin(m, own);
		if (mysql_client_find_plugin(m, plugins[i].name, AUTHENTICATION_PLUGIN) != own)
			taken = plugins[i].name;
	}
	mysql_close(m);
}

/* Ours, or built in. */
static bool is_known(const char *name)
{
	for (size_t i = 0; i < PLUGINS; i++)
		if (strcmp(name, plugins[i].name) == 0)
			return true;
	return strcmp(name, "mysql_native_password") == 0;
}

/* ours: it is the first, also where the server may not ask for it. */
static void allow(MYSQL *m, const struct conf_list *names)
{
	bool others = false;
	struct buf list;

	buf_init(&list, 64 << 10);
	buf_puts(&list, plugins[0].name);
	for (size_t i = 0; i < allowed_count(names); i++) {
		buf_printf(&list, ",%s", allowed(names, i));
		others |= !is_known(allowed(names, i));
	}
	mysql_optionsv(m, MARIADB_OPT_RESTRICTED_AUTH, list.data);
	buf_done(&list);
	if (!others)
		mysql_options(m, MYSQL_PLUGIN_DIR, "/dev/null"); /* nothing is loaded at the server's wish */
}

int mysql_auth_begin(struct mysql_auth *a, MYSQL *m, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, register_plugins);
	if (taken)
		return err_set(err, ERR_CONFIG, 0,
				"%s: this MySQL client library (%s) brings its own %s, which sends "
				"passwords in clear text without TLS: use a build of MariaDB Connector/C with loadable plugins, "
				"or libmysqlclient",
				a->login->who, mysql_get_client_info(), taken);
	mysql_options(m, MYSQL_DEFAULT_AUTH, plugins[0].name);
	allow(m, &a->login->conf->plugins);
	current = a;
	return 0;
}

void mysql_auth_end(void)
{
	current = NULL;
}
#endif
