/*
 * verify_print.c - what a run tells, a line of JSON each: differences with both rows, how far it is, and what came of a table.
 * Values are those of the target's type and behind the script; a long one is cut to where the two rows part. What a masking
 * script or message takes away must not be read here from rows that the target got in another way, so there the target's own
 * values are not shown.
 */
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "engine/verify/verify_parts.h"

enum { LINE_MAX = 4 << 20, SHOWN = 200, BEFORE = 40, PROGRESS_US = 500000 };

static void emit(struct verify_job *job, const struct buf *b)
{
	if (job->emit && !job->gone && !b->failed && job->emit(job->arg, b->data, b->len))
		job->gone = true;
}

/* ---- rows ---- */

/* Where two long texts part, with some of what stands before. */
static size_t shown_from(const struct sink_cell *c, const struct sink_cell *other)
{
	size_t at = 0, n = other && other->kind == CELL_TEXT ? other->len : 0;

	if (c->len <= SHOWN)
		return 0;
	while (at < n && at < c->len && c->p[at] == other->p[at])
		at++;
	at = at > BEFORE ? at - BEFORE : 0;
	while (at > 0 && ((unsigned char)c->p[at] & 0xc0) == 0x80) /* not within a character */
		at--;
	return at;
}

static void put_cell(struct buf *b, const struct sink_cell *c, const struct sink_cell *other)
{
	size_t from, n;
	struct buf text;

	if (c->kind != CELL_TEXT) {
		buf_puts(b, "null");
		return;
	}
	from = shown_from(c, other);
	n = c->len - from < SHOWN ? c->len - from : SHOWN;
	buf_init(&text, SHOWN * 8);
	buf_puts(&text, from ? "..." : "");
	buf_put(&text, c->p + from, n);
	if (from + n < c->len)
		buf_printf(&text, "... (%u bytes)", (unsigned)c->len);
	buf_json_string(b, text.data ? text.data : "", text.len);
	buf_done(&text);
}

static bool hidden(const struct verify_table *t, unsigned column)
{
	return t->masked || verify_pipe_masks(t->pipe, sink_reader_column(t->reader, column));
}

/* target: it is the target's own row. */
static void put_row(struct verify_table *t, struct buf *b, const struct sink_cell *cells, const struct sink_cell *other,
		bool target)
{
	const char *separator = "{";

	if (cells == NULL) {
		buf_puts(b, "null");
		return;
	}
	for (unsigned i = 0; i < sink_reader_columns(t->reader); i++) {
		if (cells[i].kind == CELL_ABSENT)
			continue;
		buf_puts(b, separator);
		separator = ",";
		buf_json_str(b, sink_reader_column(t->reader, i));
		buf_putc(b, ':');
		if (target && hidden(t, i) && (other == NULL || verify_cell_differs(&other[i], &cells[i])))
			buf_puts(b, "\"(not shown: this column is masked)\"");
		else
			put_cell(b, &cells[i], other ? &other[i] : NULL);
	}
	buf_puts(b, *separator == '{' ? "{}" : "}");
}

static void put_key(struct verify_table *t, struct buf *b, const struct sink_cell *key)
{
	const struct schema *s = source_reader_schema(t->source);

	for (unsigned i = 0; i < s->nkey; i++) {
		buf_putc(b, i ? ',' : '{');
		buf_json_str(b, s->columns[s->key[i]].name);
		buf_putc(b, ':');
		put_cell(b, &key[i], NULL);
	}
	buf_putc(b, '}');
}

static void put_columns(struct verify_table *t, struct buf *b, const struct verify_difference *d)
{
	const char *separator = "";

	for (unsigned i = 0; d->what == VERIFY_COLUMNS && i < sink_reader_columns(t->reader); i++)
		if (verify_cell_differs(&d->expected->cells[i], &d->found[i])) {
			buf_puts(b, separator);
			buf_json_str(b, sink_reader_column(t->reader, i));
			separator = ",";
		}
}

static void keep_first(struct verify_table *t, const struct verify_difference *d, const struct buf *key,
		const struct buf *columns)
{
	if (t->counts.first[0])
		return;
	snprintf(t->counts.first, sizeof(t->counts.first), "%s: %.120s%s%.60s",
			d->what == VERIFY_COLUMNS ? "differs" : verify_what_name(d->what), key->data ? key->data : "",
			columns->len ? ", columns " : "", columns->len ? columns->data : "");
}

void verify_tell_difference(struct verify_table *t, const struct verify_difference *d)
{
	const struct sink_cell *expected = d->expected ? d->expected->cells : NULL;
	struct buf b, key, columns;

	buf_init(&b, LINE_MAX);
	buf_init(&key, LINE_MAX);
	buf_init(&columns, LINE_MAX);
	put_key(t, &key, d->key);
	put_columns(t, &columns, d);
	buf_puts(&b, "{\"table\":");
	buf_json_str(&b, t->name);
	buf_printf(&b, ",\"difference\":\"%s\",\"key\":%s,\"columns\":[%s],\"mysql\":", verify_what_name(d->what),
			key.data, columns.len ? columns.data : "");
	put_row(t, &b, expected, d->found, false);
	buf_puts(&b, ",\"target\":");
	put_row(t, &b, d->found, expected, true);
	if (d->expected && d->expected->refused) {
		buf_puts(&b, ",\"why\":");
		buf_json_str(&b, d->expected->refused);
	}
	buf_putc(&b, '}');
	keep_first(t, d, &key, &columns);
	emit(t->job, &b);
	buf_done(&b);
	buf_done(&key);
	buf_done(&columns);
}

/* ---- how far, and the end ---- */

static void put_counts(struct buf *b, const struct verify_counts *c)
{
	buf_printf(b, "\"rows\":%llu,\"looked_again\":%llu,\"differences\":%llu,\"more\":%s,\"unsettled\":%llu,\"extra\":%llu,\"repaired\":%llu",
			(unsigned long long)c->rows, (unsigned long long)c->looked, (unsigned long long)c->different,
			c->more ? "true" : "false", (unsigned long long)c->unsettled, (unsigned long long)c->extra,
			(unsigned long long)c->repaired);
}

void verify_tell_progress(struct verify_table *t, const char *doing)
{
	int64_t now = clock_mono_us();
	struct buf b;

	if (t->job->emit == NULL || now - t->job->told_us < PROGRESS_US)
		return;
	t->job->told_us = now;
	buf_init(&b, LINE_MAX);
	buf_puts(&b, "{\"table\":");
	buf_json_str(&b, t->name);
	buf_printf(&b, ",\"progress\":\"%s\",", doing);
	put_counts(&b, &t->counts);
	buf_putc(&b, '}');
	emit(t->job, &b);
	buf_done(&b);
}

void verify_tell_outcome(struct verify_job *job, const struct verify_outcome *o)
{
	struct buf b;

	buf_init(&b, LINE_MAX);
	buf_puts(&b, "{\"table\":");
	buf_json_str(&b, o->table);
	buf_printf(&b, ",\"result\":\"%s\",", o->result);
	put_counts(&b, o->counts);
	buf_printf(&b, ",\"ms\":%lld", (long long)o->ms);
	if (o->why) {
		buf_puts(&b, ",\"why\":");
		buf_json_str(&b, o->why);
	}
	buf_putc(&b, '}');
	emit(job, &b);
	buf_done(&b);
}
