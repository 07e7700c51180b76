/* mysql_definition.c - see mysql_definition.h. The definition is asked first and the binlog after it, so that every
 * statement that the definition shows the work of is in what is looked through. */
#include "config.h"
#include "source/server/mysql_definition.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/server/mysql_conn.h"

enum { EVENTS_MAX = 50000, TEXT_MAX = 4096 };

static bool is_plain(const char *name)
{
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_' && *name != '$')
			return false;
	return true;
}

static bool starts(const char *text, const char *word)
{
	return strncasecmp(text, word, strlen(word)) == 0;
}

/* A name that may be spelled in several ways (quotes, other character sets) is not looked for: any statement counts. */
bool mysql_definition_may_change(const struct table_place *at, const char *statement)
{
	if (starts(statement, "BEGIN") || starts(statement, "COMMIT") || starts(statement, "XA ") ||
			starts(statement, "SAVEPOINT"))
		return false;
	if (strcasestr(statement, "DATABASE") || strcasestr(statement, "SCHEMA"))
		return true;
	return !is_plain(at->table) || strcasestr(statement, at->table) != NULL;
}

static int unsure(const char *because, const char *statement, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "the server's definition may be a later one: %s%.100s", because, statement);
}

/* Looks through one file; *left is how many events may still be read. */
static int look_through(struct mysql_conn *c, const struct table_place *at, const char *file, uint64_t from,
		unsigned *left, struct err *err)
{
	enum { TYPE = 2, INFO = 5 };
	MYSQL_RES *res = mysql_conn_rows(c, "!?!???", err, "SHOW BINLOG EVENTS IN '%s' FROM %llu LIMIT %u", file,
			(unsigned long long)from, *left);
	MYSQL_ROW row;
	int r = 0;

	if (res == NULL)
		return -1;
	while (r == 0 && (row = mysql_fetch_row(res)) != NULL) {
		(*left)--;
		if (row[TYPE] && row[INFO] && strcmp(row[TYPE], "Query") == 0 &&
				mysql_definition_may_change(at, row[INFO]))
			r = unsure("", row[INFO], err);
	}
	mysql_free_result(res);
	if (r == 0 && *left == 0)
		return unsure("too many events have come since", "", err);
	return r;
}

/* The file of the place, and all behind it. */
static int look_behind(struct mysql_conn *c, const struct table_place *at, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "!!", err, "SHOW BINARY LOGS");
	unsigned left = EVENTS_MAX;
	bool found = false;
	MYSQL_ROW row;
	int r = 0;

	if (res == NULL)
		return -1;
	while (r == 0 && (row = mysql_fetch_row(res)) != NULL) {
		bool own = strcmp(row[0], at->file) == 0;

		found |= own;
		if (found)
			r = look_through(c, at, row[0], own ? at->pos : 4, &left, err);
	}
	mysql_free_result(res);
	return r == 0 && !found ? unsure("the binlog since then is gone", "", err) : r;
}

static int show_create(struct mysql_conn *c, const struct table_place *at, struct buf *create, struct err *err)
{
	struct buf name;
	MYSQL_RES *res;
	MYSQL_ROW row;

	buf_init(&name, TEXT_MAX);
	buf_put_name(&name, at->db, at->table);
	res = mysql_conn_rows(c, "!!", err, "SHOW CREATE TABLE %s", name.data);
	buf_done(&name);
	if (res == NULL)
		return -1;
	row = mysql_num_fields(res) >= 2 ? mysql_fetch_row(res) : NULL;
	if (row && row[1])
		buf_puts(create, row[1]);
	mysql_free_result(res);
	return create->len > 0 ? 0 : unsure("there is no such table now", "", err);
}

int mysql_definition(const struct mysql_conf *conf, unsigned host, const struct table_place *at, struct buf *create,
		struct err *err)
{
	struct mysql_conn c = { 0 };
	int r = mysql_conn_open(&c, conf, host, err);

	if (r == 0)
		r = mysql_conn_run(&c, err, "SET SESSION lock_wait_timeout = 2"); /* behind a DDL at work */
	if (r == 0)
		r = show_create(&c, at, create, err);
	if (r == 0)
		r = look_behind(&c, at, err);
	mysql_conn_close(&c);
	return r;
}
