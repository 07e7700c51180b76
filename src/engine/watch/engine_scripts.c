/* engine_scripts.c - the scripts of tables in the status: those that are in force. */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/engine_parts.h"

typedef void each_script(void *arg, struct script_meter *m);

static void each(struct engine *e, each_script *call, void *arg)
{
	for (size_t i = 0; i < table_meters_count(e->shared.tables); i++) {
		struct table_meter *t = table_meter_at(e->shared.tables, i);
		struct script_meter *m = atomic_load_explicit(&t->scripts, memory_order_acquire);

		for (; m; m = atomic_load_explicit(&m->next, memory_order_acquire))
			if (atomic_load(&m->in_force))
				call(arg, m);
	}
}

static void tick(void *arg, struct script_meter *m)
{
	script_meter_tick(m, *(const double *)arg);
}

void engine_scripts_tick(struct engine *e, double seconds)
{
	each(e, tick, &seconds);
}

struct gathered {
	struct status_script *items;
	size_t count, cap;
};

static void gather(void *arg, struct script_meter *m)
{
	struct gathered *g = arg;

	xgrow(g->items, g->count, g->cap, 16);
	script_meter_copy(m, &g->items[g->count++]);
}

static int by_table(const void *a, const void *b)
{
	const struct status_script *x = a, *y = b;
	int d = strcmp(x->table, y->table);

	return d ? d : (x->place > y->place) - (x->place < y->place);
}

void engine_scripts_copy(struct engine *e, struct status *out)
{
	struct gathered g = { .count = 0 };

	each(e, gather, &g);
	if (g.count)
		qsort(g.items, g.count, sizeof(*g.items), by_table);
	out->scripts = g.items;
	out->nscripts = g.count;
}
