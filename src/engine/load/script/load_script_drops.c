/* load_script_drops.c - what a table's script has dropped, by reason, and counted, for the status. @thread script */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/load/script/load_script_parts.h"

enum { REASONS = 8 }; /* the first of a table; what has another name is counted together */

struct tally {
	struct {
		char text[64];
		uint64_t rows;
	} items[REASONS + 1];
	unsigned count;
};

struct table_drops {
	struct tally drops, counts;
	bool fresh;
	const struct script_costs *costs; /* lent for the time of drops_note() */
};

static void add(struct table_drops *d, struct tally *t, const char *text, uint64_t rows)
{
	unsigned i = 0;

	while (i < t->count && strcmp(t->items[i].text, text) != 0)
		i++;
	if (i == t->count && i < REASONS)
		snprintf(t->items[t->count++].text, sizeof(t->items->text), "%s", text);
	t->items[i].rows += rows;
	d->fresh = true;
}

static void note_drop(void *arg, const struct script_drop *drop)
{
	struct table_drops *d = arg;
	char text[64];

	snprintf(text, sizeof(text), *drop->reason ? "%.60s" : "return nil in %.40s",
			*drop->reason ? drop->reason : drop->script);
	add(d, &d->drops, text, drop->rows);
	if (drop->place < d->costs->count)
		script_meter_drop(d->costs->meters[drop->place], drop->reason, drop->rows);
}

static void note_count(void *arg, const char *name, uint64_t count)
{
	struct table_drops *d = arg;

	add(d, &d->counts, name, count);
}

bool drops_note(struct table_drops **d, struct script *script, const struct script_costs *costs)
{
	if (*d == NULL)
		*d = xcalloc(1, sizeof(**d));
	(*d)->fresh = false;
	(*d)->costs = costs;
	script_drops_fresh(script, note_drop, *d);
	script_counts_fresh(script, note_count, *d);
	return (*d)->fresh;
}

static void print(const struct tally *t, char *out, size_t size)
{
	size_t n = 0;

	*out = '\0';
	for (unsigned i = 0; i <= REASONS && n < size; i++)
		if (t->items[i].rows)
			n += (size_t)snprintf(out + n, size - n, "%s%s %llu", n ? ", " : "",
					i < REASONS ? t->items[i].text : "others",
					(unsigned long long)t->items[i].rows);
}

void drops_tell(const struct table_drops *d, struct table_meters *meters, struct table_meter *m, const char *version)
{
	char drops[300] = "", counts[300] = "";

	if (d) {
		print(&d->drops, drops, sizeof(drops));
		print(&d->counts, counts, sizeof(counts));
	}
	table_meter_script(meters, m, version, drops, counts);
}
