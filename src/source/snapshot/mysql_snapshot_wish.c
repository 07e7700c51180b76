/*
 * mysql_snapshot_wish.c - the statements that a user gives in place of whole tables, and the list that names them:
 * snapshot.select.statement.overrides. Both have to name the same tables: a list without its statement, or the other
 * way round, is a mistake that would read too much or too little. Declared in mysql_snapshot.h.
 */
#include "config.h"
#include <stdio.h>
#include <string.h>

#include "source/snapshot/mysql_snapshot.h"

#define PREFIX "snapshot.select.statement.overrides."

static const char *statement_of(const struct mysql_conf *conf, const char *db_table)
{
	const struct conf_pairs *pairs = &conf->snapshot_statements;

	for (size_t i = 0; i < pairs->count; i++) {
		const char *key = pairs->items[i].key;

		if (strncmp(key, PREFIX, strlen(PREFIX)) == 0 && strcmp(key + strlen(PREFIX), db_table) == 0)
			return pairs->items[i].value;
	}
	return NULL;
}

static bool is_listed(const struct mysql_conf *conf, const char *db_table)
{
	for (size_t i = 0; i < conf->snapshot_overrides.count; i++)
		if (strcmp(conf->snapshot_overrides.items[i], db_table) == 0)
			return true;
	return false;
}

int snapshot_wish_check(const struct mysql_conf *conf, struct err *err)
{
	for (size_t i = 0; i < conf->snapshot_overrides.count; i++) {
		const char *table = conf->snapshot_overrides.items[i];
		const char *statement = statement_of(conf, table);

		if (statement == NULL || *statement == '\0')
			return err_set(err, ERR_CONFIG, 0,
					"[mysql] snapshot.select.statement.overrides names %s: expected its SELECT in " PREFIX
					"%s, found none",
					table, table);
	}
	for (size_t i = 0; i < conf->snapshot_statements.count; i++) {
		const char *table = conf->snapshot_statements.items[i].key + strlen(PREFIX);

		if (!is_listed(conf, table))
			return err_set(err, ERR_CONFIG, 0,
					"[mysql] " PREFIX "%s: expected %s in snapshot.select.statement.overrides too",
					table, table);
	}
	return 0;
}

struct chunk_wish snapshot_wish_of(const struct mysql_conf *conf, const char *db, const char *table)
{
	char name[1024];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	return (struct chunk_wish){ .statement = statement_of(conf, name) };
}
