/* mysql_same_binlog.c - see mysql_same_binlog.h. */
#include "config.h"
#include "source/stream/mysql_same_binlog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "source/server/mysql_conn.h"

enum { POS_COLUMN = 1, END_COLUMN = 4, INFO_COLUMN = 5 }; /* of SHOW BINLOG EVENTS */
enum { FIRST_EVENT = 4, WALK_EVENTS = 10000 };

/* Positions in events have 32 bits: in a larger file they say nothing. */
static const int64_t told_bytes = INT64_C(1) << 32;

bool mysql_fits_position(const char *info, const struct gtid_set *have)
{
	const char *from = info ? strstr(info, "GTID_NEXT= '") : NULL, *end;
	struct err ignored = { 0 };
	struct gtid gtid;
	bool fits = true;
	char *text;

	if (from == NULL)
		return true;
	from += strlen("GTID_NEXT= '");
	end = strchr(from, '\'');
	text = xstrndup(from, end ? (size_t)(end - from) : strlen(from));
	if (gtid_parse(&gtid, text, &ignored) == 0) /* or it is ANONYMOUS */
		fits = !gtid_set_contains(have, &gtid);
	err_clear(&ignored);
	free(text);
	return fits;
}

int mysql_find_binlog(struct mysql_conn *c, const char *file, int64_t *size, char *oldest, size_t oldest_size,
		struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "??", err, "SHOW BINARY LOGS");
	MYSQL_ROW row;

	*size = -1;
	oldest[0] = '\0';
	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL) {
		if (oldest[0] == '\0')
			snprintf(oldest, oldest_size, "%s", row[0] ? row[0] : "");
		if (row[0] && row[1] && strcmp(row[0], file) == 0)
			*size = strtoll(row[1], NULL, 10);
	}
	mysql_free_result(res);
	return 0;
}

static MYSQL_RES *events(struct mysql_conn *c, const char *file, uint64_t from, unsigned limit, struct err *err)
{
	return mysql_conn_rows(c, "?!????", err, "SHOW BINLOG EVENTS IN '%s' FROM %llu LIMIT %u", file,
			(unsigned long long)from, limit);
}

/*
 * A server that is asked for what is no boundary answers with the next one, or that it cannot read; and so it answers when
 * the file is damaged there. Walking through the file tells them apart. 1, 0; 1 too when it cannot be walked through: the
 * stream will say why. -1.
 */
static int is_boundary(struct mysql_conn *c, const char *file, uint64_t pos, struct err *err)
{
	uint64_t at = FIRST_EVENT;
	MYSQL_RES *res;
	MYSQL_ROW row;

	while (at < pos) {
		uint64_t begun = at;

		res = events(c, file, at, WALK_EVENTS, err);
		if (res == NULL && err->kind == ERR_UNREACHABLE)
			return -1;
		err_clear(err);
		while (res && (row = mysql_fetch_row(res)) != NULL && at < pos)
			at = strtoull(row[END_COLUMN] ? row[END_COLUMN] : "0", NULL, 10);
		mysql_free_result(res);
		if (at <= begun)
			return 1;
	}
	return at == pos;
}

/* 1, 0: the event there, if there is any, was captured before; -1; 2: not to be read so. */
static int look_there(struct mysql_conn *c, const char *file, const struct position *from, const struct gtid_set *have,
		struct err *err)
{
	MYSQL_RES *res = events(c, file, from->pos, 1, err);
	MYSQL_ROW row;
	int r = 1;

	if (res == NULL && err->kind == ERR_UNREACHABLE)
		return -1;
	err_clear(err);
	if (res == NULL)
		return 2;
	row = mysql_fetch_row(res);
	if (row && strtoull(row[POS_COLUMN], NULL, 10) != from->pos)
		r = 2;
	else if (row)
		r = mysql_fits_position(row[INFO_COLUMN], have);
	mysql_free_result(res);
	return r;
}

int mysql_same_binlog(struct mysql_conn *c, const struct position *from, const struct gtid_set *have, char why[200],
		struct err *err)
{
	char oldest[256], file[2 * sizeof(from->file) + 1];
	int64_t size;
	int r;

	if (from->file[0] == '\0' || strcasecmp(from->server_uuid, c->uuid) != 0)
		return 1;
	if (mysql_find_binlog(c, from->file, &size, oldest, sizeof(oldest), err) < 0)
		return -1;
	if (size < 0 || size >= told_bytes)
		return 1;
	mysql_real_escape_string(c->mysql, file, from->file, strlen(from->file));
	snprintf(why, 200, "binlog %.80s has at %llu a transaction that was captured before", from->file,
			(unsigned long long)from->pos);
	r = (uint64_t)size < from->pos ? 2 : look_there(c, file, from, have, err);
	if (r != 2)
		return r;
	snprintf(why, 200, "binlog %.80s has no event that begins at %llu", from->file, (unsigned long long)from->pos);
	return (uint64_t)size < from->pos ? 0 : is_boundary(c, file, from->pos, err);
}
