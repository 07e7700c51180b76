/* script_shadow.c - see script_shadow.h. */
#include "engine/control/script_shadow.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "engine/scripts/script_store.h"

enum { ROWS_LEAST = 100 }; /* fewer say nothing about shares */

static struct script *open_tried(const struct settings *s, const struct table_settings *section, const char *version,
		struct err *err)
{
	return version ? script_store_version(s, section, version, err) : table_script_open(s, section, err);
}

/* The version that runs, with the configuration that it runs with. */
static struct script *open_running(struct engine *e, const char *table, struct err *err)
{
	const struct settings *live = atomic_load(&e->shared.live);
	const struct table_settings *section = settings_for_table(live, table);

	if (section && table_has_script(section))
		return script_store_script(live, section, err);
	err_set(err, ERR_CONFIG, 0, "%s: no script runs for it", table);
	return NULL;
}

static void add(struct trial_result *sum, const struct trial_result *r)
{
	sum->rows += r->rows;
	sum->different += r->different;
	for (int side = 0; side < 2; side++) {
		sum->ns[side] += r->ns[side];
		for (int i = 0; i < OUT_COUNT; i++)
			sum->outcomes[side][i] += r->outcomes[side][i];
	}
}

static void try_table(struct engine *e, const struct settings *s, const struct table_settings *section,
		const char *version, const char *table, engine_emit *emit, void *arg, struct script_shadow *out)
{
	struct trial_result r = { .rows = 0 };
	struct trial_wish wish = {
		.table = table,
		.script = "files",
		.against = "running",
		.count = SHADOW_MESSAGES,
		.result = &r,
	};
	struct err err = { 0 };
	struct log *log = shared_log(&e->shared, &err);

	if (log && (wish.with[0] = open_tried(s, section, version, &err)) != NULL &&
			(wish.with[1] = open_running(e, table, &err)) != NULL) {
		for (int side = 0; side < 2; side++)
			script_refuse_to(wish.with[side], table_meters_have, e->shared.tables);
		if (script_trial(log, s, &wish, emit, arg, &err) == 0) {
			out->tables++;
			add(&out->sum, &r);
		}
	} else {
		script_close(wish.with[0]);
	}
	if (err.kind != ERR_NONE)
		snprintf(out->why_not, sizeof(out->why_not), "%.190s", err.msg);
}

int script_shadow(struct engine *e, const struct settings *s, const struct table_settings *section, const char *version,
		engine_emit *emit, void *arg, struct script_shadow *out, struct err *err)
{
	struct script *once = open_tried(s, section, version, err);
	int64_t until_us = clock_mono_us() + SHADOW_MS * 1000LL;
	size_t count = table_meters_count(e->shared.tables);

	*out = (struct script_shadow){ .tables = 0 };
	if (once == NULL)
		return -1;
	script_close(once);
	for (size_t i = 0; i < count && out->tables < SHADOW_TABLES && clock_mono_us() < until_us; i++) {
		struct table_meter *m = table_meter_at(e->shared.tables, i);

		if (counter_get(&m->script_rows) && settings_for_table(s, m->name) == section)
			try_table(e, s, section, version, m->name, emit, arg, out);
	}
	return 0;
}

int script_shadow_log(void *arg, const char *line, size_t len)
{
	const struct table_settings *section = arg;
	json_t *o = json_loadb(line, len, 0, NULL);
	const char *kind = json_string_value(json_object_get(o, "kind"));

	if (kind && strcmp(kind, "finding") == 0)
		logline(LOG_WARNING, "script", "[table %s]: %s:%lld: %s", section->name,
				json_string_value(json_object_get(o, "script")),
				(long long)json_integer_value(json_object_get(o, "line")),
				json_string_value(json_object_get(o, "text")));
	json_decref(o);
	return 0;
}

static unsigned long long lost(const struct trial_result *r, int side)
{
	return r->outcomes[side][OUT_DROPPED] + r->outcomes[side][OUT_DELETED];
}

void script_shadow_words(const struct script_shadow *sh, char out[static SHADOW_WORDS])
{
	const struct trial_result *r = &sh->sum;

	if (sh->tables == 0)
		snprintf(out, SHADOW_WORDS, "not tried on rows%s%s", *sh->why_not ? ": " : ", as there are none yet",
				sh->why_not);
	else
		snprintf(out, SHADOW_WORDS,
				"in the last %llu rows of %u table%s: dropped %llu -> %llu, dead %llu -> %llu, %llu different in all",
				(unsigned long long)r->rows, sh->tables, sh->tables == 1 ? "" : "s", lost(r, 1),
				lost(r, 0), (unsigned long long)r->outcomes[1][OUT_DEAD],
				(unsigned long long)r->outcomes[0][OUT_DEAD], (unsigned long long)r->different);
}

bool script_shadow_loses(const struct script_shadow *sh, int64_t percent)
{
	const struct trial_result *r = &sh->sum;
	unsigned long long is = lost(r, 0) + r->outcomes[0][OUT_DEAD], was = lost(r, 1) + r->outcomes[1][OUT_DEAD];

	return percent > 0 && r->rows >= ROWS_LEAST && is > was &&
			(is - was) * 100 > (unsigned long long)percent * r->rows;
}
