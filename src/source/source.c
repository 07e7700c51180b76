/*
 * source.c - see source.h. A small state machine: START connects and decides (snapshot, or stream from where), SNAPSHOT
 * and STREAM fill batches, ENDED is initial_only's. After every failure the source stands at the position of the last
 * batch that it gave out, the catalog of schemas included, and START takes it up from there, on the same host or on the
 * next of the list.
 *
 * Threads: one thread steps. Status is copied out under a mutex once a step; a reader never waits for the network.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/fnv.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/xalloc.h"

enum { MAX_ROWS = 1024, MAX_BYTES = 1 << 20, POSITION_EVERY_US = 1000000, OWN_SERVER_IDS = 1000000000 };

/* ---- going back ---- */

static void end_snapshot(struct source *s)
{
	mysql_snapshot_close(s->snapshot);
	s->snapshot = NULL;
	s->progress.of = NULL;
}

void source_hang_up(struct source *s)
{
	if (s->stream) {
		struct stream_counts counts = mysql_stream_counts(s->stream);

		s->events_before += counts.events;
		s->rows_before += counts.rows;
	}
	s->bytes_before += s->binlog.wire.bytes;
	mysql_fill_hang_up(s->fill);
	throttle_hang_up(s->throttle);
	mysql_stream_free(s->stream);
	s->stream = NULL;
	binlog_stop(&s->binlog);
	s->binlog.wire.bytes = 0;
	mysql_side_done(&s->side);
	mysql_side_init(&s->side);
	s->again |= s->snapshot && mysql_snapshot_has_given(s->snapshot);
	end_snapshot(s);
	if (s->phase != ENDED)
		s->phase = START;
}

/* Gone, or damaged for good. */
static bool binlog_is_lost(const struct err *why)
{
	return why->code == BINLOG_GONE || (why->code == EVENT_DAMAGED && why->kind == ERR_FATAL);
}

/* A binlog that is lost is no failure for when_needed: the next step takes a snapshot. */
static enum source_step fail(struct source *s, struct err *why)
{
	source_hang_up(s);
	err_clear(&s->late);
	if (why->kind == ERR_FENCED)
		source_name_successor(s, why);
	if (binlog_is_lost(why) && s->conf->snapshot_mode == SNAPSHOT_WHEN_NEEDED) {
		source_say_anew(s, why);
		err_clear(why);
		s->again = true;
		return SOURCE_NOTHING;
	}
	pthread_mutex_lock(&s->lock);
	s->status.reconnects += why->kind == ERR_RETRY || why->kind == ERR_UNREACHABLE;
	pthread_mutex_unlock(&s->lock);
	source_update_status(s, false);
	return SOURCE_FAILED;
}

void source_clear_first(struct source *s)
{
	s->clears = true;
}

/* ---- steps ---- */

static size_t batch_rows(const struct source *s)
{
	return (size_t)(s->conf->max_batch_rows > 0 ? s->conf->max_batch_rows : MAX_ROWS);
}

static size_t batch_bytes(const struct source *s)
{
	return (size_t)(s->conf->max_batch_bytes > 0 ? s->conf->max_batch_bytes : MAX_BYTES);
}

static bool is_full(const struct source *s, const struct batch *b)
{
	return b->nchanges >= batch_rows(s) || b->bytes >= batch_bytes(s) || b->arena.used >= batch_bytes(s) * 8;
}

static bool has_moved(const struct source *s, const struct position *p)
{
	const struct position *was = &s->position;

	return p->pos != was->pos || p->event != was->event || p->row != was->row || strcmp(p->file, was->file) != 0;
}

/* The server is too busy for a snapshot just now: its rows wait in the sockets. 1: held, 0, -1. */
static int snapshot_held(struct source *s, int timeout_ms, struct err *err)
{
	int wait_ms = mysql_snapshot_is_urgent(s->snapshot) ? 0 : throttle_wait_ms(s->throttle, s->conf, s->host);

	if (wait_ms == 0)
		return 0;
	source_update_status(s, false);
	clock_sleep_ms(wait_ms < timeout_ms ? wait_ms : timeout_ms);
	return throttle_lost(s->throttle, err) < 0 || mysql_snapshot_watch(s->snapshot, err) < 0 ? -1 : 1;
}

/* Definitions are none: ten thousand tables would be held back for as many rows. */
static uint64_t rows_in(const struct batch *b)
{
	uint64_t n = 0;

	for (size_t i = 0; i < b->nchanges; i++)
		n += b->changes[i].op == CHANGE_READ;
	return n;
}

static enum source_step snapshot_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	int held = snapshot_held(s, timeout_ms, err);
	int r = held ? held : mysql_snapshot_next(s->snapshot, b, timeout_ms, err);
	char said[512];

	if (r < 0)
		return fail(s, err);
	throttle_count(s->throttle, s->conf, rows_in(b));
	if (mysql_snapshot_said(s->snapshot, said, sizeof(said)))
		source_say(s, said);
	source_update_status(s, false);
	if (r == 0 || held)
		return SOURCE_NOTHING;
	position_copy(&s->position, &b->position);
	s->settled = s->conf;
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
	if (r < 0)
		binlog_damaged(&s->damage, &s->binlog, err);
	if (r <= 0)
		return r;
	at = (struct stream_place){
		.file = s->binlog.file,
		.pos = binlog_event_pos(&s->binlog, &e),
		.end = s->binlog.pos,
	};
	return mysql_stream_event(s->stream, b, &e, &at, err) < 0 ? -1 : 1;
}

/* Waits for the first change only; then takes what is there, up to the place where a chunk belongs. */
static int read_stream(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
	bool chunk = mysql_fill_waits(s->fill);
	int r = 1;

	mysql_stream_begin(s->stream, b);
	while (r > 0 && !is_full(s, b) && !mysql_stream_is_over(s->stream)) {
		r = next_event(s, b, 0, err);
		if (r == 0 && b->nchanges == 0) {
			int64_t now = clock_mono_us();

			if (now >= deadline_us)
				break;
			r = next_event(s, b, (int)((deadline_us - now + 999) / 1000), err);
		}
		if (r > 0 && b->born_us == 0 && b->nchanges > 0)
			b->born_us = s->binlog.wire.last_byte_us;
		if (chunk && source_fill_met(s))
			break;
	}
	wire_save(&s->binlog.wire);
	mysql_stream_end(s->stream, b);
	return r;
}

static enum source_step give(struct source *s, struct batch *b, bool reading)
{
	source_fill_mark(s, b);
	s->position_sent_us = clock_mono_us();
	position_copy(&s->position, &b->position);
	source_update_status(s, reading);
	if (mysql_stream_is_over(s->stream))
		source_hang_up(s);
	return SOURCE_BATCH;
}

/* Where is the server? A stream that stays silent for long while the server goes on is given up. */
static int look(struct source *s, int64_t waited_us, struct err *err)
{
	char said[400];

	if (mysql_stream_said(s->stream, said, sizeof(said)))
		source_say(s, said);
	mysql_side_step(&s->side, s->conf, s->host, s->server_uuid, s->binlog.file, s->binlog.pos);
	if (s->side.said[0]) {
		source_say(s, s->side.said);
		s->side.said[0] = '\0';
	}
	pulse_step(&s->pulse, clock_mono_us(), waited_us, s->binlog.file, s->binlog.pos, s->side.behind_bytes);
	if (s->side.went_back)
		return err_set(err, ERR_FATAL, BINLOG_GONE,
				"MySQL %s: its binlog was reset (RESET BINARY LOGS AND GTIDS) while it was read: it is at "
				"%s, position %llu, but had sent all up to %s, %llu. What was written since is not "
				"captured: take a new snapshot (snapshot.mode = when_needed)",
				s->binlog.conn.server, s->side.server.file, (unsigned long long)s->side.server.pos,
				s->side.asked_file, (unsigned long long)s->side.asked_pos);
	if (s->pulse.silent_us < PULSE_HANG_UP_MS * 1000ll)
		return 0;
	return err_set(err, ERR_RETRY, 0,
			"MySQL %s: stuck: the server went on to %s, position %llu, but has sent nothing for %d s",
			s->binlog.conn.server, s->side.server.file, (unsigned long long)s->side.server.pos,
			PULSE_HANG_UP_MS / 1000);
}

/* A chunk of a table that has its place here, before the stream goes on. */
static enum source_step give_chunk(struct source *s, struct batch *b)
{
	mysql_stream_begin(s->stream, b);
	source_fill_rows(s, b, batch_rows(s), batch_bytes(s));
	mysql_stream_end(s->stream, b);
	return give(s, b, true);
}

static enum source_step stream_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	int64_t from_us = clock_mono_us();
	bool moved, reading;
	enum fill_step work;

	if (source_foreign_step(s, err) < 0)
		return fail(s, err);
	work = source_fill_step(s);
	if (work == FILL_ROWS)
		return give_chunk(s, b);
	if (read_stream(s, b, source_fill_patience(s, work, timeout_ms), err) < 0) {
		if (b->nchanges == 0)
			return fail(s, err);
		s->late = *err;
		err_clear(err);
	}
	if (source_fill_note(s, b, err) < 0)
		return fail(s, err);
	if (look(s, clock_mono_us() - from_us, err) < 0)
		return fail(s, err);
	moved = has_moved(s, &b->position) && clock_mono_us() - s->position_sent_us >= POSITION_EVERY_US;
	reading = b->nchanges > 0;
	if (reading || moved || s->fill_due)
		return give(s, b, reading);
	source_update_status(s, reading);
	return SOURCE_NOTHING;
}

/* initial_only: all is read, also what an interrupted snapshot has left to be read beside the stream. */
static bool has_ended(struct source *s)
{
	if (s->phase == ENDED)
		return true;
	if (s->conf->snapshot_mode != SNAPSHOT_INITIAL_ONLY || mysql_fill_plan(s->fill)->count > 0)
		return false;
	if (s->phase == STREAM)
		return !s->fill_due && !mysql_stream_in_txn(s->stream);
	return s->phase == START && position_is_set(&s->position) && !s->position.snapshot && !s->again &&
			s->filter_before == NULL;
}

enum source_step source_step(struct source *s, struct batch *b, int timeout_ms, struct err *err)
{
	err_clear(err);
	source_take_asked(s);
	if (source_take_orders(s, err) < 0)
		return fail(s, err);
	if (s->late.kind != ERR_NONE) {
		*err = s->late;
		err_clear(&s->late);
		return fail(s, err);
	}
	if (has_ended(s)) {
		s->phase = ENDED;
		source_hang_up(s);
		source_update_status(s, true);
		return SOURCE_END;
	}
	if (s->phase == START && source_start(s, err) < 0)
		return fail(s, err);
	return s->phase == SNAPSHOT ? snapshot_step(s, b, timeout_ms, err) : stream_step(s, b, timeout_ms, err);
}

/* What the server is locked for is done first. */
static void look_at_snapshot(struct source *s)
{
	struct batch *b = s->phase == SNAPSHOT && mysql_snapshot_is_urgent(s->snapshot) ? batch_new() : NULL;

	while (b && s->late.kind == ERR_NONE && mysql_snapshot_is_urgent(s->snapshot))
		mysql_snapshot_next(s->snapshot, b, 0, &s->late);
	batch_free(b);
}

void source_look(struct source *s)
{
	struct err err = { 0 }; /* nothing was waited for: it cannot fail */

	look_at_snapshot(s);
	if (s->phase == STREAM)
		look(s, 0, &err);
	if (s->phase == STREAM || s->phase == SNAPSHOT)
		source_update_status(s, false);
}

/* ---- open, close, ask ---- */

static uint32_t own_server_id(const char *name)
{
	return OWN_SERVER_IDS + (uint32_t)(fnv_text(FNV_START, name) % OWN_SERVER_IDS);
}

struct source *source_open(const struct mysql_conf *conf, const char *name, const struct position *resume,
		struct schema *const *history, size_t nhistory, struct err *err)
{
	struct mysql_filter *filter = mysql_filter_new(conf, err);
	struct source *s;

	if (filter == NULL || snapshot_wish_check(conf, err) < 0 || throttle_check(conf, err) < 0) {
		mysql_filter_free(filter);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->conf = s->settled = conf;
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
	lock_init(&s->lock);
	s->status.behind_bytes = s->status.snapshot_left_ms = s->status.fill.left_ms = -1;
	s->status.snapshot_keeps_ms = -1;
	s->status.kept = (struct binlog_kept){ .bytes = -1, .keeps_ms = -1 };
	mysql_side_init(&s->side);
	s->throttle = throttle_new();
	s->fill = mysql_fill_new();
	if (!s->position.snapshot && mysql_fill_restore(s->fill, s->position.progress, err) < 0) {
		source_close(s);
		return NULL;
	}
	pthread_mutex_lock(&s->lock);
	source_fill_status(s);
	pthread_mutex_unlock(&s->lock);
	return s;
}

void source_know_database(struct source *s, const char *db, unsigned collation)
{
	s->databases = xrealloc(s->databases, (s->ndatabases + 1) * sizeof(*s->databases));
	s->databases[s->ndatabases++] = (struct source_database){ .name = intern(db), .collation = collation };
}

void source_close(struct source *s)
{
	if (s == NULL)
		return;
	source_hang_up(s);
	mysql_side_done(&s->side);
	mysql_undo_done(&s->undo);
	if (s->catalog)
		catalog_free(s->catalog);
	for (size_t i = 0; i < s->nhistory; i++)
		schema_unref(s->history[i]);
	free(s->databases);
	free(s->history);
	mysql_filter_free(s->filter);
	position_done(&s->position);
	source_fill_done(s);
	source_status_done(s);
	free(s->name);
	free(s);
}
