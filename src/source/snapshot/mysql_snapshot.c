/*
 * mysql_snapshot.c - see mysql_snapshot.h. Rows are cut from the server's packets by hand (mysql_wire, mysql_text) and
 * never held: a batch goes out when it is full. The mark of a row ("last in the table", "last of all") needs the packet
 * behind it, so one packet is read ahead before a batch is given away.
 */
#include "config.h"
#include "source/snapshot/mysql_snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "source/snapshot/mysql_snapshot_parts.h"

enum { MAX_ROWS = 1024, MAX_BYTES = 1 << 20, SAMPLE_US = 500000 };

/* ---- the end ---- */

static void hang_up(struct mysql_snapshot *s)
{
	lanes_free(s->lanes);
	s->lanes = NULL;
	show_free(s->show);
	s->show = NULL;
	moment_unlock(&s->moment);
	mysql_conn_close(&s->conn);
	mysql_conn_close(&s->helper);
	for (unsigned i = 0; i < s->nreaders; i++)
		mysql_conn_close(&s->readers[i]);
}

void mysql_snapshot_close(struct mysql_snapshot *s)
{
	if (s == NULL)
		return;
	hang_up(s);
	free(s->readers);
	free(s->tell);
	snapshot_list_free(&s->list);
	snapshot_list_free(&s->others);
	position_done(&s->position);
	buf_done(&s->ahead);
	buf_done(&s->bound);
	free(s);
}

/* ---- rows ---- */

static void end_table(struct mysql_snapshot *s)
{
	struct snapshot_table *t = &s->list.items[s->at++];

	t->done = true;
	chunk_table_done(&t->chunk);
	buf_reset(&s->bound);
	s->given = NULL;
}

/* The last row of a table is known when its end was seen; "last of all" wins over "first", "first" over "last in
 * table". */
static void mark_last(struct mysql_snapshot *s, struct batch *b)
{
	struct change *c = b->nchanges > 0 ? &b->changes[b->nchanges - 1] : NULL;

	if (c == NULL || c->op != CHANGE_READ)
		return;
	if (s->at == s->last_filled)
		c->snapshot = SNAPSHOT_LAST;
	else if (c->snapshot != SNAPSHOT_FIRST)
		c->snapshot = SNAPSHOT_LAST_IN_TABLE;
}

static int add_row(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, const uint8_t *p,
		size_t len, struct err *err)
{
	struct snapshot_table *t = &s->list.items[s->at];
	struct value *after = batch_row(b, t->schema);
	struct change *c;

	if (text_row(&t->chunk.reader, &b->arena, p, len, after, err) < 0)
		return -1;
	c = snapshot_add_change(s, b, txn, CHANGE_READ);
	c->schema = t->schema;
	c->after = after;
	if (t->rows_read == 0)
		c->snapshot = s->rows_read == 0 ? SNAPSHOT_FIRST : SNAPSHOT_FIRST_IN_TABLE;
	t->rows_read++;
	s->rows_read++;
	b->bytes += len;
	return 0;
}

static bool is_full(const struct mysql_snapshot *s, const struct batch *b)
{
	const struct mysql_conf *conf = s->setup.conf;

	return b->nchanges >= (size_t)(conf->max_batch_rows > 0 ? conf->max_batch_rows : MAX_ROWS) ||
			b->bytes >= (size_t)(conf->max_batch_bytes > 0 ? conf->max_batch_bytes : MAX_BYTES);
}

static void keep_ahead(struct mysql_snapshot *s, const void *p, size_t len)
{
	buf_reset(&s->ahead);
	buf_put(&s->ahead, p, len);
	s->has_ahead = true;
}

/* Nothing comes behind this row for now: it goes with the next batch, when its mark is known. */
static void take_back(struct mysql_snapshot *s, struct batch *b, const void *p, size_t len)
{
	keep_ahead(s, p, len);
	b->nchanges--;
	b->bytes -= len;
	s->list.items[s->at].rows_read--;
	s->rows_read--;
}

/* A row, or the end of a table; what was kept ahead comes first. */
static int next_packet(struct mysql_snapshot *s, struct batch *b, int64_t deadline_us, size_t *table, const uint8_t **p,
		size_t *len, struct err *err)
{
	int r;

	if (s->has_ahead) {
		*table = s->at;
		*p = arena_dup(&b->arena, s->ahead.data, s->ahead.len);
		*len = s->ahead.len;
		s->has_ahead = false;
		return LANES_ROW;
	}
	r = lanes_next(s->lanes, &b->arena, 0, table, p, len, err);
	if (r == LANES_NOTHING) {
		int64_t left_us = deadline_us - clock_mono_us();

		if (left_us > 0)
			r = lanes_next(s->lanes, &b->arena, (int)(left_us / 1000) + 1, table, p, len, err);
	}
	return r;
}

/* The table of what has come: those before it have no rows, or cannot be read. */
static const struct change_txn *go_to_table(struct mysql_snapshot *s, struct batch *b, size_t table)
{
	while (s->at < table)
		end_table(s);
	batch_hold_schema(b, s->list.items[table].schema);
	return snapshot_add_txn(s, b, s->list.items[table].time_us);
}

/* The table's end was seen; the newest row in the batch, if it is of an earlier table, is the last one too. */
static void close_table(struct mysql_snapshot *s, struct batch *b, size_t table)
{
	while (s->at < table)
		end_table(s);
	mark_last(s, b);
	end_table(s);
}

/* Reads rows: 0 when all is read, 1 when the batch is to go out (full, or nothing more in time), -1. */
static int read_rows(struct mysql_snapshot *s, struct batch *b, int64_t deadline_us, struct err *err)
{
	const struct change_txn *txn = NULL;
	const uint8_t *p, *last = NULL;
	size_t len, last_len = 0, table;
	int r;

	while ((r = next_packet(s, b, deadline_us, &table, &p, &len, err)) == LANES_ROW || r == LANES_TABLE_END) {
		if (r == LANES_TABLE_END) {
			close_table(s, b, table);
			last = NULL;
			txn = NULL;
			continue;
		}
		if (txn == NULL)
			txn = go_to_table(s, b, table);
		s->given = last ? last : s->given;
		s->given_len = last ? last_len : s->given_len;
		if (is_full(s, b)) {
			keep_ahead(s, p, len);
			return 1;
		}
		if (add_row(s, b, txn, p, len, err) < 0)
			return -1;
		last = p;
		last_len = len;
	}
	if (r < 0)
		return -1;
	if (last)
		take_back(s, b, last, last_len);
	return r == LANES_END ? 0 : 1;
}

/* The end: the views are closed, and from here on the position is one to resume from. */
static int finish(struct mysql_snapshot *s, struct batch *b)
{
	while (s->setup.rows && s->at < s->list.count)
		end_table(s);
	if (b->nchanges > 0 && (s->last_filled == SIZE_MAX || !s->setup.rows))
		b->changes[b->nchanges - 1].snapshot = SNAPSHOT_LAST;
	s->position.snapshot = false;
	free(s->position.progress);
	s->position.progress = NULL;
	b->snapshot_end = true;
	hang_up(s);
	return 2;
}

/* The place behind the batch goes into its position. */
static int tell_place(struct mysql_snapshot *s, struct err *err)
{
	struct snapshot_table *t = s->at < s->list.count ? &s->list.items[s->at] : NULL;
	struct snapshot_place place = { 0 };
	struct buf text;

	if (t == NULL || !s->setup.rows)
		return 0;
	if (s->given && t->chunk.keyed) {
		buf_reset(&s->bound);
		if (chunk_bound(&t->chunk, s->given, s->given_len, &s->bound, err) < 0)
			return -1;
	}
	s->given = NULL;
	place = (struct snapshot_place){
		.db = (char *)t->db,
		.table = (char *)t->name,
		.begun = t->rows_read > 0,
		.bound = s->bound.len > 0 ? s->bound.data : NULL,
	};
	buf_init(&text, CHUNK_SQL_MAX);
	snapshot_place_print(&place, &text);
	free(s->position.progress);
	s->position.progress = buf_take(&text);
	return 0;
}

/* The estimate of rows may be wrong by half; it is the only one there is. */
static int64_t left_ms(const struct mysql_snapshot *s)
{
	int64_t spent_ms = (clock_mono_us() - s->started_us) / 1000;

	if (s->rows_read == 0 || spent_ms <= 0)
		return -1;
	if (s->rows_total <= s->rows_read)
		return 0;
	return (int64_t)((double)(s->rows_total - s->rows_read) * (double)spent_ms / (double)s->rows_read);
}

/* What was purged does not matter to who never reads on. */
int mysql_snapshot_watch(struct mysql_snapshot *s, struct err *err)
{
	const struct mysql_conf *conf = s->setup.conf;
	int64_t now_us = clock_mono_us();

	if (!s->setup.rows || s->phase < PHASE_DDL || now_us - s->sampled_us < SAMPLE_US)
		return 0;
	if (s->sampled_us)
		s->rows_per_s = (double)(s->rows_read - s->sampled_rows) * 1e6 / (double)(now_us - s->sampled_us);
	s->sampled_us = now_us;
	s->sampled_rows = s->rows_read;
	if (conf->snapshot_mode == SNAPSHOT_INITIAL_ONLY)
		return 0;
	retention_weigh(&s->retention, (now_us - s->started_us) / 1000, left_ms(s));
	return retention_look(&s->retention, conf, s->setup.host, &s->position, err);
}

int mysql_snapshot_next(struct mysql_snapshot *s, struct batch *b, int timeout_ms, struct err *err)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
	int r = 0;

	while (s->phase < PHASE_DDL) {
		if (snapshot_begin_step(s, deadline_us, err) < 0)
			return -1;
		if (clock_mono_us() >= deadline_us)
			return 0;
	}
	if (s->phase == PHASE_DDL) {
		r = snapshot_add_schemas(s, b, err);
		position_copy(&b->position, &s->position);
		if (r != 0)
			return r;
		s->phase = PHASE_ROWS;
	}
	if (r == 0 && s->setup.rows) {
		r = lanes_ahead(s->lanes, err) < 0 || mysql_snapshot_watch(s, err) < 0
				? -1
				: read_rows(s, b, deadline_us, err);
		lanes_save(s->lanes);
	}
	if (r == 0)
		r = finish(s, b);
	else if (r > 0 && tell_place(s, err) < 0)
		r = -1;
	else if (r == 1 && b->nchanges == 0)
		r = 0;
	position_copy(&b->position, &s->position);
	return r;
}

/* ---- progress ---- */

struct snapshot_table *mysql_snapshot_tables(struct mysql_snapshot *s, size_t *count)
{
	*count = s->list.count;
	return s->list.items;
}

void mysql_snapshot_progress(const struct mysql_snapshot *s, struct snapshot_progress *out)
{
	const struct snapshot_table *t = s->at < s->list.count ? &s->list.items[s->at] : NULL;

	*out = (struct snapshot_progress){
		.rows_read = s->rows_read,
		.table = t,
		.rows_per_s = s->rows_per_s,
		.left_ms = left_ms(s),
		.keeps_ms = -1,
	};
	out->asked = s->lanes ? lanes_asked(s->lanes) : s->list.count;
	out->begins = s->phase < PHASE_DDL;
	out->definitions = s->list.count + s->others.count;
	out->defined = s->phase == PHASE_CAPTURED  ? show_taken(s->show)
			: s->phase == PHASE_OTHERS ? s->list.count + show_taken(s->show)
						   : out->definitions;
	out->rows_total = s->rows_total > s->rows_read ? s->rows_total : s->rows_read;
	if (s->setup.rows && s->retention.keeps_ms >= 0)
		out->keeps_ms = s->retention.keeps_ms - (clock_mono_us() - s->started_us) / 1000;
}

bool mysql_snapshot_is_urgent(const struct mysql_snapshot *s)
{
	return s->phase == PHASE_CAPTURED && s->moment.lock.mysql;
}

bool mysql_snapshot_has_given(const struct mysql_snapshot *s)
{
	return s->phase > PHASE_DDL || s->told > 0;
}

const char *mysql_snapshot_said(struct mysql_snapshot *s, char *out, size_t size)
{
	if (s->retention.said[0] == '\0')
		return NULL;
	snprintf(out, size, "%s", s->retention.said);
	s->retention.said[0] = '\0';
	return out;
}
