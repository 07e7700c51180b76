/* script_trial_row.c - what becomes of each row in a trial, and the lines that tell it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "engine/base/row_mask.h"
#include "engine/control/script_trial_part.h"

static const char *const outcome_names[] = { "passed", "changed", "dropped", "deleted", "dead" };

bool is_trial_table(const struct trial *t, const struct schema *schema)
{
	size_t n = strlen(schema->db);

	return strncasecmp(t->wish->table, schema->db, n) == 0 && t->wish->table[n] == '.' &&
			strcasecmp(t->wish->table + n + 1, schema->table) == 0;
}

/* ---- one row ---- */

/* Whether the columns have one name, or only one of the tables has such a column. */
static bool same_name(const struct schema *a, const struct schema *b, unsigned column)
{
	return column >= a->ncolumns || column >= b->ncolumns ||
			strcmp(a->columns[column].name, b->columns[column].name) == 0;
}

/* Whether the row has the value in its column of that name. */
static bool same_cell(const struct schema *s, const struct value *cells, const char *name, const struct value *other)
{
	int column = schema_column(s, name, strlen(name));

	return column >= 0 && value_equal(&cells[column], other);
}

/* Whether row b has the same values as a, column by column; where b is wider, nothing more. */
static bool same_row(const struct schema *sa, const struct value *a, const struct schema *sb, const struct value *b)
{
	unsigned width = sa->ncolumns > sb->ncolumns ? sa->ncolumns : sb->ncolumns;
	static const struct value absent = { .kind = VALUE_ABSENT };

	if (a == NULL || b == NULL)
		return a == b;
	for (unsigned i = 0; i < width; i++)
		if ((sa != sb && !same_name(sa, sb, i)) ||
				!value_equal(i < sa->ncolumns ? &a[i] : &absent, i < sb->ncolumns ? &b[i] : &absent))
			return false;
	return true;
}

static enum trial_outcome trial_outcome(const struct change *c, const struct batch *out)
{
	const struct change *o = out->changes;
	bool all_deletes = true, alone = true; /* alone: but for deletes of what it may have been in other tables */

	if (out->nchanges == 0)
		return OUT_DROPPED;
	for (size_t i = 0; i < out->nchanges; i++) {
		if (o[i].dead)
			return OUT_DEAD;
		all_deletes &= o[i].op == CHANGE_DELETE;
		alone &= i == 0 ? !o[i].routed : o[i].routed && o[i].op == CHANGE_DELETE;
	}
	if (c->op != CHANGE_DELETE && all_deletes)
		return OUT_DELETED;
	if (alone && same_row(c->schema, c->after, o->schema, o->after) &&
			(c->op != CHANGE_DELETE || same_row(c->schema, c->before, o->schema, o->before)))
		return OUT_PASSED;
	return OUT_CHANGED;
}

static bool same_result(const struct batch *a, const struct batch *b)
{
	if (a->nchanges != b->nchanges)
		return false;
	for (size_t i = 0; i < a->nchanges; i++) {
		const struct change *x = &a->changes[i], *y = &b->changes[i];

		if ((x->op == CHANGE_DELETE) != (y->op == CHANGE_DELETE) || (x->dead != NULL) != (y->dead != NULL) ||
				x->schema->db != y->schema->db || x->schema->table != y->schema->table)
			return false;
		if (x->dead == NULL &&
				!(x->op == CHANGE_DELETE ? same_row(x->schema, x->before, y->schema, y->before)
							 : same_row(x->schema, x->after, y->schema, y->after)))
			return false;
	}
	return true;
}

/* ---- lines ---- */

static void put_cell(struct buf *b, const struct value *v, bool hide)
{
	char *text;

	if (hide || v->kind == VALUE_NULL || v->kind == VALUE_ABSENT) {
		buf_puts(b, v->kind == VALUE_NULL || v->kind == VALUE_ABSENT ? "null" : "\"(masked)\"");
		return;
	}
	text = xmalloc(value_print_bound(v));
	buf_json_string(b, text, value_print(v, text));
	free(text);
}

/* {"id":1}: the row's key as it came. */
static void put_key_columns(struct buf *b, const struct change *c)
{
	const struct value *cells = c->after ? c->after : c->before;

	buf_putc(b, '{');
	for (unsigned i = 0; i < c->schema->nkey; i++) {
		buf_puts(b, i ? "," : "");
		buf_json_str(b, c->schema->columns[c->schema->key[i]].name);
		buf_putc(b, ':');
		put_cell(b, &cells[c->schema->key[i]], false);
	}
	buf_putc(b, '}');
}

static void put_key(struct trial *t, const struct change *c)
{
	const struct record *r = &t->in->records[c->record];

	buf_printf(&t->line, ",\"partition\":%d,\"offset\":%lld,\"key\":", (int)r->partition, (long long)r->offset);
	put_key_columns(&t->line, c);
}

/* The columns of a in which a and b differ. */
static void put_difference(struct trial *t, const char *name, const struct change *a, const struct value *cells,
		const struct change *b, const struct value *others, bool hide)
{
	bool first = true;

	if (cells == NULL)
		return;
	buf_printf(&t->line, ",\"%s\":{", name);
	for (unsigned i = 0; i < a->schema->ncolumns; i++) {
		if (cells[i].kind == VALUE_ABSENT ||
				(others && same_cell(b->schema, others, a->schema->columns[i].name, &cells[i])))
			continue;
		buf_puts(&t->line, first ? "" : ",");
		buf_json_str(&t->line, a->schema->columns[i].name);
		buf_putc(&t->line, ':');
		put_cell(&t->line, &cells[i], hide);
		first = false;
	}
	buf_putc(&t->line, '}');
}

static void emit_line(struct trial *t)
{
	if (!t->line.failed)
		t->failed |= t->emit(t->arg, t->line.data, t->line.len) != 0;
	buf_reset(&t->line);
}

/* The last row that came out; where there is none, the last delete. */
static const struct change *last_row(const struct batch *out)
{
	size_t i = out->nchanges;

	while (i > 0 && out->changes[i - 1].op == CHANGE_DELETE)
		i--;
	return &out->changes[(i ? i : out->nchanges) - 1];
}

static void put_table(struct buf *b, const struct schema *s)
{
	char name[TABLE_NAME_ROOM];

	buf_json_string(b, name, (size_t)snprintf(name, sizeof(name), "%s.%s", s->db, s->table));
}

/* What the script has read stays hidden where it masks; what it writes is what everybody will see. */
static void tell_changed(struct trial *t, const struct change *c)
{
	const struct batch *out = t->side[0].out;
	const struct change *o = last_row(out);
	const struct value *was = c->op == CHANGE_DELETE ? c->before : c->after,
			   *is = o->op == CHANGE_DELETE ? o->before : o->after;

	buf_printf(&t->line, "{\"kind\":\"changed\",\"rows\":%zu", out->nchanges);
	put_key(t, c);
	put_difference(t, "before", c, was, o, is, t->masks);
	put_difference(t, "after", o, is, c, was, false);
	if (o->routed) {
		buf_puts(&t->line, ",\"to\":");
		put_table(&t->line, o->schema);
	}
	buf_putc(&t->line, '}');
	emit_line(t);
}

static void tell_different(struct trial *t, const struct change *c, enum trial_outcome is, enum trial_outcome was)
{
	const struct change *a = t->side[0].out->changes, *b = t->side[1].out->changes;

	buf_printf(&t->line, "{\"kind\":\"different\",\"was\":\"%s\",\"is\":\"%s\"", outcome_names[was],
			outcome_names[is]);
	put_key(t, c);
	if (is <= OUT_CHANGED && was <= OUT_CHANGED) {
		put_difference(t, "before", b, b->after, a, a->after, t->masks);
		put_difference(t, "after", a, a->after, b, b->after, t->masks);
	}
	buf_putc(&t->line, '}');
	emit_line(t);
}

/* Where the script masks, without what it has said itself and what it has found in the row. */
static void put_reason(const struct trial *t, const struct change *dead, char out[DEAD_REASON_ROOM])
{
	const struct dead_letter letter = {
		.stage = { dead->dead_at ? dead->dead_at : "", dead->dead_at ? strlen(dead->dead_at) : 0 },
		.reason = { dead->dead, strlen(dead->dead) },
	};

	if (t->masks)
		dead_reason(&letter, true, out);
	else
		snprintf(out, DEAD_REASON_ROOM, "%s", dead->dead);
}

static void note_dead(struct trial *t, const struct change *c, const struct change *dead)
{
	struct trial_dead *d;
	char reason[DEAD_REASON_ROOM];
	unsigned i = 0;

	put_reason(t, dead, reason);

	while (i < t->ndead && strncmp(t->dead[i].reason, reason, TRIAL_REASON_ROOM - 1) != 0)
		i++;
	if (i == t->ndead && i < TRIAL_REASONS)
		snprintf(t->dead[t->ndead++].reason, TRIAL_REASON_ROOM, "%s", reason);
	d = &t->dead[i < TRIAL_REASONS ? i : TRIAL_REASONS];
	if (d->rows < TRIAL_KEYS) {
		put_key_columns(&t->line, c);
		snprintf(d->keys[d->rows], TRIAL_KEY_ROOM, "%.*s", (int)t->line.len, t->line.data);
		buf_reset(&t->line);
	}
	d->rows++;
}

/* ---- a batch ---- */

static void run_side(struct trial *t, int side, size_t i)
{
	struct batch *out = t->side[side].out;

	batch_reset(out);
	t->failed |= script_run(t->side[side].script, t->in, i, 1, out, &t->err) != 0;
}

/* How long it takes to measure nothing: the least of many. */
static int64_t overhead(struct trial *t)
{
	int64_t least = INT64_MAX;

	for (int i = 0; i < 1000; i++) {
		int64_t start = clock_mono_ns(), took;

		script_run(t->side[0].script, t->in, 0, 0, t->side[0].out, &t->err);
		took = clock_mono_ns() - start;
		least = took < least ? took : least;
	}
	return least;
}

static void judge(struct trial *t, size_t i)
{
	const struct change *c = &t->in->changes[i];
	enum trial_outcome is, was;
	int64_t start, took;

	batch_reset(t->side[0].out);
	start = clock_mono_ns();
	t->failed |= script_run(t->side[0].script, t->in, i, 1, t->side[0].out, &t->err) != 0;
	took = clock_mono_ns() - start - t->overhead_ns;
	histogram_add(&t->cost, took);
	t->sum.ns[0] += took;
	if (t->failed)
		return;
	is = trial_outcome(c, t->side[0].out);
	t->sum.rows++;
	t->sum.outcomes[0][is]++;
	if (is == OUT_DEAD)
		note_dead(t, c, &t->side[0].out->changes[0]);
	if (t->side[1].script == NULL) {
		if (is == OUT_CHANGED && t->examples[0]++ < TRIAL_EXAMPLES)
			tell_changed(t, c);
		return;
	}
	start = clock_mono_ns();
	run_side(t, 1, i);
	t->sum.ns[1] += clock_mono_ns() - start - t->overhead_ns;
	was = trial_outcome(c, t->side[1].out);
	t->sum.outcomes[1][was]++;
	if (was == is && same_result(t->side[0].out, t->side[1].out))
		return;
	t->sum.different++;
	if (t->examples[1]++ < TRIAL_EXAMPLES)
		tell_different(t, c, is, was);
}

static bool is_row(const struct trial *t, const struct change *c)
{
	return c->schema && is_trial_table(t, c->schema) && (c->after || c->before) && c->op != CHANGE_TRUNCATE &&
			c->op != CHANGE_ALTER && c->op != CHANGE_DDL;
}

static void know_columns(struct trial *t, struct schema *schema)
{
	if (t->schema == schema)
		return;
	schema_unref(t->schema);
	t->schema = schema_ref(schema);
}

void trial_judge(struct trial *t)
{
	if (t->overhead_ns == 0)
		t->overhead_ns = overhead(t);
	for (size_t i = 0; i < t->in->nchanges && !t->failed; i++)
		if (is_row(t, &t->in->changes[i])) {
			know_columns(t, t->in->changes[i].schema);
			judge(t, i);
		}
}

/* ---- the end ---- */

static void tell_count(void *arg, const char *name, uint64_t count)
{
	struct trial *t = arg;

	buf_puts(&t->line, "{\"kind\":\"count\",\"reason\":");
	buf_json_str(&t->line, name);
	buf_printf(&t->line, ",\"rows\":%llu}", (unsigned long long)count);
	emit_line(t);
}

static void tell_reasons(struct trial *t)
{
	struct script_drop drop;

	for (size_t i = 0; script_drop_at(t->side[0].script, i, &drop); i++) {
		buf_puts(&t->line, "{\"kind\":\"drop\",\"script\":");
		buf_json_str(&t->line, drop.script);
		buf_puts(&t->line, ",\"reason\":");
		buf_json_str(&t->line, drop.reason);
		buf_printf(&t->line, ",\"rows\":%llu}", (unsigned long long)drop.rows);
		emit_line(t);
	}
	for (unsigned i = 0; i <= TRIAL_REASONS; i++) {
		const struct trial_dead *d = &t->dead[i];

		if (d->rows == 0)
			continue;
		buf_puts(&t->line, "{\"kind\":\"dead\",\"reason\":");
		buf_json_str(&t->line, i < TRIAL_REASONS ? d->reason : "(other reasons)");
		buf_printf(&t->line, ",\"rows\":%llu,\"keys\":[", (unsigned long long)d->rows);
		for (unsigned k = 0; k < TRIAL_KEYS && d->keys[k][0]; k++) {
			buf_puts(&t->line, k ? "," : "");
			buf_json_string(&t->line, d->keys[k], strlen(d->keys[k]));
		}
		buf_puts(&t->line, "]}");
		emit_line(t);
	}
}

static void tell_finding(void *arg, const struct script_finding *f)
{
	struct trial *t = arg;

	buf_puts(&t->line, "{\"kind\":\"finding\",\"script\":");
	buf_json_str(&t->line, f->script);
	buf_printf(&t->line, ",\"line\":%d,\"error\":%s,\"text\":", f->line, f->error ? "true" : "false");
	buf_json_str(&t->line, f->text);
	buf_putc(&t->line, '}');
	emit_line(t);
}

/* What `lua check` says, with the columns of the newest row. */
static void tell_findings(struct trial *t)
{
	struct err ignored = { .kind = ERR_NONE };

	if (t->schema)
		script_lint(t->side[0].script, t->schema, tell_finding, t, &ignored);
	schema_unref(t->schema);
	t->schema = NULL;
}

static void put_other(struct trial *t)
{
	buf_printf(&t->line, ",\"different\":%llu,\"was\":{", (unsigned long long)t->sum.different);
	for (int i = 0; i < OUT_COUNT; i++)
		buf_printf(&t->line, "%s\"%s\":%llu", i ? "," : "", outcome_names[i],
				(unsigned long long)t->sum.outcomes[1][i]);
	buf_printf(&t->line, "},\"ns\":%lld,\"was_ns\":%lld", (long long)t->sum.ns[0], (long long)t->sum.ns[1]);
}

static void tell_lines(struct trial *t)
{
	struct script_line l;

	for (size_t i = 0; script_line_at(t->side[0].script, i, &l); i++) {
		buf_puts(&t->line, "{\"kind\":\"line\",\"script\":");
		buf_json_str(&t->line, l.script);
		buf_printf(&t->line, ",\"line\":%d,\"runs\":%llu,\"ns\":%lld,\"text\":", l.line,
				(unsigned long long)l.runs, (long long)l.ns);
		buf_json_string(&t->line, l.text, l.len);
		buf_putc(&t->line, '}');
		emit_line(t);
	}
}

void trial_tell(struct trial *t, int64_t took_us)
{
	struct histogram_copy cost;

	histogram_copy(&t->cost, &cost);
	tell_reasons(t);
	script_counts_fresh(t->side[0].script, tell_count, t);
	tell_lines(t);
	tell_findings(t);
	buf_puts(&t->line, "{\"kind\":\"summary\",\"table\":");
	buf_json_str(&t->line, t->wish->table);
	buf_puts(&t->line, ",\"topic\":");
	buf_json_str(&t->line, t->topic);
	buf_printf(&t->line, ",\"messages\":%llu,\"rows\":%llu", (unsigned long long)t->messages,
			(unsigned long long)t->sum.rows);
	for (int i = 0; i < OUT_COUNT; i++)
		buf_printf(&t->line, ",\"%s\":%llu", outcome_names[i], (unsigned long long)t->sum.outcomes[0][i]);
	if (t->side[1].script)
		put_other(t);
	buf_printf(&t->line, ",\"p50_ns\":%lld,\"p99_ns\":%lld,\"ms\":%lld}",
			(long long)histogram_percentile(&cost, 50), (long long)histogram_percentile(&cost, 99),
			(long long)took_us / 1000);
	emit_line(t);
}
