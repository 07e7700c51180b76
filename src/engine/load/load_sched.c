/*
 * load_sched.c - which topic's turn is next, and which sink thread has it.
 *
 * Any sink thread takes the topic that is due first, and has it and its partitions alone until it gives it back. So a load
 * that hangs holds up its own table and one thread, and nobody else. The script thread puts items into a topic's inbox and
 * never waits; how much of one topic may be there, the read thread sees to (load_read.c).
 *
 * Everything here is under one lock, which is held for a few steps of a heap at a batch, never at a row. Of the threads
 * that have nothing to do, only one waits for the next time; it is `kept`. The others wait to be told, and the one that
 * came last is told first: it has the memory that a load needs, and those at the other end give theirs back.
 */
#include <pthread.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "engine/load/load_worker_parts.h"

enum {
	REST_MS = 5000,	   /* a thread that had nothing to do for so long gives its memory back */
	DOWN_FAILURES = 3, /* one backend of several that is out of reach is not the target */
	PROBE_FIRST_MS = 100,
	PROBE_MAX_MS = 5000
};

struct idler { /* a thread that waits, on its own stack */
	struct idler *next;
	pthread_cond_t wake;
	bool told;
};

struct load_sched {
	struct load *l;
	pthread_mutex_t lock;
	/* under lock */
	struct due due;		   /* topics that want a turn and have none */
	struct load_topic *topics; /* all that had an item */
	struct load_topic *looks;  /* that want a look at the target, when nothing is due */
	unsigned running;	   /* topics that have a turn */
	struct idler *idle;	   /* threads that wait and were not told; the last one first */
	int64_t kept_us;	   /* one of these waits until then; INT64_MAX: none does */
	bool closed, aborted;
	unsigned failures; /* of calls to a target that was not there, one after the other */
	bool down;	   /* it is, by so many: one turn at a time asks whether it still is, the next one at */
	int64_t probe_us;  /* monotonic */
	struct backoff probe;
};

struct load_sched *load_sched_new(struct load *l)
{
	struct load_sched *s = xcalloc(1, sizeof(*s));

	s->l = l;
	s->kept_us = INT64_MAX;
	lock_init(&s->lock);
	return s;
}

/* Under lock. */
static void tell_one(struct load_sched *s)
{
	struct idler *i = s->idle;

	must_hold(&s->lock);
	if (i == NULL)
		return;
	s->idle = i->next;
	i->told = true;
	pthread_cond_signal(&i->wake);
}

static void tell_all(struct load_sched *s)
{
	while (s->idle)
		tell_one(s);
}

/* ---- topics; all under lock ---- */

static void drop_inbox(struct topic_turn *turn)
{
	struct load_item *item;

	while ((item = turn->inbox) != NULL) {
		turn->inbox = item->next;
		load_item_free(item);
	}
}

static void put_inbox(struct topic_turn *turn, struct load_item *item)
{
	if (turn->inbox == NULL)
		turn->inbox_end = &turn->inbox;
	item->next = NULL;
	*turn->inbox_end = item;
	turn->inbox_end = &item->next;
}

static void make_known(struct load_sched *s, struct load_topic *t)
{
	if (t->turn.known)
		return;
	t->turn.known = true;
	t->turn.due.who = t;
	t->turn.next = s->topics;
	s->topics = t;
}

/* It has no turn now; when it wants the next one. Whoever waits since earlier keeps the place: else one that gets rows all
 * the time would never have a turn while the threads are short. */
static void schedule(struct load_sched *s, struct load_topic *t)
{
	int64_t now = clock_mono_us(), us = due_first_us(&t->due);

	must_hold(&s->lock);
	if ((t->turn.inbox || t->turn.again) && (us < 0 || us > now))
		us = t->turn.due.place && t->turn.due.us < now ? t->turn.due.us : now;
	due_set(&s->due, &t->turn.due, us);
	if (t->looks && !t->turn.has_look) {
		t->turn.has_look = true;
		t->turn.next_look = s->looks;
		s->looks = t;
	}
}

static void forget(struct load_sched *s, struct load_topic *t)
{
	topic_forget(s->l, t);
	t->turn.forget = t->turn.again = t->turn.retry = false;
}

/* ---- the script thread, and whoever has news ---- */

void load_sched_push(struct load_sched *s, struct load_item *item)
{
	struct load_topic *t = item->part->of;

	pthread_mutex_lock(&s->lock);
	make_known(s, t);
	put_inbox(&t->turn, item);
	if (!t->turn.running) {
		schedule(s, t);
		tell_one(s);
	}
	pthread_mutex_unlock(&s->lock);
}

/* A topic that has its turn forgets at the end of it: the load that runs may commit what it has. */
void load_sched_forget(struct load_sched *s)
{
	pthread_mutex_lock(&s->lock);
	for (struct load_topic *t = s->topics; t; t = t->turn.next) {
		drop_inbox(&t->turn);
		if (t->turn.running) {
			t->turn.forget = true;
			atomic_fetch_add(&s->l->unforgotten, 1);
		} else {
			forget(s, t);
			due_set(&s->due, &t->turn.due, -1);
		}
	}
	atomic_fetch_sub(&s->l->unforgotten, 1); /* the script thread itself */
	pthread_mutex_unlock(&s->lock);
}

/* Under lock. */
static void look_again(struct load_sched *s, bool retry)
{
	must_hold(&s->lock);
	for (struct load_topic *t = s->topics; t; t = t->turn.next) {
		t->turn.again = true;
		t->turn.retry |= retry;
		if (!t->turn.running)
			schedule(s, t);
	}
	tell_all(s);
}

void load_sched_again(struct load_sched *s, bool retry)
{
	pthread_mutex_lock(&s->lock);
	look_again(s, retry);
	pthread_mutex_unlock(&s->lock);
}

static void probe_later(struct load_sched *s)
{
	s->probe_us = clock_mono_us() + backoff_next(&s->probe) * 1000LL;
}

void load_sched_target(struct load_sched *s, bool down)
{
	pthread_mutex_lock(&s->lock);
	s->failures = down ? s->failures + 1 : 0;
	if (s->failures == DOWN_FAILURES) {
		s->down = true;
		backoff_init(&s->probe, PROBE_FIRST_MS, PROBE_MAX_MS);
		probe_later(s);
	} else if (!down && s->down) {
		s->down = false;
		look_again(s, true);
	}
	pthread_mutex_unlock(&s->lock);
}

void load_sched_close(struct load_sched *s)
{
	pthread_mutex_lock(&s->lock);
	s->closed = true;
	tell_all(s);
	pthread_mutex_unlock(&s->lock);
}

void load_sched_abort(struct load_sched *s)
{
	pthread_mutex_lock(&s->lock);
	s->aborted = true;
	tell_all(s);
	pthread_mutex_unlock(&s->lock);
}

/* ---- a sink thread ---- */

/* The target is down, and not everything has to be tried once more because the process stops. */
static bool is_closed_target(const struct load_sched *s)
{
	return s->down && !atomic_load(&s->l->drained);
}

/* The topic that may begin now, NULL: none. */
static struct load_topic *pick(struct load_sched *s)
{
	struct load_topic *t = due_first(&s->due);

	must_hold(&s->lock);
	if (s->aborted || (is_closed_target(s) && s->probe_us > clock_mono_us()))
		return NULL;
	if (t && t->turn.due.us <= clock_mono_us())
		return t;
	while ((t = s->looks) != NULL) {
		s->looks = t->turn.next_look;
		t->turn.has_look = false;
		if (!t->turn.running && t->looks)
			return t;
	}
	return NULL;
}

static bool is_over(const struct load_sched *s)
{
	return s->aborted ||
			(s->closed && atomic_load(&s->l->drained) && s->running == 0 && due_first(&s->due) == NULL);
}

/* Until it is told; at the longest until then. */
static void wait_told(struct load_sched *s, struct idler *me, int64_t until_us)
{
	int64_t left_us = until_us - clock_mono_us();
	struct timespec until = clock_deadline(left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
	int late = 0;

	while (!me->told && late == 0)
		late = until_us == INT64_MAX ? pthread_cond_wait(&me->wake, &s->lock)
					     : pthread_cond_timedwait(&me->wake, &s->lock, &until);
}

/* When somebody has to look, -1: not before something happens. */
static int64_t next_us(const struct load_sched *s)
{
	int64_t first = due_first_us(&s->due);

	return first >= 0 && is_closed_target(s) && first < s->probe_us ? s->probe_us : first;
}

static void wait_idle(struct load_sched *s, load_sched_rest *rest, void *who)
{
	struct idler me = { .next = s->idle }, **link;
	int64_t first = next_us(s);
	bool keeps = first >= 0 && first < s->kept_us;

	clock_cond_init(&me.wake);
	s->idle = &me;
	if (keeps) {
		s->kept_us = first;
		wait_told(s, &me, first);
		if (s->kept_us == first)
			s->kept_us = INT64_MAX;
	} else {
		wait_told(s, &me, clock_mono_us() + REST_MS * 1000);
		if (!me.told)
			rest(who);
		wait_told(s, &me, INT64_MAX);
	}
	for (link = &s->idle; *link && *link != &me; link = &(*link)->next)
		;
	if (*link)
		*link = me.next;
	pthread_cond_destroy(&me.wake);
}

static void begin(struct load_sched *s, struct load_topic *t, struct sched_turn *out)
{
	must_hold(&s->lock);
	must(!t->turn.running);
	due_set(&s->due, &t->turn.due, -1);
	t->turn.running = true;
	if (s->down)
		probe_later(s);
	*out = (struct sched_turn){
		.topic = t,
		.inbox = t->turn.inbox,
		.again = t->turn.again,
		.retry = t->turn.retry,
	};
	t->turn.inbox = NULL;
	t->turn.again = t->turn.retry = false;
	meter_pool_running(&s->l->sh->stages[STAGE_SINK], ++s->running);
	if (due_first(&s->due) || s->looks)
		tell_one(s); /* somebody else keeps the time */
}

bool load_sched_take(struct load_sched *s, load_sched_rest *rest, void *who, struct sched_turn *out)
{
	struct load_topic *t;

	pthread_mutex_lock(&s->lock);
	while ((t = pick(s)) == NULL && !is_over(s))
		wait_idle(s, rest, who);
	if (t)
		begin(s, t, out);
	else
		tell_all(s);
	pthread_mutex_unlock(&s->lock);
	return t != NULL;
}

void load_sched_give(struct load_sched *s, struct load_topic *t, bool called)
{
	pthread_mutex_lock(&s->lock);
	must(t->turn.running && s->running > 0);
	t->turn.running = false;
	if (s->down && !called)
		s->probe_us = clock_mono_us(); /* it had nothing for the target: the next one may ask */
	meter_pool_running(&s->l->sh->stages[STAGE_SINK], --s->running);
	if (t->turn.forget) {
		forget(s, t);
		atomic_fetch_sub(&s->l->unforgotten, 1);
	}
	schedule(s, t);
	pthread_mutex_unlock(&s->lock);
}

void load_sched_free(struct load_sched *s)
{
	if (s == NULL)
		return;
	for (struct load_topic *t = s->topics; t; t = t->turn.next) {
		drop_inbox(&t->turn);
		forget(s, t);
	}
	free(s->due.heap);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
