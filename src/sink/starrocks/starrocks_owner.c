/*
 * starrocks_owner.c - which pipeline loads a table: the end of its comment says it, "[millrace: NAME]". A comment stays with the table, is
 * seen by everybody, and StarRocks changes it without a job.
 */
#include <stdio.h>
#include <string.h>

#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (64 << 10)

static const char opens[] = "[millrace: ";

static void keep_comment(void *context, const struct starrocks_record *r)
{
	const char *text = starrocks_record_get(r, "TABLE_COMMENT");

	buf_puts(context, text ? text : "");
}

static int read_comment(struct starrocks_sql *sql, const char *db, const char *table, struct buf *comment,
		struct err *err)
{
	struct buf b;
	int result;

	buf_init(&b, SQL_MAX);
	buf_puts(&b, "SELECT TABLE_COMMENT FROM information_schema.tables WHERE TABLE_SCHEMA = ");
	starrocks_string(&b, db);
	buf_puts(&b, " AND TABLE_NAME = ");
	starrocks_string(&b, table);
	result = starrocks_sql_run(sql, b.data, keep_comment, comment, err);
	buf_done(&b);
	return result;
}

/* Where the name's part begins in the comment; its end when it has none. name: empty then, or when it has no room. */
static size_t find_owner(const char *comment, char name[SINK_OWNER])
{
	size_t len = strlen(comment), before = sizeof(opens) - 1;
	const char *at = NULL;

	name[0] = '\0';
	for (const char *p = strstr(comment, opens); p; p = strstr(p + 1, opens))
		at = p;
	if (at == NULL || comment[len - 1] != ']')
		return len;
	if (len - 1 - (size_t)(at - comment) - before < SINK_OWNER)
		snprintf(name, SINK_OWNER, "%.*s", (int)(len - 1 - (size_t)(at - comment) - before), at + before);
	return (size_t)(at - comment);
}

int starrocks_owner(struct starrocks_sql *sql, const char *db, const char *table, char name[SINK_OWNER],
		struct err *err)
{
	struct buf comment;
	int result;

	buf_init(&comment, SQL_MAX);
	buf_puts(&comment, "");
	result = read_comment(sql, db, table, &comment, err);
	name[0] = '\0';
	if (result == 0 && comment.len)
		find_owner(comment.data, name);
	buf_done(&comment);
	return result;
}

int starrocks_own(struct starrocks_sql *sql, const char *db, const char *table, const char *name, struct err *err)
{
	struct buf comment, b;
	char before[SINK_OWNER];
	size_t len;
	int result;

	buf_init(&comment, SQL_MAX);
	result = read_comment(sql, db, table, &comment, err);
	len = comment.len ? find_owner(comment.data, before) : 0;
	while (len && comment.data[len - 1] == ' ')
		len--;
	if (comment.len)
		comment.data[comment.len = len] = '\0';
	buf_printf(&comment, "%s%s%s]", len ? " " : "", opens, name);
	buf_init(&b, SQL_MAX);
	buf_puts(&b, "ALTER TABLE ");
	starrocks_name(&b, db);
	buf_putc(&b, '.');
	starrocks_name(&b, table);
	buf_puts(&b, " COMMENT = ");
	starrocks_string(&b, comment.data);
	if (result == 0)
		result = starrocks_sql_run(sql, b.data, NULL, NULL, err);
	buf_done(&b);
	buf_done(&comment);
	return result;
}
