/*
 * source.c - see source.h. A small state machine: START connects and decides (snapshot, or stream from where), SNAPSHOT
 * and STREAM fill batches, ENDED is initial_only's. What is hard is coming back: after every failure the source stands
 * at the position of the last batch that it gave out, the catalog of schemas included, and START takes it up from
 * there, on the same host or on the next of the list.
 *
 * Threads: one thread steps. Status is copied out under a mutex once a step; a reader never waits for the network.
 */
#include "config.h"
#include "source/source.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/mysql_binlog.h"
#include "source/mysql_charset.h"
#include "source/mysql_check.h"
#include "source/mysql_side.h"
#include "source/mysql_snapshot.h"
#include "source/mysql_stream.h"
#include "source/mysql_undo.h"

enum { MAX_ROWS = 1024, MAX_BYTES = 1 << 20, POSITION_EVERY_US = 1000000, OWN_SERVER_IDS = 1000000000 };

enum source_phase { START, SNAPSHOT, STREAM, ENDED };

struct stopped {
	char *name, *why;
};

struct source {
	/* owned by the thread that steps */
	const struct mysql_conf *conf;
	char *name;
	uint32_t server_id;
	struct mysql_filter *filter;
	struct catalog *catalog;	/* NULL until the first connection */
	struct schema **history;	/* for the catalog, until then */
	size_t nhistory;
	struct mysql_undo undo;
	struct position position;	/* of the last batch that was given out */
	enum source_phase phase;
	bool again;			/* a snapshot before this one may have put rows into the log */
	unsigned host;
	struct mysql_snapshot *snapshot;
	struct binlog binlog;
	struct mysql_stream *stream;
	struct mysql_side side;
	struct err late;		/* happened behind changes that had to go out first */
	int64_t position_sent_us;
	uint64_t events_before, rows_before, bytes_before;	/* of earlier connections */
	struct stopped *stopped;
	size_t nstopped;
	uint64_t tables_version;	/* of the stream's tables as the status has them */
	size_t *snapshot_entry;		/* by table of the snapshot: index in `tables` */

	/* shared, under lock */
	pthread_mutex_t lock;
	struct source_status status;
	struct source_table *tables;
	size_t ntables, cap_tables;
	struct stopped *asked;		/* by source_stop_table() */
	size_t nasked;
	unsigned stops;
};

/* ---- tables in the status ---- */

static struct source_table *table_entry(struct source *s, const char *db, const char *table)
{
	char name[sizeof(s->tables->name)];

	snprintf(name, sizeof(name), "%s.%s", db, table);
	for (size_t i = 0; i < s->ntables; i++)
		if (strcmp(s->tables[i].name, name) == 0)
			return &s->tables[i];
	if (s->ntables == s->cap_tables) {
		s->cap_tables = s->cap_tables ? s->cap_tables * 2 : 16;
		s->tables = xrealloc(s->tables, s->cap_tables * sizeof(*s->tables));
	}
	s->tables[s->ntables] = (struct source_table){ 0 };
	snprintf(s->tables[s->ntables].name, sizeof(s->tables->name), "%s", name);
	return &s->tables[s->ntables++];
}

static void table_stopped(struct source *s, struct source_table *t, const char *why)
{
	s->stops += !t->stopped;
	t->stopped = true;
	snprintf(t->error, sizeof(t->error), "%s", why);
}

static void add_stopped(struct stopped **list, size_t *count, const char *name, const char *why)
{
	*list = xrealloc(*list, (*count + 1) * sizeof(**list));
	(*list)[(*count)++] = (struct stopped){ .name = xstrdup(name), .why = xstrdup(why) };
}

/* A stopped table stays stopped over connections: rows were passed over. */
static void note_stream_table(const char *db, const char *table, const char *error, void *arg)
{
	struct source *s = arg;
	struct source_table *t = table_entry(s, db, table);

	if (error == NULL || t->stopped)
		return;
	table_stopped(s, t, error);
	add_stopped(&s->stopped, &s->nstopped, t->name, error);
}

static void take_asked(struct source *s)
{
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->nasked; i++) {
		if (s->stream)
			mysql_stream_stop_table(s->stream, s->asked[i].name, s->asked[i].why);
		add_stopped(&s->stopped, &s->nstopped, s->asked[i].name, s->asked[i].why);
		free(s->asked[i].name);
		free(s->asked[i].why);
	}
	s->nasked = 0;
	pthread_mutex_unlock(&s->lock);
}

/* ---- status ---- */

static void copy_cut(char *out, size_t size, const char *text)
{
	if (snprintf(out, size, "%s", text ? text : "") >= (int)size)
		memcpy(out + size - 4, "...", 4);
}

static void status_snapshot(struct source *s)
{
	struct source_status *st = &s->status;
	size_t n;
	struct snapshot_table *t = mysql_snapshot_tables(s->snapshot, &n);

	st->state = SOURCE_SNAPSHOT;
	st->snapshot_tables_total = (unsigned)n;
	st->snapshot_tables_done = 0;
	if (s->snapshot_entry == NULL) {
		s->snapshot_entry = xcalloc(n + 1, sizeof(*s->snapshot_entry));
		for (size_t i = 0; i < n; i++)
			s->snapshot_entry[i] = (size_t)(table_entry(s, t[i].db, t[i].name) - s->tables);
	}
	for (size_t i = 0; i < n; i++) {
		struct source_table *entry = &s->tables[s->snapshot_entry[i]];

		st->snapshot_tables_done += t[i].done;
		entry->rows_read = t[i].rows_read;
		entry->rows_total = t[i].rows_total;
		entry->done = t[i].done;
		if (t[i].error && !entry->stopped)
			note_stream_table(t[i].db, t[i].name, t[i].error, s);
	}
	mysql_snapshot_progress(s->snapshot, &st->snapshot_rows_done, &st->snapshot_rows_total);
	st->snapshot_left_ms = mysql_snapshot_left_ms(s->snapshot);
}

static void status_stream(struct source *s, bool idle)
{
	struct source_status *st = &s->status;
	struct stream_counts counts = mysql_stream_counts(s->stream);

	st->state = idle ? SOURCE_IDLE : SOURCE_STREAMING;
	st->events = s->events_before + counts.events;
	st->rows = s->rows_before + counts.rows;
	st->bytes = s->bytes_before + s->binlog.wire.bytes;
	st->last_commit_us = mysql_stream_commit_us(s->stream);
	st->last_event_us = clock_wall_us() - (clock_mono_us() - s->binlog.wire.last_byte_us);
	copy_cut(st->server_gtids, sizeof(st->server_gtids), s->side.server.gtids);
	copy_cut(st->server_file, sizeof(st->server_file), s->side.server.file);
	st->server_pos = s->side.server.pos;
	st->behind_bytes = s->side.behind_bytes;
	if (mysql_stream_tables_version(s->stream) != s->tables_version)
		mysql_stream_tables(s->stream, note_stream_table, s);
	s->tables_version = mysql_stream_tables_version(s->stream);
}

static void update_status(struct source *s, bool idle)
{
	struct source_status *st = &s->status;

	pthread_mutex_lock(&s->lock);
	if (s->phase == SNAPSHOT && s->snapshot)
		status_snapshot(s);
	else if (s->phase == STREAM && s->stream)
		status_stream(s, idle);
	else
		st->state = s->phase == ENDED ? SOURCE_STOPPED : SOURCE_CONNECTING;
	copy_cut(st->gtids, sizeof(st->gtids), s->position.gtids);
	copy_cut(st->file, sizeof(st->file), s->position.file);
	st->pos = s->position.pos;
	pthread_mutex_unlock(&s->lock);
}

/* ---- going back ---- */

static void end_snapshot(struct source *s)
{
	mysql_snapshot_close(s->snapshot);
	s->snapshot = NULL;
	free(s->snapshot_entry);
	s->snapshot_entry = NULL;
}

static void hang_up(struct source *s)
{
	if (s->stream) {
		struct stream_counts counts = mysql_stream_counts(s->stream);

		s->events_before += counts.events;
		s->rows_before += counts.rows;
	}
	s->bytes_before += s->binlog.wire.bytes;
	mysql_stream_free(s->stream);
	s->stream = NULL;
	binlog_stop(&s->binlog);
	s->binlog.wire.bytes = 0;
	mysql_side_done(&s->side);
	mysql_side_init(&s->side);
	s->again |= s->snapshot != NULL;
	end_snapshot(s);
	s->tables_version = 0;
	if (s->phase != ENDED)
		s->phase = START;
}

/* A binlog that is gone is no failure for when_needed: the next step takes a snapshot. */
static enum source_step fail(struct source *s, struct err *why)
{
	hang_up(s);
	if (why->code == BINLOG_GONE && s->conf->snapshot_mode == SNAPSHOT_WHEN_NEEDED) {
		err_clear(why);
		s->again = true;
		return SOURCE_NOTHING;
	}
	pthread_mutex_lock(&s->lock);
	s->status.reconnects += why->kind == ERR_RETRY || why->kind == ERR_UNREACHABLE;
	pthread_mutex_unlock(&s->lock);
	update_status(s, false);
	return SOURCE_FAILED;
}

void source_rewind(struct source *s, const struct position *to)
{
	hang_up(s);
	err_clear(&s->late);
	if (to) {
		position_copy(&s->position, to);
	} else {
		position_done(&s->position);
		position_init(&s->position);
	}
	s->again |= s->position.snapshot;
	s->phase = START;
	update_status(s, false);
}

/* ---- start: connect and decide ---- */

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
	copy_cut(out, size, b.data);
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
static int start(struct source *s, struct err *err)
{
	unsigned n = !position_is_set(&s->position) || s->position.gtids ? mysql_conn_hosts(s->conf) : 1;
	unsigned first = s->host;

	for (unsigned i = 0; i < n; i++) {
		err_clear(err);
		s->host = (first + i) % mysql_conn_hosts(s->conf);
		if (start_on(s, err) == 0)
			return 0;
		hang_up(s);
	}
	s->host = first;
	return -1;
}

/* ---- steps ---- */

static bool is_full(const struct source *s, const struct batch *b)
{
	size_t rows = (size_t)(s->conf->max_batch_rows > 0 ? s->conf->max_batch_rows : MAX_ROWS);
	size_t bytes = (size_t)(s->conf->max_batch_bytes > 0 ? s->conf->max_batch_bytes : MAX_BYTES);

	return b->nchanges >= rows || b->bytes >= bytes || b->arena.used >= bytes * 8;
}

static bool has_moved(const struct source *s, const struct position *p)
{
	const struct position *was = &s->position;

	return p->pos != was->pos || p->event != was->event || p->row != was->row || strcmp(p->file, was->file) != 0;
}

static enum source_step snapshot_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	int r = mysql_snapshot_next(s->snapshot, b, timeout_ms, err);

	if (r < 0)
		return fail(s, err);
	update_status(s, false);
	if (r == 0)
		return SOURCE_NOTHING;
	position_copy(&s->position, &b->position);
	if (r == 2) {
		end_snapshot(s);
		s->again = false;
		s->phase = s->conf->snapshot_mode == SNAPSHOT_INITIAL_ONLY ? ENDED : START;
	}
	return SOURCE_BATCH;
}

/* One event, from the wire or from a compressed transaction: 1, 0 when none came, -1. */
static int next_event(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	struct stream_place at;
	struct event e;
	int r;

	if (mysql_stream_has_more(s->stream))
		return mysql_stream_more(s->stream, b, err) < 0 ? -1 : 1;
	r = binlog_next(&s->binlog, &b->arena, timeout_ms, &e, err);
	if (r <= 0)
		return r;
	at = (struct stream_place){ .file = s->binlog.file,
				    .pos = binlog_event_pos(&s->binlog, &e),
				    .end = s->binlog.pos };
	return mysql_stream_event(s->stream, b, &e, &at, err) < 0 ? -1 : 1;
}

/* Waits for the first change only; then takes what is there. */
static int fill(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
	int r = 1;

	mysql_stream_begin(s->stream, b);
	while (r > 0 && !is_full(s, b)) {
		r = next_event(s, b, 0, err);
		if (r == 0 && b->nchanges == 0) {
			int64_t now = clock_mono_us();

			if (now >= deadline_us)
				break;
			r = next_event(s, b, (int)((deadline_us - now + 999) / 1000), err);
		}
		if (r > 0 && b->born_us == 0 && b->nchanges > 0)
			b->born_us = s->binlog.wire.last_byte_us;
	}
	wire_save(&s->binlog.wire);
	mysql_stream_end(s->stream, b);
	return r;
}

static enum source_step stream_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	bool moved, idle;

	if (fill(s, b, timeout_ms, err) < 0) {
		if (b->nchanges == 0)
			return fail(s, err);
		s->late = *err;
		err_clear(err);
	}
	mysql_side_step(&s->side, s->conf, s->host, s->binlog.file, s->binlog.pos);
	moved = has_moved(s, &b->position) && clock_mono_us() - s->position_sent_us >= POSITION_EVERY_US;
	idle = b->nchanges == 0 && s->side.behind_bytes == 0;
	if (b->nchanges == 0 && !moved) {
		update_status(s, idle);
		return SOURCE_NOTHING;
	}
	s->position_sent_us = clock_mono_us();
	position_copy(&s->position, &b->position);
	update_status(s, idle);
	return SOURCE_BATCH;
}

enum source_step source_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	err_clear(err);
	take_asked(s);
	if (s->late.kind != ERR_NONE) {
		*err = s->late;
		err_clear(&s->late);
		return fail(s, err);
	}
	if (s->phase == START && s->conf->snapshot_mode == SNAPSHOT_INITIAL_ONLY && position_is_set(&s->position) &&
	    !s->position.snapshot && !s->again)
		s->phase = ENDED;
	if (s->phase == ENDED) {
		update_status(s, true);
		return SOURCE_END;
	}
	if (s->phase == START && start(s, err) < 0)
		return fail(s, err);
	return s->phase == SNAPSHOT ? snapshot_step(s, b, timeout_ms, err) : stream_step(s, b, timeout_ms, err);
}

void source_look(struct source *s)
{
	if (s->phase != STREAM)
		return;
	mysql_side_step(&s->side, s->conf, s->host, s->binlog.file, s->binlog.pos);
	update_status(s, false);
}

/* ---- open, close, ask ---- */

static uint32_t own_server_id(const char *name)
{
	uint64_t h = 1469598103934665603u;

	for (const char *p = name; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	return OWN_SERVER_IDS + (uint32_t)(h % OWN_SERVER_IDS);
}

struct source *source_open(const struct mysql_conf *conf, const char *name, const struct position *resume,
			   struct schema *const *history, size_t nhistory, struct err *err)
{
	struct mysql_filter *filter = mysql_filter_new(conf, err);
	struct source *s;

	if (filter == NULL)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->conf = conf;
	s->name = xstrdup(name);
	s->server_id = conf->server_id > 0 ? (uint32_t)conf->server_id : own_server_id(name);
	s->filter = filter;
	s->history = xcalloc(nhistory + 1, sizeof(*s->history));
	for (size_t i = 0; i < nhistory; i++)
		s->history[s->nhistory++] = schema_ref(history[i]);
	position_init(&s->position);
	if (resume && position_is_set(resume)) {
		position_copy(&s->position, resume);
		s->again = resume->snapshot;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->status.behind_bytes = s->status.snapshot_left_ms = -1;
	mysql_side_init(&s->side);
	return s;
}

static void free_stopped(struct stopped *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].name);
		free(list[i].why);
	}
	free(list);
}

void source_close(struct source *s)
{
	if (s == NULL)
		return;
	hang_up(s);
	mysql_side_done(&s->side);
	mysql_undo_done(&s->undo);
	if (s->catalog)
		catalog_free(s->catalog);
	for (size_t i = 0; i < s->nhistory; i++)
		schema_unref(s->history[i]);
	free(s->history);
	mysql_filter_free(s->filter);
	position_done(&s->position);
	free_stopped(s->stopped, s->nstopped);
	free_stopped(s->asked, s->nasked);
	pthread_mutex_destroy(&s->lock);
	free(s->tables);
	free(s->name);
	free(s);
}

void source_status(struct source *s, struct source_status *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->status;
	pthread_mutex_unlock(&s->lock);
}

size_t source_tables(struct source *s, struct source_table *out, size_t max)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->ntables < max ? s->ntables : max;
	if (n > 0)
		memcpy(out, s->tables, n * sizeof(*out));
	pthread_mutex_unlock(&s->lock);
	return n;
}

unsigned source_stops(struct source *s)
{
	unsigned stops;

	pthread_mutex_lock(&s->lock);
	stops = s->stops;
	pthread_mutex_unlock(&s->lock);
	return stops;
}

int source_stop_table(struct source *s, const char *db_table, const char *why)
{
	const char *dot = strchr(db_table, '.');
	char db[200];

	if (dot == NULL)
		return -1;
	snprintf(db, sizeof(db), "%.*s", (int)(dot - db_table), db_table);
	pthread_mutex_lock(&s->lock);
	table_stopped(s, table_entry(s, db, dot + 1), why);
	add_stopped(&s->asked, &s->nasked, db_table, why);
	pthread_mutex_unlock(&s->lock);
	return 0;
}
