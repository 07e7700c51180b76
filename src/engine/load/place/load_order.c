/*
 * load_order.c - an order to the read thread, from whoever wants something of all partitions of a table: it is given, waited for,
 * taken back when nobody takes it up.
 */
#include <string.h>

#include "core/clock.h"
#include "engine/load/load_parts.h"

enum { LOOK_MS = 20 };

/* ---- the asker ---- */

static bool is_done(struct load *l, const struct load_order *o)
{
	bool done;

	pthread_mutex_lock(&l->half.lock);
	done = o->done;
	pthread_mutex_unlock(&l->half.lock);
	return done;
}

static int give(struct load *l, struct load_order *o, struct err *err)
{
	bool busy;

	pthread_mutex_lock(&l->half.lock);
	busy = l->order != NULL;
	if (!busy)
		l->order = o;
	pthread_mutex_unlock(&l->half.lock);
	atomic_store(&l->order_given, true);
	return busy ? err_set(err, ERR_CONFIG, 0,
				      "%s: another request of the kind is being carried out; try it after that",
				      o->what)
		    : 0;
}

/* If nobody is at it. */
static bool take_back(struct load *l, struct load_order *o)
{
	bool back;

	pthread_mutex_lock(&l->half.lock);
	back = !o->done && !l->ordering;
	if (back)
		l->order = NULL;
	pthread_mutex_unlock(&l->half.lock);
	return back;
}

int load_order_give(struct load *l, struct load_order *o, struct err *err)
{
	int64_t until_us = clock_mono_us() + o->wait_ms * 1000LL;

	if (give(l, o, err))
		return -1;
	while (!is_done(l, o)) {
		if ((half_stopping(&l->half) || clock_mono_us() >= until_us) && take_back(l, o))
			return err_set(err, ERR_UNREACHABLE, 0,
					"%s: the load half does not take orders; see `millrace status`", o->what);
		clock_sleep_ms(LOOK_MS);
	}
	if (o->err.kind == ERR_NONE)
		return 0;
	*err = o->err;
	return -1;
}

/* ---- the read thread ---- */

/* No topic is leaving any more. Under half.lock. */
static void leaving_over(struct load *l)
{
	if (l->leaving == NULL)
		return;
	l->leaving->leaving = false;
	l->leaving = NULL;
	load_pauses_changed(l);
}

struct load_order *load_order_take(struct load *l)
{
	struct load_order *o;

	if (!atomic_load(&l->order_given))
		return NULL;
	pthread_mutex_lock(&l->half.lock);
	o = l->order;
	if (o == NULL) {
		atomic_store(&l->order_given, false);
		leaving_over(l);
	} else if (o->ready && !o->ready(l, o)) {
		o = NULL;
	}
	l->ordering = o != NULL;
	pthread_mutex_unlock(&l->half.lock);
	return o;
}

void load_order_done(struct load *l, const struct err *err)
{
	struct load_order *o;

	pthread_mutex_lock(&l->half.lock);
	o = l->order;
	if (o && (!o->later || (err && err->kind != ERR_NONE))) {
		if (err)
			o->err = *err;
		o->done = true;
		l->order = NULL;
		leaving_over(l);
	}
	l->ordering = false;
	pthread_mutex_unlock(&l->half.lock);
}

/* ---- whose partitions ---- */

bool load_is_of(const struct load *l, const char *topic, const char *table)
{
	char name[512];

	load_table_name(l, topic, name, sizeof(name));
	return strcmp(name, table) == 0;
}

int load_all_here(struct shared *sh, const char *what, const char *topic, size_t owned, struct err *err)
{
	unsigned n = shared_partitions(sh, topic, err);

	if (n == 0 || n == owned)
		return n ? 0 : -1;
	return err_set(err, ERR_CONFIG, 0,
			"%s: expected all %u partitions of %s in this process, found %zu; stop the other processes of the group first",
			what, n, topic, owned);
}

int load_has_all(struct load *l, const char *what, const char *topic, struct err *err)
{
	size_t owned = 0;

	for (size_t i = 0; i < l->assigned.count; i++)
		owned += strcmp(l->assigned.items[i].topic, topic) == 0;
	return load_all_here(l->sh, what, topic, owned, err);
}
