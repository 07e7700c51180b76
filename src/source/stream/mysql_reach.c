/* mysql_reach.c - see mysql_reach.h. */
#include "config.h"
#include "source/stream/mysql_reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "source/server/mysql_binlog.h"
#include "source/stream/mysql_same_binlog.h"

enum { SHORT_BYTES = 180, REPLICA_WORDS = 80022 };

#define CHOICES "connect to a server that has them, or take a new snapshot (snapshot.mode = when_needed)"

void mysql_reach_init(struct mysql_reach *r)
{
	*r = (struct mysql_reach){ 0 };
	gtid_set_init(&r->known);
}

void mysql_reach_done(struct mysql_reach *r)
{
	gtid_set_done(&r->known);
}

int mysql_reach_variable(struct mysql_conn *c, const char *name, struct gtid_set *out, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "?", err, "SELECT @@GLOBAL.%s", name);
	MYSQL_ROW row;
	int r;

	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	r = row && row[0] ? gtid_set_parse(out, row[0], err) : 0;
	mysql_free_result(res);
	return r;
}

/* "12 transactions (uuid:5-16)", cut where it does not fit. */
static const char *in_words(const struct gtid_set *set, char out[SHORT_BYTES])
{
	uint64_t count = gtid_set_count(set);
	struct buf b;
	int len;

	buf_init(&b, 1 << 20);
	gtid_set_print(set, &b);
	len = snprintf(out, SHORT_BYTES, "%llu transaction%s (%s", (unsigned long long)count, count == 1 ? "" : "s",
			b.data ? b.data : "");
	buf_done(&b);
	if (len < SHORT_BYTES - 1)
		memcpy(out + len, ")", 2);
	else
		memcpy(out + SHORT_BYTES - 5, "...)", 5);
	return out;
}

/* ---- by GTID set ---- */

struct sets {
	struct gtid_set have, executed, purged;
	struct gtid half;	  /* gno 0: the position lies in no transaction */
	struct gtid_set left_out; /* of executed: sources that gtid.source.includes or .excludes leave out */
};

static void sets_done(struct sets *s)
{
	gtid_set_done(&s->have);
	gtid_set_done(&s->executed);
	gtid_set_done(&s->purged);
	gtid_set_done(&s->left_out);
}

/* Takes the sources that are left out from a set, and adds them to another one that may be NULL. */
static void leave_out(struct gtid_set *set, const struct mysql_filter *filter, struct gtid_set *left)
{
	struct gtid_set out;

	gtid_set_init(&out);
	for (size_t i = 0; i < set->count; i++) {
		struct gtid_set one = { .groups = &set->groups[i], .count = 1 };

		if (!mysql_filter_gtid_source(filter, &set->groups[i].source))
			gtid_set_add_set(&out, &one);
	}
	gtid_set_subtract(set, &out);
	if (left)
		gtid_set_add_set(left, &out);
	gtid_set_done(&out);
}

static int read_sets(struct sets *s, struct mysql_conn *c, const struct mysql_filter *filter,
		const struct position *from, struct err *err)
{
	gtid_set_init(&s->have);
	gtid_set_init(&s->executed);
	gtid_set_init(&s->purged);
	gtid_set_init(&s->left_out);
	if (gtid_set_parse(&s->have, from->gtids, err) < 0 ||
			(from->gtid[0] && gtid_parse(&s->half, from->gtid, err) < 0)) {
		err->kind = ERR_FATAL;
		return err_wrap(err, "the stored position");
	}
	if (mysql_reach_variable(c, "gtid_purged", &s->purged, err) < 0 ||
			mysql_reach_variable(c, "gtid_executed", &s->executed, err) < 0)
		return -1;
	leave_out(&s->have, filter, NULL);
	leave_out(&s->purged, filter, NULL);
	leave_out(&s->executed, filter, &s->left_out);
	return 0;
}

/* Does it apply another server's transactions, so that what it lacks may come? */
static int is_replica(struct mysql_conn *c, bool *out, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "?", err,
			c->version >= REPLICA_WORDS ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS");

	if (res == NULL)
		return -1;
	*out = mysql_num_rows(res) > 0;
	mysql_free_result(res);
	return 0;
}

/* "uuid:5#12:7#13,uuid:tag:9#14": GTIDs, each behind the thread that commits it. */
static int read_owned(struct gtid_set *out, struct mysql_conn *c, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "?", err, "SELECT @@GLOBAL.gtid_owned");
	MYSQL_ROW row;
	char *text, *to;
	int r;

	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	text = to = xstrdup(row && row[0] ? row[0] : "");
	mysql_free_result(res);
	for (const char *p = text; *p; p++) {
		if (*p == '#')
			p += strspn(p + 1, "0123456789");
		else
			*to++ = *p;
	}
	*to = '\0';
	r = gtid_set_parse(out, text, err);
	free(text);
	return r;
}

/*
 * A transaction is sent when it is in the binlog, and counts as executed when its commit has ended: in between it waits
 * for the engine, a disk, or a semisynchronous replica. Who owns a GTID is asked first: what is given back by then is
 * executed.
 */
static int is_unfinished(struct mysql_conn *c, const struct gtid_set *missing, bool *out, struct err *err)
{
	struct gtid_set seen, rest;
	int r;

	gtid_set_init(&seen);
	gtid_set_init(&rest);
	r = read_owned(&seen, c, err) < 0 || mysql_reach_variable(c, "gtid_executed", &seen, err) < 0 ? -1 : 0;
	gtid_set_copy(&rest, missing);
	gtid_set_subtract(&rest, &seen);
	*out = gtid_set_is_empty(&rest);
	gtid_set_done(&seen);
	gtid_set_done(&rest);
	return r;
}

static int say_missing(struct mysql_conn *c, const struct gtid_set *missing, const struct position *from,
		struct err *err)
{
	char text[SHORT_BYTES];
	bool replica, unfinished;

	in_words(missing, text);
	if (is_unfinished(c, missing, &unfinished, err) < 0)
		return -1;
	if (unfinished)
		return err_set(err, ERR_RETRY, 0,
				"MySQL %s has not yet finished what it has sent already: %s: waiting until it counts as executed",
				c->server, text);
	if (strcasecmp(from->server_uuid, c->uuid) == 0)
		return err_set(err, ERR_FATAL, BINLOG_GONE,
				"MySQL %s no longer knows what it had: %s: its binlog was reset (RESET BINARY LOGS AND "
				"GTIDS), or it was restored from a backup: " CHOICES,
				c->server, text);
	if (is_replica(c, &replica, err) < 0)
		return -1;
	if (replica)
		return err_set(err, ERR_RETRY, 0,
				"MySQL %s has not yet applied what was captured from another server: %s: waiting until "
				"the replica has caught up",
				c->server, text);
	return err_set(err, ERR_FATAL, BINLOG_GONE,
			"MySQL %s lost transactions, or is another server: it lacks %s, which were captured before, and "
			"as it is no replica they will not come: " CHOICES,
			c->server, text);
}

static int say_purged(struct mysql_conn *c, const struct gtid_set *purged, struct err *err)
{
	char text[SHORT_BYTES];

	return err_set(err, ERR_FATAL, BINLOG_GONE,
			"MySQL %s has purged what was not captured yet: %s. Their changes are lost to the stream: " CHOICES
			", and keep the binlog longer (binlog_expire_logs_seconds)",
			c->server, in_words(purged, text));
}

static int judge(struct sets *s, struct mysql_conn *c, const struct position *from, struct err *err)
{
	struct gtid_set missing, gone;
	int r = 0;

	gtid_set_init(&missing);
	gtid_set_init(&gone);
	gtid_set_copy(&missing, &s->have);
	if (s->half.gno > 0)
		gtid_set_add(&missing, &s->half);
	gtid_set_subtract(&missing, &s->executed);
	gtid_set_subtract(&missing, &s->left_out);
	gtid_set_copy(&gone, &s->purged);
	gtid_set_subtract(&gone, &s->have);
	if (!gtid_set_is_empty(&missing))
		r = say_missing(c, &missing, from, err);
	else if (!gtid_set_is_empty(&gone))
		r = say_purged(c, &gone, err);
	gtid_set_done(&missing);
	gtid_set_done(&gone);
	return r;
}

/* Another server: what it has beyond us, and how much of that was written on itself. */
static void say_changed(struct mysql_reach *r, const struct sets *s, struct mysql_conn *c, const struct position *from)
{
	struct gtid_set ahead, own;
	char all[SHORT_BYTES], text[GTID_UUID_MAX];

	if (from->server_uuid[0] == '\0' || strcasecmp(from->server_uuid, c->uuid) == 0)
		return;
	gtid_set_init(&ahead);
	gtid_set_init(&own);
	gtid_set_copy(&ahead, &s->executed);
	gtid_set_subtract(&ahead, &s->have);
	for (size_t i = 0; i < ahead.count; i++) {
		struct gtid_set one = { .groups = &ahead.groups[i], .count = 1 };

		gtid_source_uuid(&ahead.groups[i].source, text);
		if (strcasecmp(text, c->uuid) == 0)
			gtid_set_add_set(&own, &one);
	}
	snprintf(r->said, sizeof(r->said),
			"going on at another server: MySQL %s (server_uuid %s) has all that was captured from %s, and %s more; "
			"%llu of them were written on itself",
			c->server, c->uuid, from->server_uuid, in_words(&ahead, all),
			(unsigned long long)gtid_set_count(&own));
	gtid_set_done(&ahead);
	gtid_set_done(&own);
}

/*
 * A transaction that another server had begun comes first and alone: the server is told that we have all but that one.
 * Its own order may be another.
 */
static void make_known(struct mysql_reach *r, const struct sets *s, const struct mysql_conf *conf, struct mysql_conn *c,
		const struct position *from)
{
	bool moved = s->half.gno > 0 && strcasecmp(from->server_uuid, c->uuid) != 0;
	struct gtid_set half;

	gtid_set_copy(&r->known, moved ? &s->executed : &s->have);
	if (conf->gtid_filter_dml || moved)
		gtid_set_add_set(&r->known, &s->left_out);
	if (!moved)
		return;
	gtid_set_init(&half);
	gtid_set_add(&half, &s->half);
	gtid_set_subtract(&r->known, &half);
	gtid_set_done(&half);
}

static int judge_file(struct sets *s, struct mysql_conn *c, const struct position *from, struct err *err)
{
	char why[200];
	int same = mysql_same_binlog(c, from, &s->have, why, err);

	if (same != 0)
		return same < 0 ? -1 : 0;
	return err_set(err, ERR_FATAL, BINLOG_GONE,
			"MySQL %s is not what it was: %s, where capture goes on: it was restored from a backup and has "
			"written other transactions with the same GTIDs: " CHOICES,
			c->server, why);
}

static int by_gtids(struct mysql_reach *r, struct mysql_conn *c, const struct mysql_conf *conf,
		const struct mysql_filter *filter, const struct position *from, struct err *err)
{
	struct sets s = { 0 };
	int result = read_sets(&s, c, filter, from, err);

	if (result == 0)
		result = judge(&s, c, from, err);
	if (result == 0)
		result = judge_file(&s, c, from, err);
	if (result == 0) {
		make_known(r, &s, conf, c, from);
		say_changed(r, &s, c, from);
	}
	sets_done(&s);
	return result;
}

/* ---- by file and position ---- */

static int by_file(struct mysql_conn *c, const struct position *from, struct err *err)
{
	char oldest[256];
	int64_t size;

	if (from->server_uuid[0] && strcasecmp(from->server_uuid, c->uuid) != 0)
		return err_set(err, ERR_FATAL, BINLOG_GONE,
				"MySQL %s has server_uuid %s, but the stored position is a file of the server %s (%s, "
				"position %llu), which means nothing here: connect to that server, or take a new "
				"snapshot (snapshot.mode = when_needed); gtid_mode = ON makes positions hold on any "
				"server",
				c->server, c->uuid, from->server_uuid, from->file, (unsigned long long)from->pos);
	if (mysql_find_binlog(c, from->file, &size, oldest, sizeof(oldest), err) < 0)
		return -1;
	if (size < 0)
		return err_set(err, ERR_FATAL, BINLOG_GONE,
				"MySQL %s no longer has binlog %s, from which capture goes on (its oldest is %s): it was "
				"purged or reset, and the changes up to there are lost to the stream: " CHOICES,
				c->server, from->file, oldest);
	if ((uint64_t)size < from->pos)
		return err_set(err, ERR_FATAL, BINLOG_GONE,
				"MySQL %s: binlog %s ends at %lld, but was captured up to %llu: the binlog was reset, or "
				"its end was lost in a crash: " CHOICES,
				c->server, from->file, (long long)size, (unsigned long long)from->pos);
	return 0;
}

int mysql_reach_find(struct mysql_reach *r, struct mysql_conn *c, const struct mysql_conf *conf,
		const struct mysql_filter *filter, const struct position *from, struct err *err)
{
	bool same = strcasecmp(from->server_uuid, c->uuid) == 0, on;
	char mode[32];

	if (mysql_conn_variable(c, "gtid_mode", mode, sizeof(mode), err) < 0)
		return -1;
	on = strcasecmp(mode, "ON") == 0;
	r->gtids = on && from->gtids;
	r->adopt = on && from->gtids == NULL;
	if (r->gtids)
		return by_gtids(r, c, conf, filter, from, err);
	if (from->gtids && !same)
		return err_set(err, ERR_CONFIG, 0,
				"MySQL %s: gtid_mode is %s, but the stored position is a GTID set of another server: "
				"set gtid_mode = ON",
				c->server, mode);
	if (from->gtids)
		snprintf(r->said, sizeof(r->said),
				"MySQL %s: gtid_mode is now %s: capture goes on by file and position, which hold on this "
				"server only",
				c->server, mode);
	return by_file(c, from, err);
}
