/*
 * load_send.c - a range of one partition becomes one load.
 *
 * Every outcome that is not a clear yes has its rule. A range whose load is refused for its data is sent again in
 * halves until the bad message stands alone and becomes a dead letter; one whose fate is unknown is sent again under
 * the same label; a table that cannot take rows waits, holds its partition back, and lets its neighbours pass.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/unique.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

enum { PROBE_MAX_MS = 5000 }; /* a table that found the target down is tried again within so much */

/* ---- gathering a range ---- */

static void gather_piece(struct load_worker *w, const struct piece *piece, struct range *range)
{
	uint32_t last = UINT32_MAX;

	for (size_t i = 0; i < piece->count; i++) {
		const struct change *c = &piece->item->out->changes[piece->first + i];

		if (c->dead) {
			range->dead++;
			continue;
		}
		if (w->nrows == w->cap_rows) {
			w->cap_rows = w->cap_rows ? w->cap_rows * 2 : 4096;
			w->rows = xrealloc(w->rows, w->cap_rows * sizeof(*w->rows));
			w->origin = xrealloc(w->origin, w->cap_rows * sizeof(*w->origin));
		}
		w->origin[w->nrows] = piece->item;
		w->rows[w->nrows++] = *c;
		range->routed |= c->routed;
		range->messages += c->record != last;
		last = c->record;
	}
}

/* The last message of the range, loaded or not: it says whose log this is. */
static void range_mark(const struct load_part *p, struct range *range)
{
	range->mark = -1;
	for (size_t i = range->npieces; i-- > 0;) {
		const struct batch *in = p->pieces[i].item->in;

		for (size_t k = in->nrecords; k-- > 0;) {
			const struct record *r = &in->records[k];

			if (r->offset < range->from)
				return;
			if (r->offset >= range->to)
				continue;
			range->mark = r->offset;
			range->print = place_fingerprint(r);
			return;
		}
	}
}

static void take_mark(struct load_part *p, const struct range *range)
{
	if (range->mark < 0)
		return;
	p->place.mark = range->mark;
	p->place.print = range->print;
}

static void gather(struct load_worker *w, struct load_part *p, struct range *range)
{
	w->nrows = 0;
	range->from = p->next;
	range->messages = range->dead = 0;
	range->routed = false;
	range_mark(p, range);
	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = part_piece(p, i, range->to);

		gather_piece(w, &piece, range);
	}
	if (w->cap_keep < w->nrows * 2) {
		w->cap_keep = w->nrows * 2;
		w->keep = xrealloc(w->keep, w->cap_keep * sizeof(*w->keep));
	}
}

/* ---- one load ---- */

/*
 * Since the message was appended, or committed at the source (format.h says when), to the end of each stage, in
 * milliseconds. All stages count the same rows, those that the target has, so a later stage is never faster than an
 * earlier one. Rows of a snapshot are left out where the message tells them: they have no commit.
 */
static void count_latencies(struct load_worker *w, struct load_part *p, const struct load_item *item, int64_t ts,
		int64_t now, size_t n)
{
	const int64_t ends[] = { item->read_us, item->scripted_us, now };

	for (int i = 0; i < 3; i++)
		histogram_add_shared(&w->l->sh->stages[STAGE_READ + i].latency, ends[i] - ts * 1000, n);
	table_latency(&p->meter->load, now - ts * 1000, n);
}

static void range_done(struct load_worker *w, struct load_part *p, const struct range *range)
{
	struct stage_meter *m = &w->l->sh->stages[STAGE_SINK];
	int64_t now = clock_wall_us();

	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = part_piece(p, i, range->to);
		const struct record *records = piece.item->in->records;
		const struct change *c = piece.item->out->changes + piece.first;

		for (size_t a = 0, b; a < piece.count; a = b) {
			int64_t ts = records[c[a].record].timestamp_ms;

			for (b = a + 1; b < piece.count && records[c[b].record].timestamp_ms == ts &&
					c[b].snapshot == c[a].snapshot;
					b++)
				;
			if (c[a].snapshot == SNAPSHOT_NO && c[a].op != CHANGE_READ)
				count_latencies(w, p, piece.item, ts, now, b - a);
			if (ts > atomic_load(&p->meter->last_loaded_ms))
				atomic_store(&p->meter->last_loaded_ms, ts);
		}
		meter_pool_done(m, piece.count, piece.bytes);
	}
	take_mark(p, range);
	p->next = range->to;
	p->place.intent = -1;
	p->begun = false;
	part_drop_before(p, p->next);
	if (p->limit && (p->limit *= 2) > 65536)
		p->limit = 0;
	part_fine(w, p);
}

/* The target has the columns of every row before the row goes out. Of tables that are not the topic's own nothing is remembered. */
static int prepare(struct load_worker *w, struct load_part *p, const struct rows_of *t, size_t nkeep, struct err *err)
{
	const struct schema *last = NULL;
	unsigned again = atomic_load(&w->l->look_again);

	if (again != w->looked_again)
		sink_look_again(w->sink);
	w->looked_again = again;
	sink_allow(w->sink, atomic_load(&p->meter->follows));
	for (size_t i = 0; i < nkeep; i++) {
		const struct schema *schema = w->keep[i].change->schema;

		if (schema == last)
			continue;
		last = schema;
		if (sink_prepare_had(w->sink, schema, t->routed ? SINK_HAD_NOTHING : topic_had(p, schema), err)) {
			if (sink_lost(w->sink))
				part_lost(w, p, err);
			return -1;
		}
	}
	if (!t->routed)
		part_found(w, p);
	return 0;
}

enum verdict { RANGE_LOADED, RANGE_LATER, RANGE_REFUSED };

/* A letter that cannot be written holds its table: the same range goes out again, and the target names the same rows. */
static enum verdict letters_later(struct load_worker *w, struct load_part *p, const struct err *err)
{
	dead_drop(w->dead);
	part_trouble(w, p, trouble_state(err->kind), err);
	return RANGE_LATER;
}

/* left_out: deletes, where rows are only added. */
static void count_loaded(struct load_part *p, enum sink_outcome outcome, size_t rows, size_t bad, size_t left_out)
{
	counter_add(outcome == SINK_DUPLICATE ? &p->meter->duplicates : &p->meter->loaded,
			rows > bad + left_out ? rows - bad - left_out : 0);
	counter_add(&p->meter->skipped, left_out);
}

/* What the next start holds against the target. A range of the version before was the last without an epoch. */
static void part_loaded(struct load_worker *w, struct load_part *p, const struct schema *schema, const char *label,
		size_t nkeep, const struct sink_result *result)
{
	char table[512], name[512];
	size_t bad = 0;

	if (nkeep > result->nbad || p->place.label[0] == '\0') /* else nothing was sent under it */
		snprintf(p->place.label, sizeof(p->place.label), "%.*s", PLACE_LABEL - 1, label);
	load_table_name(w->l, p->topic, table, sizeof(table));
	snprintf(name, sizeof(name), "%s.%s", schema->db, schema->table);
	p->place.named = strcmp(table, name) == 0 && strchr(schema->db, '.') == NULL;
	atomic_store(&p->meter->follows, false); /* what a person has let it do is done */
	p->place.put = false;
	p->place.columns = place_columns(schema);
	for (size_t i = 0; i < nkeep && !p->place.put; i++) {
		bool is_bad = bad < result->nbad && result->bad[bad].row == i;

		bad += is_bad;
		p->place.put = !is_bad && !w->keep[i].is_delete;
	}
	if (p->place.epoch == 0)
		p->place.epoch = unique_number();
}

/* After part_trouble(). A target that is down is asked by one table at a time, and none waits long for its turn to do so. */
static void target_says(struct load_worker *w, struct load_part *p, bool down)
{
	int64_t latest = clock_mono_us() + PROBE_MAX_MS * 1000;

	w->called = true;
	if (down && p->retry_at_us > latest) {
		p->retry_at_us = latest;
		atomic_store(&p->meter->retry_at_us, latest);
	}
	load_sched_target(w->l->sched, down);
}

static bool clashes(const struct load_worker *w, const struct load_part *p, struct err *why)
{
	char other[512];

	if (p->of->clash == NULL)
		return false;
	load_table_name(w->l, p->of->clash, other, sizeof(other));
	err_set(why, ERR_CONFIG, 0,
			"it has the same target as %s, and their rows would overwrite each other: give each a target of its own in its [table] section, then restart",
			other);
	return true;
}

static const char *result_of(enum sink_outcome outcome)
{
	static const char *const names[] = {
		[SINK_LOADED] = "loaded",
		[SINK_DUPLICATE] = "duplicate",
		[SINK_UNKNOWN] = "later",
		[SINK_REFUSED] = "refused",
	};

	return names[outcome];
}

/* What the screen of loads shows of it. */
static void remember(struct load_worker *w, const struct load_part *p, const struct range *range, size_t nkeep,
		const char *label, const int64_t at_us[3], enum sink_outcome outcome, const struct sink_result *result,
		const struct err *err)
{
	bool bad = outcome == SINK_REFUSED || outcome == SINK_UNKNOWN;
	struct load_done one = {
		.at_us = clock_wall_us(),
		.partition = p->partition,
		.from = range->from,
		.to = range->to,
		.messages = range->messages,
		.rows = nkeep,
		.bad = result->nbad,
		.prepare_us = at_us[1] - at_us[0],
		.load_us = at_us[2] - at_us[1],
		.phases = result->phases,
		.bytes = result->bytes,
		.result = result_of(outcome),
	};

	snprintf(one.table, sizeof(one.table), "%s", p->meter->name);
	snprintf(one.label, sizeof(one.label), "%s", label);
	snprintf(one.detail, sizeof(one.detail), "%.199s", bad ? err->msg : result->detail);
	loads_done_add(w->l->done, &one);
}

/* One table of the range. why: of RANGE_REFUSED. RANGE_LATER has been told. */
static enum verdict load_table(struct load_worker *w, struct load_part *p, const struct range *range,
		const struct rows_of *t, struct err *why)
{
	bool appends = rows_append(w, p, t);
	size_t nkeep = appends ? collapse_none(w->rows + t->first, t->count, w->keep)
			       : collapse_run(w->collapse, w->rows + t->first, t->count, w->keep);
	struct sink_result result = { 0 };
	int64_t at_us[3] = { clock_mono_us() };
	enum sink_outcome outcome;
	char label[160];

	if (prepare(w, p, t, nkeep, why)) {
		part_trouble(w, p, trouble_state(why->kind), why);
		target_says(w, p, why->kind == ERR_UNREACHABLE);
		return RANGE_LATER;
	}
	if (!t->routed)
		topic_own(w, p->of, t->schema);
	range_label(label, sizeof(label), w->l->sh->settings->name, t->schema, p->partition, p->place.epoch,
			range->from, range->to);
	at_us[1] = clock_mono_us();
	if (p->begun && appends)
		sink_begun(w->sink, t->routed ? "" : p->place.label);
	outcome = sink_load(w->sink, t->schema, w->keep, nkeep, label, &result, why);
	at_us[2] = clock_mono_us();
	remember(w, p, range, nkeep, label, at_us, outcome, &result, why);
	if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE) {
		atomic_fetch_add(&w->l->loads, 1);
		target_says(w, p, false);
		if (part_write_bad(w, p, label, &result, why))
			return letters_later(w, p, why);
		if (result.doubtful && p->place.gap == GAP_NONE)
			part_gap(w, p, GAP_NO_KEY, "a load of it was cut off, and StarRocks has forgotten its label");
		if (!t->routed)
			part_loaded(w, p, t->schema, label, nkeep, &result);
		count_loaded(p, outcome, t->count, result.nbad, appends ? t->count - nkeep : 0);
		return RANGE_LOADED;
	}
	p->begun = true;
	if (outcome == SINK_REFUSED && why->kind == ERR_DATA) {
		target_says(w, p, false);
		return RANGE_REFUSED;
	}
	part_trouble(w, p, outcome == SINK_REFUSED && why->kind == ERR_CONFIG ? HALF_FAILED : HALF_RETRYING, why);
	target_says(w, p, result.down);
	if (result.too_many_versions)
		part_too_fast(w, p);
	return RANGE_LATER;
}

/* The topic's own table, as its rows go out, else as they came in. */
static const struct schema *own_schema(const struct load_worker *w)
{
	const struct change *read;

	for (size_t i = 0; i < w->ntables; i++)
		if (!w->tables[i].routed)
			return w->tables[i].schema;
	read = change_as_read(w->origin[0], &w->rows[0]);
	return read ? read->schema : w->rows[0].schema;
}

static enum verdict load_rows(struct load_worker *w, struct load_part *p, const struct range *range, struct err *why)
{
	enum verdict verdict = RANGE_LOADED;
	bool fresh = p->place.fresh;
	const struct schema *own;

	rows_by_table(w, range->routed);
	own = own_schema(w);
	if (clashes(w, p, why) || rows_of_several(w, p, why) || topic_owner(w, p->of, own, why) ||
			part_look(w, p, own, why)) {
		part_trouble(w, p, trouble_state(why->kind), why);
		target_says(w, p, why->kind == ERR_UNREACHABLE);
		return RANGE_LATER;
	}
	if (fresh && part_commit(w, p, range->to)) { /* before the first row: after a crash nobody takes it for one of before */
		p->place.intent = -1;
		return RANGE_LATER;
	}
	for (size_t i = 0; i < w->ntables && verdict == RANGE_LOADED; i++)
		verdict = load_table(w, p, range, &w->tables[i], why);
	return verdict;
}

/* The load was refused for its data: halve the range, or, when one message is left, it becomes a dead letter. */
static void refused(struct load_worker *w, struct load_part *p, const struct range *range, const struct err *why)
{
	char reason[DEAD_REASON_ROOM];
	struct err err;

	err_clear(&err);
	p->place.intent = -1;
	if (range->messages > 1) {
		p->limit = range->messages / 2;
		return;
	}
	if (part_write_dead(w, p, range, why, &err)) {
		letters_later(w, p, &err);
		return;
	}
	dead_reason_text(why->msg, strlen(why->msg), reason);
	logline(LOG_WARNING, "sink", "%s: a row %s: %s", p->meter->name,
			part_skips(w, p) ? "is left out" : "became a dead letter", reason);
	range_done(w, p, range);
}

static void tap_rows(struct load_worker *w)
{
	if (!taps_wanted(w->l->sh->taps, STAGE_SINK))
		return;
	for (size_t i = 0; i < w->nrows; i++)
		taps_offer_change(w->l->sh->taps, STAGE_SINK, &w->rows[i]);
}

void part_load(struct load_worker *w, struct load_part *p, struct range *range)
{
	enum verdict verdict = RANGE_LOADED;
	struct err why;

	err_clear(&why);
	if (part_has_too_many(w, p, &why)) {
		part_trouble(w, p, HALF_FAILED, &why);
		return;
	}
	gather(w, p, range);
	p->last_load_us = p->of->last_load_us = clock_mono_us();
	p->slot_us = 0;
	if (w->nrows) {
		take_mark(p, range);
		if ((p->place.intent != range->to || p->committed != p->next) && part_commit(w, p, range->to))
			return;
		atomic_store(&p->meter->loading_us, clock_mono_us());
		verdict = load_rows(w, p, range, &why);
		atomic_store(&p->meter->loading_us, 0);
	}
	if (verdict == RANGE_LATER)
		return;
	if (verdict == RANGE_REFUSED) {
		refused(w, p, range, &why);
	} else if (range->dead && part_write_dead(w, p, range, NULL, &why)) {
		letters_later(w, p, &why);
		return;
	} else {
		tap_rows(w);
		range_done(w, p, range);
	}
	if (p->npieces == 0)
		part_store(w, p);
}
