/*
 * tap.c - rows on their way, copied out for whoever asked to see them. A stage pays one relaxed load per batch while
 * nobody looks. While somebody does, it copies what the tap's small queue has room for and counts the rest: the
 * pipeline never waits for a reader.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "engine/base/row_mask.h"
#include "engine/engine_parts.h"

enum { TAP_QUEUE = 256, TAP_LINE = 1 << 20, TAP_PER_BATCH = 64 };

struct tap {
	enum stage_id stage;
	char *table;	     /* NULL: all */
	struct queue *lines; /* struct buf * */
	_Atomic uint64_t missed;
	bool unmasked; /* whoever looks has asked for the rows as they are */
	struct row_mask mask;
	struct format_encoder *encoder; /* knows the columns that messages mask; under the lock of the list */
	struct tap *next;
};

struct taps {
	pthread_mutex_t lock; /* the list; held while a batch is copied, never while someone waits */
	struct tap *first;
	_Atomic unsigned wanted[STAGE_COUNT];
	bool stopped; /* under lock */
};

struct taps *taps_new(void)
{
	struct taps *t = xcalloc(1, sizeof(*t));

	pthread_mutex_init(&t->lock, NULL);
	return t;
}

void taps_free(struct taps *t)
{
	if (t == NULL)
		return;
	pthread_mutex_destroy(&t->lock);
	free(t);
}

bool taps_wanted(struct taps *t, enum stage_id stage)
{
	return atomic_load_explicit(&t->wanted[stage], memory_order_relaxed) > 0;
}

static void put_value(struct buf *b, const struct value *v)
{
	char small[64], *text = small;
	size_t bound = value_print_bound(v);

	if (v->kind == VALUE_NULL) {
		buf_puts(b, "null");
		return;
	}
	if (bound > sizeof(small))
		text = xmalloc(bound);
	buf_json_string(b, text, value_print(v, text));
	if (text != small)
		free(text);
}

void row_print(struct buf *b, const struct schema *s, const struct value *row, struct format_encoder *e)
{
	bool first = true;

	buf_putc(b, '{');
	for (unsigned i = 0; i < s->ncolumns; i++) {
		if (row[i].kind == VALUE_ABSENT)
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		buf_json_str(b, s->columns[i].name);
		buf_putc(b, ':');
		if (e && row[i].kind != VALUE_NULL && format_masks(e, s, i))
			buf_puts(b, "\"(masked)\"");
		else
			put_value(b, &row[i]);
	}
	buf_putc(b, '}');
}

static void put_row(struct buf *b, const char *name, const struct schema *s, const struct value *row,
		struct format_encoder *e)
{
	if (row == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	row_print(b, s, row, e);
}

/* All of a row that a script masks: which columns it takes is known to the script alone. */
static void put_hidden(struct buf *b, const char *name, const struct value *row)
{
	if (row == NULL)
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json_str(b, ROW_MASKED);
}

static void put_change(struct buf *b, const struct change *c, struct format_encoder *e, bool hide_before,
		bool hide_after)
{
	buf_printf(b, "{\"op\":\"%c\"", c->op == CHANGE_UPSERT ? 'u' : (char)c->op);
	if (c->schema) {
		buf_puts(b, ",\"db\":");
		buf_json_str(b, c->schema->db);
		buf_puts(b, ",\"table\":");
		buf_json_str(b, c->schema->table);
		if (hide_before)
			put_hidden(b, "before", c->before);
		else
			put_row(b, "before", c->schema, c->before, e);
		if (hide_after)
			put_hidden(b, "after", c->after);
		else
			put_row(b, "after", c->schema, c->after, e);
	}
	if (c->txn && c->txn->gtid) {
		buf_puts(b, ",\"gtid\":");
		buf_json_str(b, c->txn->gtid);
	}
	if (c->txn)
		buf_printf(b, ",\"commit_us\":%lld", (long long)c->txn->commit_us);
	if (c->ddl) {
		buf_puts(b, ",\"ddl\":");
		buf_json_str(b, c->ddl->ddl);
	}
	if (c->dead) {
		buf_puts(b, ",\"dead\":");
		buf_json_str(b, c->dead);
	}
	buf_putc(b, '}');
}

void change_print(struct buf *b, const struct change *c, struct format_encoder *e)
{
	put_change(b, c, e, false, false);
}

/* After the script a row is as the script made it, but what it was before is not. */
static void put_masked(struct buf *b, const struct tap *t, const struct change *c)
{
	bool script = c->schema && !t->unmasked && row_mask_table(&t->mask, c->schema->db, c->schema->table);

	put_change(b, c, t->unmasked ? NULL : t->encoder, script, script && t->stage < STAGE_SCRIPT);
}

static void put_record(struct buf *b, const struct record *r, bool hide)
{
	buf_puts(b, "{\"topic\":");
	buf_json_str(b, r->topic);
	/* On its way into the log a record has no place yet. */
	if (r->partition >= 0)
		buf_printf(b, ",\"partition\":%d,\"offset\":%lld", (int)r->partition, (long long)r->offset);
	buf_printf(b, ",\"timestamp_ms\":%lld,\"key\":", (long long)r->timestamp_ms);
	if (r->key)
		buf_json_string(b, r->key, r->key_len);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"value\":");
	if (r->value && hide)
		buf_json_str(b, ROW_MASKED);
	else if (r->value)
		buf_json_string(b, r->value, r->value_len);
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}

static void offer(struct tap *t, struct buf *line)
{
	struct buf *copy = xmalloc(sizeof(*copy));

	buf_init(copy, TAP_LINE);
	buf_put(copy, line->data, line->len);
	if (line->failed || queue_push_wait(t->lines, copy, 0) != 0) {
		buf_done(copy);
		free(copy);
		atomic_fetch_add(&t->missed, 1);
	}
}

static bool table_matches(const struct tap *t, const char *db, const char *table)
{
	size_t n = strlen(db);

	return t->table == NULL ||
			(strncmp(t->table, db, n) == 0 && t->table[n] == '.' && strcmp(t->table + n + 1, table) == 0);
}

/* "prefix.db.table" ends with ".db.table" */
static bool topic_matches(const struct tap *t, const char *topic)
{
	size_t n = strlen(topic), k = t->table ? strlen(t->table) : 0;

	return t->table == NULL || (n > k && topic[n - k - 1] == '.' && strcmp(topic + n - k, t->table) == 0);
}

void taps_offer_change(struct taps *taps, enum stage_id stage, const struct change *c)
{
	struct buf line;

	buf_init(&line, TAP_LINE);
	pthread_mutex_lock(&taps->lock);
	for (struct tap *t = taps->first; t; t = t->next) {
		if (t->stage != stage ||
				(c->schema ? !table_matches(t, c->schema->db, c->schema->table) : t->table != NULL))
			continue;
		buf_reset(&line);
		put_masked(&line, t, c);
		offer(t, &line);
	}
	pthread_mutex_unlock(&taps->lock);
	buf_done(&line);
}

void taps_offer_changes(struct taps *taps, enum stage_id stage, const struct batch *b)
{
	if (!taps_wanted(taps, stage))
		return;
	for (size_t i = 0; i < b->nchanges && i < TAP_PER_BATCH; i++)
		taps_offer_change(taps, stage, &b->changes[i]);
}

static void offer_record(struct taps *taps, enum stage_id stage, const struct record *r)
{
	struct buf line;

	buf_init(&line, TAP_LINE);
	pthread_mutex_lock(&taps->lock);
	for (struct tap *t = taps->first; t; t = t->next) {
		if (t->stage != stage || !topic_matches(t, r->topic))
			continue;
		buf_reset(&line);
		put_record(&line, r, !t->unmasked && row_mask_topic(&t->mask, r->topic));
		offer(t, &line);
	}
	pthread_mutex_unlock(&taps->lock);
	buf_done(&line);
}

void taps_offer_records(struct taps *taps, enum stage_id stage, const struct batch *b)
{
	if (!taps_wanted(taps, stage))
		return;
	for (size_t i = 0; i < b->nrecords && i < TAP_PER_BATCH; i++)
		offer_record(taps, stage, &b->records[i]);
}

static int tap_add(struct taps *taps, struct tap *t)
{
	pthread_mutex_lock(&taps->lock);
	if (!taps->stopped) {
		t->next = taps->first;
		taps->first = t;
		atomic_fetch_add(&taps->wanted[t->stage], 1);
	}
	pthread_mutex_unlock(&taps->lock);
	return taps->stopped ? -1 : 0;
}

static void tap_remove(struct taps *taps, struct tap *t)
{
	struct buf *line;

	pthread_mutex_lock(&taps->lock);
	for (struct tap **at = &taps->first; *at; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			atomic_fetch_sub(&taps->wanted[t->stage], 1);
			break;
		}
	pthread_mutex_unlock(&taps->lock);
	queue_close(t->lines);
	while ((line = queue_drain(t->lines)) != NULL) {
		buf_done(line);
		free(line);
	}
	queue_free(t->lines);
	format_encoder_free(t->encoder);
	row_mask_done(&t->mask);
	free(t->table);
}

int taps_run(struct taps *taps, const struct tap_wish *wish, const struct settings *s, engine_emit *emit, void *arg,
		struct err *err)
{
	struct tap t = {
		.stage = wish->stage,
		.table = xstrdup(wish->table),
		.unmasked = wish->unmasked,
		.lines = queue_new(TAP_QUEUE),
	};
	int64_t count = wish->count;
	bool gone = false;

	row_mask_init(&t.mask, s);
	if (t.stage == STAGE_SOURCE) /* later stages have what the messages have */
		t.encoder = format_encoder_new(&s->format, err);
	if (tap_add(taps, &t)) {
		tap_remove(taps, &t);
		return err_set(err, ERR_RETRY, 0, "tap: expected a running engine, found one that is stopping");
	}
	while (!gone && count != 0) {
		struct buf *line = queue_pop_wait(t.lines, 500);

		if (line == NULL) {
			/* An empty line asks whether the reader is still there. */
			gone = queue_closed(t.lines) || emit(arg, "", 0);
			continue;
		}
		gone = emit(arg, line->data, line->len) != 0;
		buf_done(line);
		free(line);
		if (count > 0)
			count--;
	}
	tap_remove(taps, &t);
	return 0;
}

void taps_stop(struct taps *taps)
{
	pthread_mutex_lock(&taps->lock);
	taps->stopped = true;
	for (struct tap *t = taps->first; t; t = t->next)
		queue_close(t->lines);
	pthread_mutex_unlock(&taps->lock);
}
