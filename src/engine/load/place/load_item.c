/*
 * load_item.c - what goes round in the load half: batches and items, the topics that they belong to, and how many bytes of
 * each are on their way. All other files of the half stand on this one. @thread any, but for what says otherwise
 */
#include <stdlib.h>

#include "core/xalloc.h"
#include "engine/load/load_parts.h"

/* ---- batches and items ---- */

struct batch *load_batch_get(struct load *l)
{
	struct batch *b = queue_try_pop(l->spare);

	return b ? b : batch_new();
}

void load_batch_put(struct load *l, struct batch *b)
{
	if (b == NULL)
		return;
	batch_reset(b);
	if (queue_push_wait(l->spare, b, 0) != 0)
		batch_free(b);
}

struct load_item *load_item_new(struct load *l)
{
	struct load_item *item = xcalloc(1, sizeof(*item));

	item->load = l;
	item->generation = atomic_load(&l->generation);
	return item;
}

int load_push(struct load *l, struct load_item *item)
{
	if (queue_push(l->to_script, item) == 0)
		return 0;
	load_item_free(item);
	return 1;
}

bool load_failed(struct load *l)
{
	bool failed;

	pthread_mutex_lock(&l->half.lock);
	failed = l->failed;
	pthread_mutex_unlock(&l->half.lock);
	return failed;
}

/* ---- topics ---- */

void load_table_name(const struct load *l, const char *topic, char *out, size_t size)
{
	if (!format_topic_table(&l->sh->settings->format, topic, out, size))
		snprintf(out, size, "%s", topic);
}

struct table_meter *load_topic_meter(const struct load *l, struct load_topic *t)
{
	struct table_meter *m = atomic_load(&t->meter);
	char name[512];

	if (m)
		return m;
	load_table_name(l, t->name, name, sizeof(name));
	return table_meter_get(l->sh->tables, name);
}

struct load_topic *load_topic_get(struct load *l, const char *name)
{
	void **place = name_map_at(&l->topics, name);
	struct load_topic *t = *place;

	if (t)
		return t;
	*place = t = xcalloc(1, sizeof(*t));
	t->name = name;
	return t;
}

void load_tell_gap(struct load *l, const char *table)
{
	problem_raise(l->sh->problems, PROBLEM_COLUMN_EMPTY, table,
			"a column was renamed, added or dropped in MySQL, and rows that are at the target could not follow");
}

/* ---- what is on its way ---- */

size_t load_stuck_share(const struct load *l)
{
	return (size_t)l->sh->settings->load.buffer_bytes / 4;
}

void load_pauses_changed(struct load *l)
{
	atomic_store(&l->pauses_changed, true);
}

/*
 * A topic may hold twice as much as is free: two thirds of the buffer when it is the only one that does not get on, two
 * fifths when two do not, and there is always room left for the others. What cannot go on is counted apart.
 */
static size_t topic_share(const struct load *l)
{
	size_t limit = (size_t)l->sh->settings->load.buffer_bytes, stuck = atomic_load(&l->stuck),
	       all = atomic_load(&l->buffered);
	size_t used = all > stuck ? all - stuck : 0;

	return used < limit ? 2 * (limit - used) : 0;
}

static size_t topic_bytes(const struct load_topic *t)
{
	size_t all = atomic_load(&t->bytes), stuck = atomic_load(&t->stuck);

	return all > stuck ? all - stuck : 0;
}

void load_topic_more(struct load *l, struct load_topic *t, size_t bytes)
{
	atomic_fetch_add(&t->bytes, bytes);
	if (topic_bytes(t) > topic_share(l) && !atomic_exchange(&t->over, true))
		load_pauses_changed(l);
}

/* They are with the reader no more. */
static void load_topic_less(struct load *l, struct load_topic *t, size_t bytes)
{
	atomic_fetch_sub(&t->bytes, bytes);
	if (atomic_load(&t->over) && topic_bytes(t) <= topic_share(l) / 2 && atomic_exchange(&t->over, false))
		load_pauses_changed(l);
}

void load_item_free(struct load_item *item)
{
	if (item == NULL)
		return;
	script_pause_free(item->pause);
	if (item->in)
		atomic_fetch_sub(&item->load->buffered, item->in->bytes);
	if (item->of)
		load_topic_less(item->load, item->of, item->in->bytes);
	if (item->out != item->in)
		load_batch_put(item->load, item->out);
	load_batch_put(item->load, item->in);
	free(item);
}
