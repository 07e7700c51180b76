/* starrocks_nodes.c - see starrocks_nodes.h. */
#include "sink/starrocks/starrocks_nodes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/conf/endpoint.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks.h"

struct starrocks_nodes {
	const struct sink_conf *conf;
	struct starrocks_sql *sql;
	char **hosts; /* that the cluster has named */
	size_t count;
};

struct starrocks_nodes *starrocks_nodes_new(const struct sink_conf *conf)
{
	struct starrocks_nodes *n = xcalloc(1, sizeof(*n));

	n->conf = conf;
	n->sql = starrocks_sql_new(conf);
	return n;
}

static void forget(struct starrocks_nodes *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->hosts[i]);
	free(n->hosts);
	n->hosts = NULL;
	n->count = 0;
}

void starrocks_nodes_free(struct starrocks_nodes *n)
{
	if (n == NULL)
		return;
	forget(n);
	starrocks_sql_free(n->sql);
	free(n);
}

static void add(void *context, const struct starrocks_record *r)
{
	struct starrocks_nodes *n = context;
	const char *host = starrocks_record_get(r, "IP");

	if (host == NULL)
		host = starrocks_record_get(r, "Host");
	if (host == NULL || *host == '\0')
		return;
	n->hosts = xrealloc(n->hosts, (n->count + 1) * sizeof(*n->hosts));
	n->hosts[n->count++] = xstrdup(host);
}

/* One that is not permitted leaves the others; err: of the last that failed. */
static void ask(struct starrocks_nodes *n, struct err *err)
{
	static const char *const questions[] = { "SHOW BACKENDS", "SHOW COMPUTE NODES", "SHOW FRONTENDS" };
	struct err now;

	forget(n);
	err_clear(err);
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++)
		if (starrocks_sql_run(n->sql, questions[i], add, n, &now))
			*err = now;
}

static bool is_named(const struct starrocks_nodes *n, const char *host)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcasecmp(n->hosts[i], host) == 0)
			return true;
	return false;
}

/* A frontend of fe.http. */
static bool is_frontend(const struct starrocks_nodes *n, const char *host)
{
	const char *text, *expected;
	struct endpoint e;
	size_t len;

	for (unsigned i = 0; endpoint_entry(n->conf->fe_http, i, &text, &len); i++)
		if (endpoint_parse(text, len, &e, &expected) == 0 && strcasecmp(e.host, host) == 0)
			return true;
	return false;
}

/* The row of be.map for this address: "be1", "be1:8040", "be1:8040=10.0.0.5:8040" or "*". */
static const char *find_map(const struct starrocks_nodes *n, const struct endpoint *at)
{
	const struct conf_list *map = &n->conf->be_map;
	const char *expected;
	struct endpoint e;

	for (size_t i = 0; i < map->count; i++) {
		const char *row = map->items[i];

		if (strcmp(row, "*") == 0)
			return row;
		if (endpoint_parse(row, strcspn(row, "="), &e, &expected) == 0 && strcasecmp(e.host, at->host) == 0 &&
				(e.port == 0 || e.port == at->port))
			return row;
	}
	return NULL;
}

/* The URL with another host, where be.map says so. */
static char *mapped(const char *url, const char *row)
{
	const char *to = strchr(row, '='), *host = strstr(url, "://") + 3, *path = host + strcspn(host, "/?#");

	return to ? xasprintf("%.*s%s%s", (int)(host - url), url, to + 1, path) : xstrdup(url);
}

static int read_url(const char *url, struct endpoint *out, struct err *err)
{
	const char *host = strstr(url, "://"), *expected, *at;
	size_t len;

	if (host == NULL)
		return err_set(err, ERR_RETRY, 307, "StarRocks: a redirect without an address");
	host += 3;
	len = strcspn(host, "/?#");
	at = memrchr(host, '@', len); /* a name and a password may stand in front */
	if (at) {
		len -= (size_t)(at + 1 - host);
		host = at + 1;
	}
	if (endpoint_parse(host, len, out, &expected))
		return err_set(err, ERR_RETRY, 307, "StarRocks: a redirect to '%.*s': expected %s",
				(int)(len < 200 ? len : 200), host, expected);
	return 0;
}

bool starrocks_nodes_is_frontend(const struct starrocks_nodes *n, const char *url)
{
	struct endpoint at, e;
	const char *text, *expected;
	struct err ignored;
	size_t len;

	if (read_url(url, &at, &ignored))
		return false;
	for (unsigned i = 0; endpoint_entry(n->conf->fe_http, i, &text, &len); i++)
		if (endpoint_parse(text, len, &e, &expected) == 0 && strcasecmp(e.host, at.host) == 0 &&
				at.port == (e.port ? e.port : STARROCKS_FE_PORT))
			return true;
	return false;
}

char *starrocks_nodes_mapped(const struct starrocks_nodes *n, const char *url)
{
	struct endpoint at;
	struct err ignored;
	const char *row = read_url(url, &at, &ignored) == 0 ? find_map(n, &at) : NULL;

	return row ? mapped(url, row) : xstrdup(url);
}

char *starrocks_nodes_follow(struct starrocks_nodes *n, const char *from, const char *to, struct err *err)
{
	struct endpoint at, before;
	const char *row;
	struct err why;

	if (read_url(from, &before, err) || read_url(to, &at, err))
		return NULL;
	if (strncasecmp(from, "https://", 8) == 0 && strncasecmp(to, "https://", 8) != 0) {
		err_set(err, ERR_CONFIG, 307,
				"StarRocks %s: redirects from https to http (%s), where the password would be sent in clear "
				"text: set enable_https and the https ports on all nodes",
				before.host, at.host);
		return NULL;
	}
	row = find_map(n, &at);
	if (row)
		return mapped(to, row);
	if (is_frontend(n, at.host) || is_named(n, at.host))
		return xstrdup(to);
	ask(n, &why);
	if (is_named(n, at.host))
		return xstrdup(to);
	if (why.kind == ERR_UNREACHABLE || why.kind == ERR_RETRY)
		*err = why;
	else
		err_set(err, ERR_CONFIG, 307,
				"StarRocks %s redirects to %s, which is no node of the cluster (%s): the password was not sent. "
				"GRANT OPERATE, so that SHOW BACKENDS says which there are, or name it in [starrocks] be.map",
				before.host, at.host,
				why.kind == ERR_NONE ? "SHOW BACKENDS, SHOW COMPUTE NODES, SHOW FRONTENDS" : why.msg);
	return NULL;
}
