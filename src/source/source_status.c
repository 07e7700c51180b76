/*
 * source_status.c - what other threads see of a source, and what they ask of it: its status, its tables, a table to be
 * stopped. All of it lies under one lock, is copied out once a step, and is never held over a call to the network.
 */
#include "config.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

/* ---- tables in the status ---- */

static struct source_table *table_entry(struct source *s, const char *db, const char *table)
{
	char name[sizeof(s->tables->name)];
	void **place;

	snprintf(name, sizeof(name), "%s.%s", db, table);
	place = name_map_at(&s->table_places, intern(name));
	if (*place)
		return &s->tables[(size_t)*place - 1];
	xgrow(s->tables, s->ntables, s->cap_tables, 16);
	s->tables[s->ntables] = (struct source_table){ 0 };
	snprintf(s->tables[s->ntables].name, sizeof(s->tables->name), "%s", name);
	*place = (void *)(s->ntables + 1);
	return &s->tables[s->ntables++];
}

static void table_stopped(struct source *s, struct source_table *t, const char *why)
{
	s->stops += t->error[0] == '\0';
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
	struct source_table *t = error ? table_entry(s, db, table) : NULL;

	if (t == NULL || t->error[0])
		return;
	table_stopped(s, t, error);
	add_stopped(&s->stopped, &s->nstopped, t->name, error);
}

void source_take_asked(struct source *s)
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

void source_copy_cut(char *out, size_t size, const char *text)
{
	if (snprintf(out, size, "%s", text ? text : "") >= (int)size)
		memcpy(out + size - 4, "...", 4);
}

void source_say(struct source *s, const char *what)
{
	pthread_mutex_lock(&s->lock);
	source_copy_cut(s->status.said, sizeof(s->status.said), what);
	s->status.says++;
	pthread_mutex_unlock(&s->lock);
}

void source_say_anew(struct source *s, const struct err *why)
{
	char said[sizeof(s->status.said)];

	snprintf(said, sizeof(said), "all tables are cleared and read again, because: %.*s", (int)sizeof(said) - 60,
			why->msg);
	source_say(s, said);
}

/* From when they are defined. A table that cannot be read is known then, or when its turn has come. */
static void status_tables(struct source *s, const struct snapshot_table *t, size_t n)
{
	size_t before = s->progress.of == s->snapshot ? s->progress.at : 0;

	for (size_t i = 0; i < n && s->progress.of != s->snapshot; i++)
		note_stream_table(t[i].db, t[i].name, t[i].error, s);
	source_progress_snapshot(&s->progress, s->snapshot);
	for (size_t i = before; i < s->progress.at; i++)
		note_stream_table(t[i].db, t[i].name, t[i].error, s);
}

static void status_snapshot(struct source *s)
{
	struct source_status *st = &s->status;
	size_t n;
	struct snapshot_table *t = mysql_snapshot_tables(s->snapshot, &n);
	struct snapshot_progress p;

	mysql_snapshot_progress(s->snapshot, &p);
	st->state = SOURCE_SNAPSHOT;
	st->snapshot_tables_total = (unsigned)n;
	st->snapshot_begins = p.begins;
	if (p.begins)
		snprintf(st->why, sizeof(st->why), "reading what the tables are: %zu of %zu", p.defined, p.definitions);
	else
		status_tables(s, t, n);
	st->snapshot_tables_done = p.begins ? 0 : (unsigned)s->progress.at;
	st->snapshot_rows_done = p.rows_read;
	st->snapshot_rows_total = p.rows_total;
	st->snapshot_rows_per_s = p.rows_per_s;
	st->snapshot_left_ms = p.left_ms;
	st->snapshot_keeps_ms = p.keeps_ms;
	st->snapshot_chunks = p.table ? p.table->chunks_read : 0;
	snprintf(st->snapshot_table, sizeof(st->snapshot_table), "%s%s%s", p.table ? p.table->db : "",
			p.table ? "." : "", p.table ? p.table->name : "");
}

static void status_stream(struct source *s, bool reading)
{
	struct source_status *st = &s->status;
	struct stream_counts counts = mysql_stream_counts(s->stream);
	static const int states[] = {
		[PULSE_UNKNOWN] = SOURCE_STREAMING,
		[PULSE_IDLE] = SOURCE_IDLE,
		[PULSE_READING] = SOURCE_STREAMING,
		[PULSE_SLOW] = SOURCE_STREAMING,
		[PULSE_STUCK] = SOURCE_STUCK,
	};

	st->state = states[pulse_judge(&s->pulse, clock_mono_us(), reading, s->side.behind_bytes, st->why,
			sizeof(st->why))];
	st->events = s->events_before + counts.events;
	st->rows = s->rows_before + counts.rows;
	st->bytes = s->bytes_before + s->binlog.wire.bytes;
	st->last_commit_us = mysql_stream_commit_us(s->stream);
	st->last_event_us = clock_wall_us() - (clock_mono_us() - s->binlog.wire.last_byte_us);
	source_copy_cut(st->server_gtids, sizeof(st->server_gtids), s->side.server.gtids);
	source_copy_cut(st->server_file, sizeof(st->server_file), s->side.server.file);
	st->server_pos = s->side.server.pos;
	st->behind_bytes = s->side.behind_bytes;
	st->kept = s->side.kept;
	st->server_us = s->side.known_us;
	mysql_stream_news(s->stream, note_stream_table, s);
}

void source_update_status(struct source *s, bool reading)
{
	struct source_status *st = &s->status;

	pthread_mutex_lock(&s->lock);
	source_fill_status(s);
	st->why[0] = '\0';
	if (s->phase == SNAPSHOT && s->snapshot)
		status_snapshot(s);
	else if (s->phase == STREAM && s->stream)
		status_stream(s, reading);
	else
		st->state = s->phase == ENDED ? SOURCE_STOPPED : SOURCE_CONNECTING;
	source_copy_cut(st->gtids, sizeof(st->gtids), s->position.gtids);
	source_copy_cut(st->file, sizeof(st->file), s->position.file);
	st->pos = s->position.pos;
	pthread_mutex_unlock(&s->lock);
}

/* ---- asked by other threads ---- */

void source_status(struct source *s, struct source_status *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->status;
	pthread_mutex_unlock(&s->lock);
}

struct source_table *source_tables(struct source *s, size_t *count)
{
	struct source_table *out;

	pthread_mutex_lock(&s->lock);
	*count = s->ntables;
	out = xcalloc(*count + 1, sizeof(*out));
	if (*count > 0)
		memcpy(out, s->tables, *count * sizeof(*out));
	pthread_mutex_unlock(&s->lock);
	return out;
}

struct source_reading *source_readings(struct source *s, size_t *count)
{
	struct source_reading *out;

	pthread_mutex_lock(&s->lock);
	*count = s->progress.count;
	out = xcalloc(*count + 1, sizeof(*out));
	if (*count > 0)
		memcpy(out, s->progress.items, *count * sizeof(*out));
	pthread_mutex_unlock(&s->lock);
	return out;
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
	char db[TABLE_NAME_ROOM];

	if (dot == NULL)
		return -1;
	snprintf(db, sizeof(db), "%.*s", (int)(dot - db_table), db_table);
	pthread_mutex_lock(&s->lock);
	table_stopped(s, table_entry(s, db, dot + 1), why);
	add_stopped(&s->asked, &s->nasked, db_table, why);
	pthread_mutex_unlock(&s->lock);
	return 0;
}

/* ---- end ---- */

static void free_stopped(struct stopped *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].name);
		free(list[i].why);
	}
	free(list);
}

void source_status_done(struct source *s)
{
	free_stopped(s->stopped, s->nstopped);
	free_stopped(s->asked, s->nasked);
	pthread_mutex_destroy(&s->lock);
	free(s->tables);
	source_progress_done(&s->progress);
	name_map_done(&s->table_places);
}
