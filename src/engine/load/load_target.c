/*
 * load_target.c - is the target the one that was loaded into? Asked by the sink thread, once a session for each
 * partition, before its first load, and when there is nothing to load.
 *
 * In the warehouse the label of the last range tells it exactly. StarRocks keeps labels for three days only, and keeps
 * them when a table is emptied or dropped; so there the table is asked: the last range of a partition that left a row is
 * followed by nothing that could have taken it away, so a table without rows is not the one.
 *
 * A table or a column that is gone stops the table (sink_prepare_had()): made again, it would lack what was loaded. Whoever
 * puts it back lets it go on; a snapshot that begins with TRUNCATE needs nothing of it (load_pass.c).
 */
#include <string.h>

#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

void part_gap(struct load_worker *w, struct load_part *p, enum place_gap gap, const char *detail)
{
	p->place.gap = gap;
	gap_tell(w->l, p->topic, p->partition, gap, detail);
}

static bool is_lost(const struct place *place, const struct sink_state *state)
{
	if (place->label[0] == '\0')
		return false;
	return (place->put && (!state->table || !state->rows)) || state->label == SINK_REFUSED;
}

/* ---- the first load of a topic ---- */

/* Rows are there that nobody loaded from this log. An initial snapshot takes their place; else they are told. */
static int old_rows(struct load_worker *w, struct load_part *p, const struct schema *schema, struct err *err)
{
	bool snapshot;

	if (initial_begins(w->l->sh, p->topic, &snapshot, err))
		return -1;
	if (!snapshot) {
		part_gap(w, p, GAP_TARGET_OLD, "no initial snapshot stands at the beginning of the log");
		return 0;
	}
	if (sink_prepare(w->sink, schema, err) || sink_truncate(w->sink, schema, err))
		return -1;
	logline(LOG_NOTICE, "sink", "%s.%s: the target had rows; emptied for the initial snapshot", schema->db,
			schema->table);
	return 0;
}

/* The first one of its topic looks for all: rows of the others are there a moment later. */
static void looked_for_all(struct load_part *p)
{
	for (size_t i = 0; i < p->of->nparts; i++)
		if (p->of->parts[i])
			p->of->parts[i]->place.fresh = false;
}

/* Each process stores that it has looked before it loads: what another one has loaded is seen here. */
static int loaded_elsewhere(struct load_worker *w, const struct load_part *p, bool *loaded, struct err *err)
{
	struct log_groups group;

	*loaded = false;
	if (log_groups(w->l->sh->log, w->l->sh->settings->load.group, &group, err))
		return -1;
	for (size_t i = 0; i < group.count; i++)
		*loaded |= strcmp(group.items[i].topic, p->topic) == 0 &&
				place_has_loaded(group.items[i].offset, group.items[i].metadata);
	log_groups_free(&group);
	return 0;
}

/* A process that has only some of the partitions cannot empty the table: the others may load into it at the same moment. */
static int fresh_rows(struct load_worker *w, struct load_part *p, const struct schema *schema, struct err *err)
{
	bool loaded;

	if (load_all_here(w->l->sh, "rows that are there", p->topic, p->of->owned, err) == 0)
		return old_rows(w, p, schema, err);
	if (err->kind != ERR_CONFIG) /* how many there are is not known at the moment */
		return -1;
	err_clear(err);
	if (loaded_elsewhere(w, p, &loaded, err))
		return -1;
	if (!loaded)
		part_gap(w, p, GAP_TARGET_OLD,
				"other load processes have partitions of its topic, so it was not emptied");
	return 0;
}

/* A name that is used with another target: it has what was loaded there from then on, and nothing of before. */
static bool is_other(struct load_part *p, const struct sink_state *state)
{
	return place_moves(&p->place, state->target, state->cluster) && p->place.label[0];
}

static const char *lost_how(const struct sink_state *state)
{
	return !state->rows ? "no row" : "its last load is not known there";
}

int part_look(struct load_worker *w, struct load_part *p, const struct schema *schema, struct err *err)
{
	const char *label = p->place.label[0] ? p->place.label : NULL;
	struct sink_state state;
	bool other;

	if (!p->looked && label == NULL && !p->place.fresh &&
			!p->place.again) { /* nothing was loaded: any one is right */
		p->place.target = p->place.cluster = 0;
		p->looked = true;
	}
	if (p->looked)
		return 0;
	if (sink_look(w->sink, schema->db, schema->table, label, &state, err))
		return -1;
	other = is_other(p, &state);
	if (p->place.fresh && state.rows && fresh_rows(w, p, schema, err))
		return -1;
	if (p->place.fresh)
		looked_for_all(p);
	else if (state.table && other && p->place.gap == GAP_NONE)
		part_gap(w, p, GAP_TARGET_OTHER, "its first load in this one");
	else if (state.table && is_lost(&p->place, &state) && p->place.gap == GAP_NONE)
		part_gap(w, p, GAP_TARGET_LOST, lost_how(&state));
	if (p->place.again && (schema->nkey == 0 || part_appends(w, p)) && state.rows && !state.replaces &&
			p->place.gap == GAP_NONE)
		part_gap(w, p, GAP_NO_KEY, "its rows are appended");
	p->place.again = false;
	p->looked = true;
	return 0;
}

/* ---- tables that nothing is loaded into ---- */

static void look_by_name(struct load_worker *w, struct load_part *p)
{
	char name[512], *dot;
	struct sink_state state;
	struct err ignored;
	bool other;

	load_table_name(w->l, p->topic, name, sizeof(name));
	p->meter = p->meter ? p->meter : table_meter_get(w->l->sh->tables, name);
	dot = strchr(name, '.');
	if (dot == NULL)
		return;
	*dot = '\0';
	err_clear(&ignored);
	if (sink_look(w->sink, name, dot + 1, p->place.label, &state, &ignored))
		return; /* the target does not answer: the first load asks again, and tells it */
	p->looked = true;
	if (state.table)
		part_found(w, p);
	other = is_other(p, &state);
	if (!other && !is_lost(&p->place, &state))
		return;
	if (!state.table) { /* its next row will not be loaded; whoever puts it back before loses nothing */
		err_set(&ignored, ERR_CONFIG, 0,
				"rows were loaded into it, but the target does not have the table any more");
		logline(LOG_WARNING, "sink", "%s: %s", p->meter->name, ignored.msg);
		part_lost(w, p, &ignored);
		return;
	}
	part_gap(w, p, other ? GAP_TARGET_OTHER : GAP_TARGET_LOST,
			other ? "nothing was loaded since" : lost_how(&state));
	part_commit(w, p, p->place.intent);
}

void topic_look(struct load_worker *w, struct load_topic *t)
{
	struct load_part *p = t->looks;

	t->looks = p->next_look;
	if ((!p->looked && p->place.gap == GAP_NONE) || p->lost)
		look_by_name(w, p);
}

/* ---- tables that were loaded into ---- */

/* It waits at a TRUNCATE that another one of them has passed: the target is as that has left it. */
static bool is_behind(const struct load_part *q, const struct load_part *p)
{
	return part_at_truncate(q) && truncate_id(q, 0) == p->place.truncated;
}

enum sink_had topic_had(const struct load_part *p, const struct schema *schema)
{
	enum sink_had had = SINK_HAD_NOTHING;
	uint64_t columns = place_columns(schema);

	for (size_t i = 0; i < p->of->nparts; i++) {
		const struct load_part *q = p->of->parts[i];

		if (q == NULL || q->place.label[0] == '\0' || is_behind(q, p))
			continue;
		if (q->place.columns == columns)
			return SINK_HAD_COLUMNS;
		had = SINK_HAD_TABLE;
	}
	return had;
}

void part_lost(struct load_worker *w, struct load_part *p, const struct err *err)
{
	char table[512];

	load_table_name(w->l, p->topic, table, sizeof(table));
	p->lost = true;
	problem_raise(w->l->sh->problems, PROBLEM_TARGET_LOST, table, "%s", err->msg);
}

void part_found(struct load_worker *w, struct load_part *p)
{
	bool told = false;

	if (!p->lost)
		return;
	p->lost = false;
	for (size_t i = 0; i < p->of->nparts; i++)
		told |= p->of->parts[i] && (p->of->parts[i]->lost || p->of->parts[i]->place.gap);
	if (!told)
		gaps_clear(w->l, p->topic);
}
