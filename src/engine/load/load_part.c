/*
 * load_part.c - what a partition waits for while a sink thread has its topic: when its next turn is, what of it is stored,
 * whether it is in trouble, and what is told of that.
 */
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

/* ---- what of it is read ---- */

/* The reader leaves a partition alone that waits at a TRUNCATE, and never the others: they have to come there too. */
void part_waits(struct load *l, struct load_part *p, bool waits)
{
	if (atomic_exchange(&p->waits, waits) == waits)
		return;
	if (waits)
		atomic_fetch_add(&p->of->at_truncate, 1);
	else
		atomic_fetch_sub(&p->of->at_truncate, 1);
	load_pauses_changed(l);
}

/* A partition that cannot go on takes no room from the others: its bytes are counted apart, and when all such partitions
 * together have their share, no more of them is read. */
static void part_hold(struct load_worker *w, struct load_part *p)
{
	bool stands = p->troubled || p->gate || (p->meter && atomic_load(&p->meter->paused)), held;
	size_t stuck = stands ? p->bytes : 0;

	if (stuck != p->stuck) {
		atomic_fetch_add(&w->l->stuck, stuck - p->stuck);
		atomic_fetch_add(&p->of->stuck, stuck - p->stuck);
	}
	p->stuck = stuck;
	held = stuck && atomic_load(&w->l->stuck) > load_stuck_share(w->l);
	if (atomic_exchange(&p->held, held) != held)
		load_pauses_changed(w->l);
}

/* A range that was begun goes out as a whole: what is missing of it is read, whatever else waits. */
static void part_ask_more(struct load_worker *w, struct load_part *p)
{
	bool more = p->place.intent >= 0 && p->arrived < p->place.intent;

	if (atomic_exchange(&p->wants_more, more) != more)
		load_pauses_changed(w->l);
}

/* ---- when its turn is ---- */

/* When the partition wants its next turn (monotonic), -1: not before something arrives or happens. */
static int64_t part_due_us(struct load_worker *w, struct load_part *p, int64_t now)
{
	const struct sink_conf *conf = &w->l->sh->settings->sink;
	const struct pace *pace = &p->of->pace;
	int64_t due = (pace->slow_ms ? p->of->last_load_us : p->last_load_us) + topic_interval_ms(w, p->of) * 1000;
	bool drained = atomic_load(&w->l->drained);

	if (p->npieces == 0 && !p->unstored)
		return -1;
	if (p->meter && atomic_load(&p->meter->paused))
		return -1;
	if (p->retry_at_us > now)
		return drained ? -1 : p->retry_at_us; /* a stop does not wait for what is in trouble */
	if (p->npieces == 0)
		return now; /* its offset could not be stored */
	if (atomic_load(&p->waits) || atomic_load(&p->wants_more))
		return -1;
	if (p->of->shared && !p->pieces[0].truncate && !drained)
		due = part_slot(w, p, due > now ? due : now);
	if (pace->slow_ms && !p->pieces[0].truncate && !drained)
		return due > now ? due : now; /* each load is one version more, however large it is */
	if (p->bytes >= (size_t)conf->max_bytes || p->rows >= (size_t)conf->max_rows || p->limit ||
			p->pieces[0].truncate || drained)
		return now;
	return due > now ? due : now;
}

void part_schedule(struct load_worker *w, struct load_part *p)
{
	part_ask_more(w, p);
	due_set(&p->of->due, &p->due, part_due_us(w, p, clock_mono_us()));
	part_hold(w, p);
}

/* Its rows go; the partition itself is the read thread's to free, once all threads have forgotten it. */
static void part_forget(struct load *l, struct load_part *p)
{
	p->of->troubled -= p->troubled;
	if (p->troubled) { /* whoever has it next says whether it still is */
		table_meter_error(l->sh->tables, p->meter, NULL);
		atomic_store(&p->meter->tries, 0);
		atomic_store(&p->meter->state, HALF_IDLE);
	}
	part_drop_before(p, INT64_MAX);
	part_waits(l, p, false);
	due_set(&p->of->due, &p->due, -1);
	atomic_fetch_sub(&l->stuck, p->stuck);
	atomic_fetch_sub(&p->of->stuck, p->stuck);
	p->stuck = 0;
}

void topic_forget(struct load *l, struct load_topic *t)
{
	struct load_part *p;

	while ((p = t->rows_came) != NULL) {
		t->rows_came = p->next_came;
		part_forget(l, p);
	}
	t->looks = NULL;
}

/* ---- what happened, told once ---- */

void part_trouble(struct load_worker *w, struct load_part *p, enum half_state state, const struct err *err)
{
	int wait_ms = backoff_next(&p->backoff);
	char before[512];

	p->retry_at_us = clock_mono_us() + wait_ms * 1000LL;
	p->of->troubled += !p->troubled;
	p->troubled = true;
	p->failed = state == HALF_FAILED;
	table_meter_error_get(w->l->sh->tables, p->meter, before, sizeof(before));
	if (strcmp(before, err->msg) != 0) {
		logline(state == HALF_FAILED ? LOG_ERROR : LOG_WARNING, "sink", "%s: %s", p->meter->name, err->msg);
		table_meter_error(w->l->sh->tables, p->meter, err->msg);
	}
	atomic_fetch_add(&p->meter->tries, 1);
	atomic_store(&p->meter->retry_at_us, p->retry_at_us);
	atomic_store(&p->meter->trouble, err->kind);
	atomic_store(&p->meter->state, state);
	shared_wake(w->l->sh);
	w->denied |= err->kind == ERR_DENIED;
}

void part_fine(struct load_worker *w, struct load_part *p)
{
	part_pace(w, p);
	backoff_reset(&p->backoff);
	p->retry_at_us = 0;
	p->of->troubled -= p->troubled;
	p->troubled = p->failed = false;
	atomic_fetch_add(&w->l->turns, 1);
	if (p->of->troubled || atomic_load(&p->meter->waiting))
		return; /* of its table, something else is in trouble, and says so */
	atomic_store(&p->meter->tries, 0);
	if (atomic_exchange(&p->meter->state, HALF_STREAMING) == HALF_STREAMING || atomic_load(&p->meter->stopped))
		return;
	table_meter_error(w->l->sh->tables, p->meter, NULL);
}

/* Of a failure that says by its kind whether it may pass. */
enum half_state trouble_state(enum err_kind kind)
{
	return kind == ERR_RETRY || kind == ERR_UNREACHABLE || kind == ERR_DENIED ? HALF_RETRYING : HALF_FAILED;
}

/* ---- what is stored ---- */

int part_save(struct load_worker *w, struct load_part *p, int64_t intent, struct err *err)
{
	char text[PLACE_TEXT];

	p->place.intent = intent;
	snprintf(p->place.by, sizeof(p->place.by), "%s", w->l->sh->settings->name);
	place_print(text, sizeof(text), &p->place);
	if (log_reader_commit(w->l->reader, p->topic, p->partition, p->next, text, err))
		return err_wrap(err, "offset of %s[%d]", p->topic, (int)p->partition);
	p->committed = p->next;
	atomic_store(&p->state_cut, p->place.state_at >= 0 ? p->place.state_at : p->next);
	p->unstored = false;
	return 0;
}

int part_commit(struct load_worker *w, struct load_part *p, int64_t intent)
{
	struct err err;

	err_clear(&err);
	if (part_save(w, p, intent, &err) == 0)
		return 0;
	part_trouble(w, p, trouble_state(err.kind), &err);
	return -1;
}

/* Nothing more waits: all that is loaded is stored, or will be. */
void part_store(struct load_worker *w, struct load_part *p)
{
	p->unstored = true;
	part_commit(w, p, -1);
}
