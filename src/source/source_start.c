/*
 * source_start.c - connect and decide: a snapshot, or the stream from where? Every way back from a failure ends here,
 * on the same host or on the next of the list.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "mysql/mysql_login.h"
#include "source/check/mysql_check.h"
#include "source/decode/mysql_charset.h"
#include "source/stream/mysql_reach.h"

/* What the history says; for those that it does not name, what the server says now is the best guess there is. A wrong
 * one shows: table maps carry the character sets of columns. */
static int know_databases(struct source *s, struct mysql_conn *c, struct err *err)
{
	if (snapshot_read_databases(c, s->catalog, err) < 0)
		return -1;
	for (size_t i = 0; i < s->ndatabases; i++)
		catalog_set_database(s->catalog, s->databases[i].name, s->databases[i].collation);
	return 0;
}

static int ask_definition(void *arg, const struct table_place *at, struct buf *create, struct err *err)
{
	struct source *s = arg;

	return mysql_definition(s->conf, s->host, at, create, err);
}

static int make_catalog(struct source *s, struct mysql_conn *c, struct err *err)
{
	char fold[16], collation[128];

	if (s->catalog)
		return 0;
	if (mysql_conn_variable(c, "lower_case_table_names", fold, sizeof(fold), err) < 0 ||
			mysql_conn_variable(c, "collation_server", collation, sizeof(collation), err) < 0)
		return -1;
	s->catalog = catalog_new(collation_find(collation, strlen(collation)), fold[0] != '0');
	for (size_t i = 0; i < s->nhistory; i++) {
		catalog_put(s->catalog, s->history[i]);
		schema_unref(s->history[i]);
	}
	s->nhistory = 0;
	return know_databases(s, c, err);
}

/* snapshot.mode never without a position: the oldest place that the server still has. */
static int oldest_position(struct source *s, struct mysql_conn *c, struct err *err)
{
	struct gtid_set purged;
	char mode[32];
	struct buf text;
	int r;

	if (mysql_conn_text(c, 0, s->position.file, sizeof(s->position.file), err, "SHOW BINARY LOGS") < 0 ||
			mysql_conn_variable(c, "gtid_mode", mode, sizeof(mode), err) < 0)
		return -1;
	s->position.pos = 4;
	if (strcasecmp(mode, "ON") != 0)
		return 0;
	gtid_set_init(&purged);
	buf_init(&text, 16 << 20);
	r = mysql_reach_variable(c, "gtid_purged", &purged, err);
	gtid_set_print(&purged, &text);
	free(s->position.gtids);
	s->position.gtids = xstrdup(text.data ? text.data : "");
	buf_done(&text);
	gtid_set_done(&purged);
	return r;
}

/* Connected, and known to be able to go on: the stream begins. */
static int begin_stream(struct source *s, struct mysql_conn *c, const struct mysql_reach *reach, struct err *err)
{
	struct stream_setup setup = {
		.conf = s->conf,
		.foreign = &s->foreign,
		.filter = s->filter,
		.catalog = s->catalog,
		.undo = &s->undo,
		.ask = ask_definition,
		.ask_arg = s,
		.server_version = c->version,
		.server_uuid = s->server_uuid,
		.gtids = reach->gtids,
		.adopt = reach->adopt,
	};
	struct binlog_start from = {
		.file = s->position.file,
		.pos = s->position.pos,
		.gtids = reach->gtids ? &reach->known : NULL,
	};

	memcpy(s->server_uuid, c->uuid, sizeof(s->server_uuid));
	if (mysql_undo_back_to(&s->undo, s->catalog, &s->position, err) < 0)
		return -1;
	if (source_fill_begin(s, c, err) < 0)
		return -1;
	s->stream = mysql_stream_new(&setup, &s->position, err);
	if (s->stream == NULL || binlog_start(&s->binlog, c, s->conf, s->server_id, s->name, &from, err) < 0)
		return -1;
	for (size_t i = 0; i < s->nstopped; i++)
		mysql_stream_stop_table(s->stream, s->stopped[i].name, s->stopped[i].why);
	pulse_init(&s->pulse, clock_mono_us());
	s->phase = STREAM;
	return 0;
}

static int start_stream(struct source *s, struct mysql_conn *c, struct err *err)
{
	struct mysql_reach reach;
	int r = 0;

	mysql_reach_init(&reach);
	if (!position_is_set(&s->position))
		r = oldest_position(s, c, err);
	if (r == 0)
		r = mysql_reach_find(&reach, c, s->conf, s->filter, &s->position, err);
	if (r == 0)
		r = begin_stream(s, c, &reach, err);
	if (r == 0 && reach.said[0])
		source_say(s, reach.said);
	mysql_reach_done(&reach);
	return r;
}

static int start_snapshot(struct source *s, struct err *err)
{
	struct snapshot_setup setup = {
		.conf = s->conf,
		.filter = s->filter,
		.catalog = s->catalog,
		.host = s->host,
		.again = s->again || (s->clears && s->conf->snapshot_mode != SNAPSHOT_NO_DATA),
		.rows = s->conf->snapshot_mode != SNAPSHOT_NO_DATA,
	};

	s->snapshot = mysql_snapshot_open(&setup, err);
	if (s->snapshot == NULL)
		return -1;
	mysql_undo_done(&s->undo);
	mysql_filter_free(s->filter_before); /* it reads new tables too */
	s->filter_before = NULL;
	s->phase = SNAPSHOT;
	return 0;
}

/* The rest of a snapshot beside the stream from its position on; anew when the binlog from there is gone. */
static int resume_snapshot(struct source *s, struct mysql_conn *c, struct err *err)
{
	int r;

	if (source_resume(s, c, err) < 0)
		return -1;
	s->position.snapshot = false;
	r = start_stream(s, c, err);
	if (r == 0) {
		s->again = false;
		return 0;
	}
	s->position.snapshot = true;
	source_fill_rewind(s);
	if (err->code != BINLOG_GONE)
		return -1;
	source_say_anew(s, err);
	err_clear(err);
	return start_snapshot(s, err);
}

/* 1: a snapshot comes first; 0: stream; -1. */
static int wants_snapshot(struct source *s, struct err *err)
{
	bool set = position_is_set(&s->position);

	if (set && !s->position.snapshot && !s->again)
		return 0;
	if (s->conf->snapshot_mode != SNAPSHOT_NEVER)
		return 1;
	if (set)
		return err_set(err, ERR_CONFIG, 0,
				"the stored position is of a snapshot that did not end, and snapshot.mode = never: set another "
				"snapshot.mode, or remove the position");
	return 0;
}

static int start_on(struct source *s, struct err *err)
{
	struct mysql_conn c = { 0 };
	int r = mysql_conn_open(&c, s->conf, s->host, err), snapshot;

	if (r < 0)
		return -1;
	pthread_mutex_lock(&s->lock);
	snprintf(s->status.server, sizeof(s->status.server), "%.80s MySQL %.30s", c.server, c.version_text);
	pthread_mutex_unlock(&s->lock);
	snapshot = wants_snapshot(s, err);
	r = snapshot < 0 || mysql_check_start(&c, err) < 0 || make_catalog(s, &c, err) < 0 ? -1 : 0;
	if (r == 0 && snapshot && source_can_resume(s))
		r = resume_snapshot(s, &c, err);
	else if (r == 0)
		r = snapshot ? start_snapshot(s, err) : start_stream(s, &c, err);
	mysql_conn_close(&c);
	return r;
}

static bool is_passing(const struct err *err)
{
	return err->kind == ERR_RETRY || err->kind == ERR_UNREACHABLE;
}

/* One host may come back while another can never go on: then both are said, and trying again is worth it. */
static void weigh(struct err *all, const struct err *one)
{
	struct err before = *all;

	if (all->kind == ERR_NONE || is_passing(all) == is_passing(one)) {
		*all = *one;
		return;
	}
	err_clear(all);
	err_set(all, is_passing(one) ? one->kind : before.kind, 0, "%.300s; %.200s",
			is_passing(one) ? before.msg : one->msg, is_passing(one) ? one->msg : before.msg);
}

/* The host of last time first. */
int source_start(struct source *s, struct err *err)
{
	unsigned n = mysql_conn_hosts(s->conf), first = s->host;
	struct err all = { 0 };

	for (unsigned i = 0; i < n; i++) {
		err_clear(err);
		s->host = (first + i) % n;
		if (start_on(s, err) == 0)
			return 0;
		weigh(&all, err);
		source_hang_up(s);
	}
	s->host = first;
	*err = all;
	return -1;
}

const char *source_library(void)
{
	return mysql_library();
}
