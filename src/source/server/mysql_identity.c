/* mysql_identity.c - see mysql_identity.h. */
#include "config.h"
#include "source/server/mysql_identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_VERSION = 80000 };

/* By a word in the version or its comment, or by a variable that nobody else has. */
static const struct kind {
	const char *word, *variable, *name, *why;
} kinds[] = {
	{ "mariadb", "gtid_domain_id", "MariaDB", "its binlog and its GTIDs are others" },
	{ "tidb", "tidb_txn_mode", "TiDB", "it has no binlog in MySQL's format" },
	{ "cluster", "ndb_batch_size", "MySQL NDB Cluster",
			"several servers write one table, each into its own binlog" },
	{ "oceanbase", NULL, "OceanBase", "its binlog is that of a service beside it" },
	{ "vitess", NULL, "Vitess", "a shard's own MySQL server has the binlog: connect to that one" },
	{ "singlestore", NULL, "SingleStore", "it has no binlog in MySQL's format" },
	{ "memsql", NULL, "SingleStore", "it has no binlog in MySQL's format" },
	{ "starrocks", NULL, "StarRocks", "it is a target, not a source: see [starrocks]" },
	{ "doris", NULL, "Doris", "it has no binlog in MySQL's format" },
	{ "dolt", NULL, "Dolt", "its binlog is not complete" },
	{ "clickhouse", NULL, "ClickHouse", "it has no binlog in MySQL's format" },
	{ "manticore", NULL, "Manticore", "it has no binlog in MySQL's format" },
};

struct identity_answer {
	char version[64], comment[128], uuid[40];
	bool odd[sizeof(kinds) / sizeof(*kinds)]; /* the kind's own variable is there */
};

static void take_variable(struct identity_answer *a, const char *name, const char *value)
{
	if (strcasecmp(name, "version") == 0)
		snprintf(a->version, sizeof(a->version), "%s", value);
	else if (strcasecmp(name, "version_comment") == 0)
		snprintf(a->comment, sizeof(a->comment), "%s", value);
	else if (strcasecmp(name, "server_uuid") == 0)
		snprintf(a->uuid, sizeof(a->uuid), "%s", value);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		a->odd[i] |= kinds[i].variable && strcasecmp(name, kinds[i].variable) == 0;
}

static int ask(struct mysql_conn *c, struct identity_answer *a, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "!?", err,
			"SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', "
			"'version_comment', 'server_uuid', 'gtid_domain_id', 'tidb_txn_mode', "
			"'ndb_batch_size')");
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		take_variable(a, row[0], row[1] ? row[1] : "");
	mysql_free_result(res);
	return 0;
}

static const struct kind *kind_of(const struct identity_answer *a, const char *greeting)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (a->odd[i] || strcasestr(greeting, kinds[i].word) || strcasestr(a->version, kinds[i].word) ||
				strcasestr(a->comment, kinds[i].word))
			return &kinds[i];
	return NULL;
}

/* "8.4.3-3" is 80403. */
static unsigned version_number(const char *text)
{
	unsigned major = 0, minor = 0, patch = 0;

	sscanf(text, "%u.%u.%u", &major, &minor, &patch);
	return major * 10000 + minor * 100 + patch;
}

static int refuse(struct mysql_conn *c, const struct kind *kind, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0, "MySQL %s: this is %s (%s): %s; a MySQL server 8.0 or newer is needed",
			c->server, kind->name, c->version_text, kind->why);
}

int mysql_identity_read(struct mysql_conn *c, struct err *err)
{
	const char *text = mysql_get_server_info(c->mysql), *greeting = text ? text : "";
	struct identity_answer a = { 0 };
	const struct kind *kind;

	snprintf(c->version_text, sizeof(c->version_text), "%s", greeting);
	if ((kind = kind_of(&a, greeting)) != NULL)
		return refuse(c, kind, err);
	if (ask(c, &a, err) < 0)
		return -1;
	if (a.version[0])
		snprintf(c->version_text, sizeof(c->version_text), "%s", a.version);
	c->version = version_number(c->version_text);
	if ((kind = kind_of(&a, greeting)) != NULL)
		return refuse(c, kind, err);
	if (c->version < OLDEST_VERSION)
		return err_set(err, ERR_CONFIG, 0, "MySQL %s: version %s is too old: 8.0 or newer is needed", c->server,
				c->version_text);
	if (a.uuid[0] == '\0')
		return err_set(err, ERR_CONFIG, 0,
				"MySQL %s: '%.60s' (%s) has no server_uuid: it is not a MySQL server, or a proxy hides "
				"it; connect to the server itself",
				c->server, a.comment, c->version_text);
	memcpy(c->uuid, a.uuid, sizeof(c->uuid));
	return 0;
}
