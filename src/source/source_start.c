/*
 * source_start.c - connect and decide: a snapshot, or the stream from where? Every way back from a failure ends here,
 * on the same host or on the next of the list. What is hard is to know whether a server can go on from what we have:
 * it must have all of it, and still hold all that comes after it.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/mysql_charset.h"
#include "source/mysql_check.h"

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
	return 0;
}

static int read_gtid_variable(struct mysql_conn *c, const char *name, struct gtid_set *out, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, err, "SELECT @@GLOBAL.%s", name);
	MYSQL_ROW row;
	int r;

	if (res == NULL)
		return -1;
	row = mysql_fetch_row(res);
	r = row && row[0] ? gtid_set_parse(out, row[0], err) : 0;
	mysql_free_result(res);
	return r;
}

static void print_short(const struct gtid_set *set, char *out, size_t size)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	gtid_set_print(set, &b);
	source_copy_cut(out, size, b.data);
	buf_done(&b);
}

/* Can this server go on from what we have? It must have all of it, and still hold all that comes after it. */
static int check_gtids(struct mysql_conn *c, const char *ours, struct err *err)
{
	struct gtid_set have, purged, executed;
	char text[160];
	int r = -1;

	gtid_set_init(&have);
	gtid_set_init(&purged);
	gtid_set_init(&executed);
	if (gtid_set_parse(&have, ours, err) == 0 && read_gtid_variable(c, "gtid_purged", &purged, err) == 0 &&
	    read_gtid_variable(c, "gtid_executed", &executed, err) == 0) {
		gtid_set_subtract(&purged, &have);
		gtid_set_subtract(&have, &executed);
		r = 0;
	}
	print_short(gtid_set_is_empty(&have) ? &purged : &have, text, sizeof(text));
	if (r == 0 && !gtid_set_is_empty(&have))
		r = err_set(err, ERR_RETRY, 0,
			    "MySQL %s does not have transactions that were captured before (%s): a replica that "
			    "catches up cures this; a "
			    "server that lost them needs a new snapshot (new position)",
			    c->server, text);
	else if (r == 0 && !gtid_set_is_empty(&purged))
		r = err_set(err, ERR_FATAL, BINLOG_GONE,
			    "MySQL %s has purged transactions that were not captured yet: %s. Their changes are lost "
			    "to the "
			    "stream; snapshot.mode = when_needed takes a new snapshot",
			    c->server, text);
	gtid_set_done(&have);
	gtid_set_done(&purged);
	gtid_set_done(&executed);
	return r;
}

/* snapshot.mode never without a position: the oldest place that the server still has. */
static int oldest_position(struct source *s, struct mysql_conn *c, bool gtids, struct err *err)
{
	struct gtid_set purged;
	struct buf text;
	int r;

	if (mysql_conn_text(c, 0, s->position.file, sizeof(s->position.file), err, "SHOW BINARY LOGS") < 0)
		return -1;
	s->position.pos = 4;
	if (!gtids)
		return 0;
	gtid_set_init(&purged);
	buf_init(&text, 16 << 20);
	r = read_gtid_variable(c, "gtid_purged", &purged, err);
	gtid_set_print(&purged, &text);
	free(s->position.gtids);
	s->position.gtids = xstrdup(text.data ? text.data : "");
	buf_done(&text);
	gtid_set_done(&purged);
	return r;
}

static int start_stream(struct source *s, struct mysql_conn *c, struct err *err)
{
	char mode[32];
	struct stream_setup setup = { .conf = s->conf,
				      .filter = s->filter,
				      .catalog = s->catalog,
				      .undo = &s->undo,
				      .server_version = c->version };
	struct binlog_start from = { .file = s->position.file, .pos = s->position.pos };

	if (mysql_conn_variable(c, "gtid_mode", mode, sizeof(mode), err) < 0)
		return -1;
	setup.gtids = strcasecmp(mode, "ON") == 0;
	if (!position_is_set(&s->position) && oldest_position(s, c, setup.gtids, err) < 0)
		return -1;
	if (s->position.gtids && !setup.gtids)
		return err_set(err, ERR_CONFIG, 0,
			       "MySQL %s: gtid_mode is %s, but the stored position is a GTID set: set gtid_mode = ON",
			       c->server, mode);
	if (setup.gtids && s->position.gtids == NULL)
		setup.gtids = false;		/* the position is from before GTIDs: file and pos still lead on */
	if (setup.gtids && check_gtids(c, s->position.gtids, err) < 0)
		return -1;
	if (mysql_undo_back_to(&s->undo, s->catalog, &s->position, err) < 0)
		return -1;
	s->stream = mysql_stream_new(&setup, &s->position, err);
	if (s->stream == NULL)
		return -1;
	from.gtids = setup.gtids ? mysql_stream_gtids(s->stream) : NULL;
	if (binlog_start(&s->binlog, c, s->conf, s->server_id, s->name, &from, err) < 0)
		return -1;
	for (size_t i = 0; i < s->nstopped; i++)
		mysql_stream_stop_table(s->stream, s->stopped[i].name, s->stopped[i].why);
	s->phase = STREAM;
	return 0;
}

static int start_snapshot(struct source *s, struct err *err)
{
	struct snapshot_setup setup = { .conf = s->conf,
					.filter = s->filter,
					.catalog = s->catalog,
					.host = s->host,
					.again = s->again,
					.rows = s->conf->snapshot_mode != SNAPSHOT_NO_DATA };

	s->snapshot = mysql_snapshot_open(&setup, err);
	if (s->snapshot == NULL)
		return -1;
	mysql_undo_done(&s->undo);
	s->phase = SNAPSHOT;
	return 0;
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
		return err_set(
			err, ERR_CONFIG, 0,
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
	if (r == 0)
		r = snapshot ? start_snapshot(s, err) : start_stream(s, &c, err);
	mysql_conn_close(&c);
	return r;
}

/* The host of last time first; without GTIDs a position means nothing on another server. */
int source_start(struct source *s, struct err *err)
{
	unsigned n = !position_is_set(&s->position) || s->position.gtids ? mysql_conn_hosts(s->conf) : 1;
	unsigned first = s->host;

	for (unsigned i = 0; i < n; i++) {
		err_clear(err);
		s->host = (first + i) % mysql_conn_hosts(s->conf);
		if (start_on(s, err) == 0)
			return 0;
		source_hang_up(s);
	}
	s->host = first;
	return -1;
}

