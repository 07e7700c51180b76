/*
 * load_script_cost.c - what a table's script costs and loses, for the status: figures of each script of the chain, after each batch, and the last row
 * that failed, as it may be shown. @thread script
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/base/dead_letter.h"
#include "engine/base/row_mask.h"
#include "engine/load/script/load_script_parts.h"

enum { KEY_MAX = 1 << 16 };

static size_t chain_length(const struct script *script)
{
	struct script_one one;
	size_t n = 0;

	while (script && script_one_at(script, n, &one))
		n++;
	return n;
}

/* What the table went through before, maybe in an earlier session. */
static void retire_others(const struct script_costs *c, struct table_meter *table)
{
	struct script_meter *m = atomic_load(&table->scripts);

	for (; m; m = atomic_load(&m->next)) {
		size_t i = 0;

		while (i < c->count && c->meters[i] != m)
			i++;
		if (i == c->count)
			atomic_store(&m->in_force, false);
	}
}

void costs_begin(struct script_costs *c, struct table_meter *table, const char *section, const struct script *script)
{
	size_t n = chain_length(script);
	char version[SCRIPT_VERSION_ROOM];
	struct script_one one;

	c->meters = xrealloc(c->meters, (n + 1) * sizeof(struct script_meter *));
	c->before = xrealloc(c->before, (n + 1) * sizeof(*c->before));
	if (script) {
		c->masks = row_mask_script(script);
		script_version(script, version);
	}
	for (c->count = 0; c->count < n && script_one_at(script, c->count, &one); c->count++) {
		c->meters[c->count] = script_meter_get(&table->scripts, table->name, section, one.name,
				(unsigned)c->count);
		script_meter_version(c->meters[c->count], version);
		atomic_store(&c->meters[c->count]->memory, one.memory);
	}
	retire_others(c, table);
}

void costs_end(struct script_costs *c)
{
	free(c->meters);
	free(c->before);
	*c = (struct script_costs){ .count = 0 };
}

static void on_sample(void *arg, const struct script_sample *sample)
{
	struct script_costs *c = arg;

	if (sample->place < c->count)
		script_meter_sample(c->meters[sample->place], sample->ns, sample->instructions, sample->bytes);
}

void costs_before(struct script_costs *c, struct script *script)
{
	struct script_one one;

	for (size_t i = 0; i < c->count && script_one_at(script, i, &one); i++)
		c->before[i] = one.stats;
	script_on_sample(script, on_sample, c);
}

/* Whose row it was: "script orders.lua 0123456789ab". */
static bool failed_in(const struct change *change, const char *script)
{
	static const char stage[] = "script ";
	size_t n = strlen(script);

	return change->dead && change->dead_at && strncmp(change->dead_at, stage, sizeof(stage) - 1) == 0 &&
			strncmp(change->dead_at + sizeof(stage) - 1, script, n) == 0 &&
			change->dead_at[sizeof(stage) - 1 + n] == ' ';
}

/* What the script has said is not shown where it masks. */
static void put_reason(const struct script_costs *c, const struct change *change, char out[DEAD_REASON_ROOM])
{
	const struct dead_letter letter = {
		.stage = { change->dead_at, strlen(change->dead_at) },
		.reason = { change->dead, strlen(change->dead) },
	};

	if (c->masks)
		dead_reason(&letter, true, out);
	else
		snprintf(out, DEAD_REASON_ROOM, "%s", change->dead);
}

/* The last row of the batch that failed there. */
static void note_failure(const struct script_costs *c, struct script_meter *m, const struct load_item *item)
{
	const struct change *change = NULL;
	char reason[DEAD_REASON_ROOM];
	struct buf key;

	for (size_t i = item->out->nchanges; i > 0 && change == NULL; i--)
		if (failed_in(&item->out->changes[i - 1], m->script))
			change = &item->out->changes[i - 1];
	if (change == NULL)
		return;
	buf_init(&key, KEY_MAX);
	put_reason(c, change, reason);
	dead_key(&key, change);
	buf_putc(&key, '\0');
	script_meter_fail(m, key.failed ? "" : key.data, reason);
	buf_done(&key);
}

void costs_after(struct script_costs *c, struct script *script, const struct load_item *item, bool guarded)
{
	struct script_one one;

	script_on_sample(script, NULL, NULL);
	for (size_t i = 0; i < c->count && script_one_at(script, i, &one); i++) {
		const struct script_stats *before = &c->before[i];
		struct script_meter *m = c->meters[i];

		counter_add(&m->rows, one.stats.rows_in - before->rows_in);
		counter_add(&m->out, one.stats.rows_out - before->rows_out);
		counter_add(&m->dropped, one.stats.dropped - before->dropped);
		counter_add(&m->dead, one.stats.dead - before->dead);
		counter_add(&m->ns, one.stats.ns - before->ns);
		counter_add(&m->lookups, one.stats.lookups - before->lookups);
		counter_add(&m->lookups_known, one.stats.lookups_known - before->lookups_known);
		counter_add(&m->lookups_none, one.stats.lookups_none - before->lookups_none);
		atomic_store_explicit(&m->memory, one.memory, memory_order_relaxed);
		atomic_store_explicit(&m->guarded, guarded, memory_order_relaxed);
		if (one.stats.dead > before->dead)
			note_failure(c, m, item);
	}
}
