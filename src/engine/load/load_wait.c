/*
 * load_wait.c - topics whose rows cannot be read or transformed now, and what they wait for. Their items wait in order; the
 * other topics go on.
 *
 * A shape that is not known waits for the schema history. Rows and the history record that describes them are one
 * transaction, but a broker may show one partition a moment before the other: so a history that is silent is read again for
 * a moment, before messages that describe themselves are taken as they are. Those that do not are never guessed: their
 * table waits until the history knows it, and a problem says so. Only a log without any history is another matter: what
 * writes there keeps none, and types are read from the values, which a problem tells too.
 *
 * A script that does not compile, and whatever else fails, is tried again after a pause, or at once when a person resumes
 * the table. A script that is slow goes on row by row: after SLICE_MS the other topics have a turn, as long as they have
 * items and no longer than that; its own items wait in order. @thread script
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/script/load_script_parts.h"

enum { FIRST_MS = 4, LONGEST_MS = 5000, GRACE_MS = 1000 };

struct topic_wait {
	struct topic_wait *next;
	struct load_topic *topic;
	struct load_item **items; /* in order; from `at` on they wait */
	size_t at, count, cap;
	size_t bytes; /* of those, which load.stuck counts */
	enum stage_result why;
	uint64_t read;		   /* the read of the history that it waits for */
	int64_t since_us, look_us; /* monotonic */
	struct backoff backoff;
	bool told;
};

/* ---- how much of it is held ---- */

static void set_bytes(struct script_stage *st, struct topic_wait *w, size_t bytes)
{
	bool held;

	atomic_fetch_add(&st->l->stuck, bytes - w->bytes);
	w->bytes = bytes;
	held = bytes && atomic_load(&st->l->stuck) > load_stuck_share(st->l);
	if (atomic_exchange(&w->topic->held, held) != held)
		load_pauses_changed(st->l);
}

static void push(struct script_stage *st, struct topic_wait *w, struct load_item *item)
{
	xgrow(w->items, w->count, w->cap, 8);
	w->items[w->count++] = item;
	set_bytes(st, w, w->bytes + item->in->bytes);
}

/* ---- told once ---- */

static void tell(struct script_stage *st, struct topic_wait *w, const struct err *err)
{
	struct table_meter *m = load_topic_meter(st->l, w->topic);
	bool passes = w->why == STAGE_UNSURE || err->kind == ERR_RETRY || err->kind == ERR_UNREACHABLE ||
			err->kind == ERR_DENIED;

	atomic_store(&m->waiting, 1);
	atomic_fetch_add(&m->tries, 1);
	atomic_store(&m->retry_at_us, w->look_us);
	atomic_store(&m->trouble, err->kind);
	atomic_store(&m->state, passes ? HALF_RETRYING : HALF_FAILED);
	table_meter_error(st->l->sh->tables, m, err->msg);
	if (!w->told)
		logline(LOG_ERROR, "script", "%s: %s", m->name, err->msg);
	w->told = true;
	if (w->why == STAGE_UNSURE)
		problem_raise(st->l->sh->problems, PROBLEM_SCHEMA_UNKNOWN, m->name, "%s", err->msg);
	shared_wake(st->l->sh);
}

static void tell_over(struct script_stage *st, struct topic_wait *w)
{
	struct table_meter *m;

	if (!w->told)
		return;
	w->told = false;
	m = load_topic_meter(st->l, w->topic);
	problem_clear(st->l->sh->problems, PROBLEM_SCHEMA_UNKNOWN, m->name);
	table_meter_error(st->l->sh->tables, m, NULL);
	atomic_store(&m->tries, 0);
	atomic_store(&m->state, HALF_STREAMING);
	atomic_store(&m->waiting, 0);
	logline(LOG_NOTICE, "script", "%s goes on", m->name);
	shared_wake(st->l->sh);
}

/* ---- begin and end ---- */

/* After its turn a topic rests as long as it had: if nobody else wants the time, it goes on at once. */
static void look_later(struct topic_wait *w)
{
	if (w->why == STAGE_TURN)
		w->look_us = clock_mono_us() + SLICE_MS * 1000;
	else
		w->look_us = clock_mono_us() + backoff_next(&w->backoff) * 1000LL;
}

static bool waits_for_history(const struct topic_wait *w)
{
	return w->why == STAGE_EARLY || w->why == STAGE_UNSURE;
}

static void ask_history(struct script_stage *st, struct topic_wait *w)
{
	if (waits_for_history(w))
		w->read = load_history_ask(st->l->history);
}

void wait_begin(struct script_stage *st, struct load_item *item, enum stage_result why, const struct err *err)
{
	struct topic_wait *w = xcalloc(1, sizeof(*w));

	w->topic = item->part->of;
	w->why = why;
	w->since_us = clock_mono_us();
	backoff_init(&w->backoff, FIRST_MS, LONGEST_MS);
	w->next = st->waits;
	st->waits = w->topic->wait = w;
	push(st, w, item);
	look_later(w);
	ask_history(st, w);
	if (why == STAGE_TROUBLE)
		tell(st, w, err);
}

void wait_add(struct script_stage *st, struct load_item *item)
{
	push(st, item->part->of->wait, item);
}

static void wait_free(struct script_stage *st, struct topic_wait *w)
{
	struct topic_wait **link = &st->waits;

	while (*link != w)
		link = &(*link)->next;
	*link = w->next;
	set_bytes(st, w, 0);
	w->topic->wait = NULL;
	for (size_t i = w->at; i < w->count; i++)
		load_item_free(w->items[i]);
	free(w->items);
	free(w);
}

void wait_forget(struct script_stage *st)
{
	while (st->waits) {
		tell_over(st, st->waits);
		wait_free(st, st->waits);
	}
}

/* Of those that only wait for their turn, one at a time has it: the one whose turn was over first. */
static struct topic_wait *next_turn(const struct script_stage *st)
{
	struct topic_wait *first = NULL;

	for (struct topic_wait *w = st->waits; w; w = w->next)
		if (w->why == STAGE_TURN && (first == NULL || w->look_us < first->look_us))
			first = w;
	return first;
}

bool wait_turns(const struct script_stage *st)
{
	return next_turn(st) != NULL;
}

int wait_next_ms(const struct script_stage *st)
{
	int64_t now = clock_mono_us(), first = INT64_MAX;

	for (const struct topic_wait *w = st->waits; w; w = w->next) {
		if (w->why == STAGE_TURN)
			return 0; /* as soon as nobody else has anything */
		first = w->look_us < first ? w->look_us : first;
	}
	if (first == INT64_MAX)
		return -1;
	return first <= now ? 0 : (int)((first - now) / 1000) + 1;
}

/* ---- trying again ---- */

/* Messages that no exact schema explains, and a history that has been read to its end since they came. true: they may be
 * read now, as they are. */
static bool may_settle(struct script_stage *st, struct topic_wait *w, bool missing, const struct format_unsure *unsure)
{
	bool late = clock_mono_us() - w->since_us >= GRACE_MS * 1000;

	if (!missing && (!unsure->described || !late))
		return false;
	if (!unsure->described)
		problem_raise(st->l->sh->problems, PROBLEM_SCHEMA_GUESSED, load_topic_meter(st->l, w->topic)->name,
				"the log has no topic %s, and the messages of %s have no schema: types are read from the values",
				st->l->sh->settings->format.history_topic, w->topic->name);
	format_decoder_settle(st->decoder);
	return true;
}

static void still_unsure(struct script_stage *st, struct topic_wait *w, const struct err *of_read,
		const struct format_unsure *unsure)
{
	struct err err;

	look_later(w);
	ask_history(st, w);
	if (clock_mono_us() - w->since_us < GRACE_MS * 1000)
		return;
	if (of_read->kind != ERR_NONE)
		err = *of_read;
	else
		err_set(&err, ERR_DATA, 0, "%s[%d] offset %lld: no definition in the schema history (%s) fits: %s",
				w->topic->name, (int)w->items[w->at]->in->partition,
				(long long)w->items[w->at]->in->from, st->l->sh->settings->format.history_topic,
				unsure->shape);
	tell(st, w, &err);
}

static void still_early(struct script_stage *st, struct topic_wait *w, bool read, const struct err *of_read)
{
	look_later(w);
	if (!read)
		return;
	ask_history(st, w);
	if (of_read->kind != ERR_NONE && clock_mono_us() - w->since_us >= GRACE_MS * 1000)
		tell(st, w, of_read);
}

static void wait_on(struct script_stage *st, struct topic_wait *w, enum stage_result why, bool read,
		const struct err *of_read, const struct format_unsure *unsure, const struct err *err)
{
	if (w->why != why)
		w->since_us = clock_mono_us();
	w->why = why;
	if (why == STAGE_EARLY) {
		still_early(st, w, read, of_read);
	} else if (why == STAGE_UNSURE && read) {
		still_unsure(st, w, of_read, unsure);
	} else {
		look_later(w);
		if (why == STAGE_TROUBLE)
			tell(st, w, err);
		else if (why == STAGE_TURN)
			tell_over(st, w);
	}
}

/* The first item that waits. */
static enum stage_result try_first(struct script_stage *st, struct topic_wait *w)
{
	struct load_item *item = w->items[w->at];
	bool missing = false, read = true;
	struct format_unsure unsure;
	enum stage_result result;
	struct err err, of_read;

	err_clear(&err);
	err_clear(&of_read);
	if (waits_for_history(w))
		read = load_history_take(st->l->history, st->decoder, w->read, &missing, &of_read);
	result = stage_item(st, item, &err);
	if (result == STAGE_UNSURE) {
		format_decoder_unsure(st->decoder, &unsure);
		if (read && w->why == STAGE_UNSURE && (of_read.kind == ERR_NONE || missing) &&
				may_settle(st, w, missing, &unsure))
			result = stage_item(st, item, &err);
	}
	if (result != STAGE_DONE)
		wait_on(st, w, result, read, &of_read, &unsure, &err);
	return result;
}

/* Its items, until one has to wait, or its turn is over. */
static void try_all(struct script_stage *st, struct topic_wait *w)
{
	st->until_us = clock_mono_us() + SLICE_MS * 1000;
	while (w->at < w->count) {
		struct load_item *item = w->items[w->at];
		size_t bytes = item->in->bytes;

		if (try_first(st, w) != STAGE_DONE)
			return;
		w->at++;
		set_bytes(st, w, w->bytes - bytes);
		backoff_reset(&w->backoff);
		w->since_us = clock_mono_us();
		stage_pass(st, item);
		if (w->at < w->count && w->since_us >= st->until_us) {
			w->why = STAGE_TURN;
			look_later(w);
			return;
		}
	}
	tell_over(st, w);
	wait_free(st, w);
}

void wait_look(struct script_stage *st, bool idle)
{
	unsigned resumed = atomic_load(&st->l->resumed);
	int64_t now = clock_mono_us();
	struct topic_wait *turn = next_turn(st), *next;

	for (struct topic_wait *w = st->waits; w; w = next) {
		next = w->next;
		if (w->why == STAGE_TURN ? w == turn && (idle || w->look_us <= now)
					 : resumed != st->resumed || w->look_us <= now)
			try_all(st, w);
	}
	st->resumed = resumed;
}
