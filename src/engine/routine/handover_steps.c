/* handover_steps.c - see handover.h. */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/unique.h"
#include "core/xalloc.h"
#include "engine/routine/engine_routine.h"
#include "engine/routine/handover.h"

enum {
	DRAIN_MS = 60000, /* until everything that was read is loaded */
	STEP_MS = 30000,
	END_MS = 60000, /* until a job has ended */
	LOOK_MS = 200,
	STATEMENT_MAX = 8 << 20,
	NUMBER_LEN = 9 /* "_89abcdef" */
};

static void handing_route(struct handing *g, struct engine *e, const char *table)
{
	const char *dot = strchr(table, '.');
	char *db = xstrndup(table, dot ? (size_t)(dot - table) : strlen(table));

	*g = (struct handing){ .e = e, .s = atomic_load(&e->shared.live), .table = table };
	sink_route(&e->settings->sink, db, dot ? dot + 1 : "", &g->target);
	free(db);
}

int handing_init(struct handing *g, struct engine *e, const char *table, struct err *err)
{
	struct lent_table *all;
	size_t n;

	handing_route(g, e, table);
	all = load_lent(e->load, &n);
	if (all == NULL)
		return err_set(err, ERR_UNREACHABLE, 0,
				"routine handover: the load half has not come to its partitions yet; see `millrace status`");
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].table, table) == 0)
			g->lent = all[i];
		else
			lent_table_done(&all[i]);
	free(all);
	return 0;
}

void handing_done(struct handing *g)
{
	lent_table_done(&g->lent);
}

enum loader handing_loader(const struct lent_table *t)
{
	static const enum loader first[] = { LOADER_TAKING, LOADER_LENDING, LOADER_ROUTINE };

	for (size_t k = 0; k < sizeof(first) / sizeof(*first); k++)
		for (size_t i = 0; i < t->nparts; i++)
			if (t->parts[i].loader == first[k])
				return first[k];
	return LOADER_OWN;
}

static bool has(const struct lent_table *t, enum loader loader)
{
	for (size_t i = 0; i < t->nparts; i++)
		if (t->parts[i].loader == loader)
			return true;
	return false;
}

void handing_job(const struct handing *g, char out[HANDOVER_JOB_ROOM])
{
	char *name;
	uint64_t job = 0;

	out[0] = '\0';
	for (size_t i = 0; i < g->lent.nparts && job == 0; i++)
		job = g->lent.parts[i].job;
	if (job == 0)
		return;
	name = routine_job_name(g->target.table);
	snprintf(out, HANDOVER_JOB_ROOM, "%.*s_%08x", HANDOVER_JOB_ROOM - 1 - NUMBER_LEN, name, (unsigned)job);
	free(name);
}

/* The newest of that name: the number in it is nobody else's. */
static const struct routine_job *handing_find(const struct handing *g, const struct routine_jobs *jobs)
{
	char name[HANDOVER_JOB_ROOM];

	handing_job(g, name);
	for (size_t i = jobs->count; i-- > 0 && name[0];)
		if (strcmp(jobs->items[i].db, g->target.db) == 0 && strcmp(jobs->items[i].name, name) == 0)
			return &jobs->items[i];
	return NULL;
}

/* ---- what is told ---- */

static void emit(struct handing *g, const char *member, const char *text)
{
	json_t *o;
	char *line;

	if (g->emit == NULL)
		return;
	o = json_pack("{ss,ss}", "table", g->table, member, text);
	line = o ? json_dumps(o, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	if (line)
		g->emit(g->arg, line, strlen(line));
	free(line);
	json_decref(o);
}

static void tell(struct handing *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void tell(struct handing *g, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	logline(LOG_NOTICE, "routine", "%s: %s", g->table, text);
	emit(g, "text", text);
}

static void tell_offsets(struct handing *g, const char *what)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < g->lent.nparts; i++)
		buf_printf(&b, " %d:%lld", (int)g->lent.parts[i].partition, (long long)g->lent.parts[i].offset);
	tell(g, "%s%.900s", what, b.data ? b.data : "");
	buf_done(&b);
}

/* ---- the job ---- */

static int read_jobs(const struct handing *g, struct routine_jobs *jobs, struct err *err)
{
	return routine_jobs_read(&g->e->settings->sink, g->target.db, true, jobs, err);
}

/* Then it has no job. A user who may not ask knows nothing. */
static bool is_no_database(const struct err *err)
{
	return err->kind == ERR_CONFIG;
}

static int lend(struct handing *g, const struct lend *wish, struct err *err)
{
	struct lend full = *wish;

	full.table = g->table;
	full.job = (uint64_t)unique_number() & UINT32_MAX;
	full.wait_ms = wish->wait_ms ? wish->wait_ms : STEP_MS;
	lent_table_done(&g->lent);
	return load_lend(g->e->load, &full, &g->lent, err);
}

/* One that needs to know nothing more. */
static int lend_step(struct handing *g, enum lend_step step, struct err *err)
{
	return lend(g, &(struct lend){ .step = step }, err);
}

/* Offsets that go along with it. */
static int lend_moved(struct handing *g, enum lend_step step, const struct lent_table *to, struct err *err)
{
	return lend(g, &(struct lend){ .step = step, .moved = to->parts, .nmoved = to->nparts }, err);
}

/* ---- to Routine Load ---- */

/* Two loaders of one table would overwrite each other's rows with older ones. */
static int refuse_other_jobs(const struct handing *g, struct err *err)
{
	struct routine_jobs jobs;
	int rc = 0;

	if (read_jobs(g, &jobs, err)) {
		if (!is_no_database(err))
			return -1;
		err_clear(err);
		return 0;
	}
	for (size_t i = 0; i < jobs.count && rc == 0; i++) {
		const struct routine_job *job = &jobs.items[i];

		if (!routine_is_final(job) && strcmp(job->table, g->target.table) == 0)
			rc = err_set(err, ERR_CONFIG, 0,
					"routine handover: expected no job that loads %s.%s, found %s (%s); `millrace routine stop %s.%s` first",
					g->target.db, g->target.table, job->name, job->state, job->db, job->name);
	}
	routine_jobs_free(&jobs);
	return rc;
}

static int refuse(struct handing *g, const struct report *problems, struct err *err)
{
	for (size_t i = 0; i < problems->count; i++)
		tell(g, "%s: %s; %s", problems->items[i].subject, problems->items[i].found,
				problems->items[i].remedy ? problems->items[i].remedy : "");
	return err_set(err, ERR_CONFIG, 0, "routine handover: a job would not load it right: %s: %s%s%s",
			problems->items[0].subject, problems->items[0].found, problems->items[0].remedy ? ": " : "",
			problems->items[0].remedy ? problems->items[0].remedy : "");
}

static struct routine_wish wish_of(struct handing *g, const char *job, struct routine_offset *offsets)
{
	for (size_t i = 0; i < g->lent.nparts; i++)
		offsets[i] = (struct routine_offset){ g->lent.parts[i].partition, g->lent.parts[i].offset };
	return (struct routine_wish){
		.table = g->table,
		.job = job[0] ? job : NULL,
		.offsets = offsets,
		.noffsets = g->lent.nparts,
		.handed_over = true,
	};
}

/* make: the job and, where it is missing, the table; else the statement is only looked at, and told when it is wanted. */
static int plan(struct handing *g, bool make, bool show, struct err *err)
{
	struct routine_offset *offsets = xcalloc(g->lent.nparts + 1, sizeof(*offsets));
	char job[HANDOVER_JOB_ROOM];
	struct routine_wish wish;
	struct report problems;
	struct buf sql;
	int rc;

	handing_job(g, job);
	wish = wish_of(g, job, offsets);
	report_init(&problems);
	buf_init(&sql, STATEMENT_MAX);
	rc = make ? engine_routine_create(g->s, &wish, &sql, &problems, err)
		  : engine_routine_statement(g->s, &wish, &sql, &problems, err);
	if (rc > 0)
		rc = refuse(g, &problems, err);
	else if (rc == 0 && show)
		emit(g, "statement", sql.data);
	if (sql.data)
		explicit_bzero(sql.data, sql.len);
	buf_done(&sql);
	report_done(&problems);
	free(offsets);
	return rc;
}

static int refuse_paused(const struct handing *g, struct err *err)
{
	struct table_meter *m = table_meter_find(g->e->shared.tables, g->table);

	if (m && atomic_load(&m->paused))
		return err_set(err, ERR_CONFIG, 0,
				"routine handover: %s is paused, and what was read of it cannot be loaded first: `millrace resume %s`",
				g->table, g->table);
	return 0;
}

/* A job whose number is ours was made from these offsets, by a step that nobody saw the end of. */
static int make_job(struct handing *g, struct err *err)
{
	struct routine_jobs jobs = { 0 };
	bool made;

	if (read_jobs(g, &jobs, err) && !is_no_database(err))
		return -1;
	err_clear(err);
	made = handing_find(g, &jobs) != NULL;
	routine_jobs_free(&jobs);
	return made ? 0 : plan(g, true, false, err);
}

static int begin(struct handing *g, struct err *err)
{
	if (refuse_paused(g, err) || lend(g, &(struct lend){ .step = LEND_BEGIN, .wait_ms = DRAIN_MS }, err)) {
		struct table_meter *m = table_meter_find(g->e->shared.tables, g->table);
		char why[300] = "";

		if (m && err->kind == ERR_UNREACHABLE)
			table_meter_error_get(g->e->shared.tables, m, why, sizeof(why));
		if (why[0])
			err_set(err, ERR_UNREACHABLE, 0,
					"routine handover: what was read of %s is not loaded within %d s, so it stays with millrace: %s",
					g->table, DRAIN_MS / 1000, why);
		return -1;
	}
	tell_offsets(g, "millrace loads nothing from these offsets on:");
	return 0;
}

static bool is_fresh(const struct lent_table *t)
{
	bool fresh = false;

	for (size_t i = 0; i < t->nparts; i++)
		fresh |= t->parts[i].fresh;
	return fresh;
}

/* Before a job loads the first row of the topic. */
static int look_at_target(struct handing *g, struct err *err)
{
	enum handover_old old;

	if (handover_old_rows(g, &old, err))
		return -1;
	if (old == HANDOVER_EMPTIED)
		tell(g, "the target had rows; emptied for the initial snapshot");
	return lend(g, &(struct lend){ .step = LEND_LOOKED, .old_rows = old == HANDOVER_OLD_STAYS }, err);
}

/* Where it would begin, if it were now. */
static int look_at_offsets(struct handing *g, struct err *err)
{
	struct log *log = shared_log(&g->e->shared, err);
	struct log_groups groups;
	char name[TABLE_NAME_ROOM];

	if (log == NULL || log_groups(log, g->e->settings->load.group, &groups, err))
		return -1;
	for (size_t i = 0; i < groups.count; i++) {
		const struct log_group_offset *o = &groups.items[i];

		if (o->offset < 0 || !format_topic_table(&g->e->settings->format, o->topic, name, sizeof(name)) ||
				strcmp(name, g->table) != 0)
			continue;
		g->lent.parts = xrealloc(g->lent.parts, (g->lent.nparts + 1) * sizeof(*g->lent.parts));
		g->lent.parts[g->lent.nparts++] = (struct lent_partition){ .partition = o->partition,
			.offset = o->offset };
	}
	log_groups_free(&groups);
	tell_offsets(g, "millrace would load nothing from its offsets on; as of now:");
	return 0;
}

int handover_to_routine(struct handing *g, bool dry, struct err *err)
{
	enum loader now = handing_loader(&g->lent);
	char job[HANDOVER_JOB_ROOM];

	if (now == LOADER_TAKING)
		return err_set(err, ERR_CONFIG, 0,
				"routine handover: %s is being taken back; wait until `millrace status` says stream",
				g->table);
	if (now == LOADER_ROUTINE) {
		tell(g, "a Routine Load job has it already");
		return 0;
	}
	if (dry && now == LOADER_OWN && look_at_offsets(g, err))
		return -1;
	if (plan(g, false, dry, err) ||
			(now == LOADER_OWN && (refuse_other_jobs(g, err) || handover_refuse_owner(g, err))))
		return -1;
	if (dry)
		return 0;
	if ((now == LOADER_OWN || has(&g->lent, LOADER_OWN)) && begin(g, err))
		return -1;
	if (is_fresh(&g->lent) && look_at_target(g, err))
		return -1;
	handing_job(g, job);
	if (make_job(g, err))
		return -1;
	tell(g, "job %s.%s loads it from these offsets on", g->target.db, job);
	return lend_step(g, LEND_MADE, err);
}

/* ---- back ---- */

static void progress_of(struct lent_table *t, const struct routine_job *job)
{
	for (size_t i = 0; i < t->nparts; i++)
		for (size_t k = 0; k < job->nplaces; k++)
			if (job->places[k].partition == t->parts[i].partition && job->places[k].next >= 0)
				t->parts[i].offset = job->places[k].next;
}

/* PAUSE, then STOP: a job that has ended never goes on, so its progress is what it is. 1: not ended yet. */
static int end_job(struct handing *g, bool *known, struct err *err)
{
	struct routine_jobs jobs;
	const struct routine_job *job;
	bool paused;
	int rc = 0;

	if (read_jobs(g, &jobs, err)) {
		if (!is_no_database(err))
			return -1;
		err_clear(err);
		return 0; /* the database is gone, and the job with it */
	}
	job = handing_find(g, &jobs);
	*known = job != NULL;
	if (job && !routine_is_final(job)) {
		paused = strcmp(job->state, "PAUSED") == 0;
		rc = routine_command(&g->e->settings->sink, paused ? "STOP" : "PAUSE", job->db, job->name, err) ? -1
														: 1;
	} else if (job) {
		progress_of(&g->lent, job);
	}
	routine_jobs_free(&jobs);
	return rc;
}

/* A command that comes too late is refused, and the next look says what the job is. */
static int end_job_surely(struct handing *g, bool *known, struct err *err)
{
	int64_t until_us = clock_mono_us() + END_MS * 1000LL;
	int rc;

	while ((rc = end_job(g, known, err)) != 0) {
		if (rc < 0 && (!err_is_refusal(err) || clock_mono_us() > until_us))
			return -1;
		if (clock_mono_us() > until_us)
			return err_set(err, ERR_RETRY, 0, "routine handover: the job of %s does not end within %d s",
					g->table, END_MS / 1000);
		err_clear(err);
		clock_sleep_ms(LOOK_MS);
	}
	return 0;
}

static int tell_back(struct handing *g, struct err *err)
{
	struct routine_jobs jobs;
	const struct routine_job *job;

	if (read_jobs(g, &jobs, err))
		return -1;
	job = handing_find(g, &jobs);
	if (job)
		progress_of(&g->lent, job);
	tell(g, "job %s is %s; it would be paused and stopped", job ? job->name : "none", job ? job->state : "gone");
	tell_offsets(g, "millrace would load from there on; as of now:");
	routine_jobs_free(&jobs);
	return 0;
}

int handover_to_stream(struct handing *g, bool dry, struct err *err)
{
	enum loader now = handing_loader(&g->lent);
	char job[HANDOVER_JOB_ROOM];
	struct lent_table ends;
	bool known = false;
	int rc;

	if (now == LOADER_OWN) {
		tell(g, "millrace loads it already");
		return 0;
	}
	if (dry)
		return tell_back(g, err);
	if (settings_by_routine(g->s, settings_for_table(g->s, g->table)))
		return err_set(err, ERR_CONFIG, 0,
				"routine handover: load = routine would hand %s over again; take that out of its [table] section or of [starrocks] first, and `millrace do reload`",
				g->table);
	if ((has(&g->lent, LOADER_LENDING) || has(&g->lent, LOADER_ROUTINE)) && lend_step(g, LEND_TAKE, err))
		return -1;
	handing_job(g, job);
	if (end_job_surely(g, &known, err))
		return -1;
	if (known)
		tell(g, "job %s.%s has ended", g->target.db, job);
	else
		tell(g, "StarRocks does not know job %s.%s; what it was seen to have loaded last counts", g->target.db,
				job);
	tell_offsets(g, "millrace loads from these offsets on:");
	ends = g->lent;
	g->lent = (struct lent_table){ .parts = NULL };
	rc = lend_moved(g, LEND_TAKEN, &ends, err);
	lent_table_done(&ends);
	return rc;
}

/* ---- while the job has it ---- */

int handover_follow(struct handing *g, const struct routine_jobs *jobs, char *ended, size_t size, struct err *err)
{
	const struct routine_job *job = handing_find(g, jobs);
	struct lent_table ends = g->lent;
	char name[HANDOVER_JOB_ROOM];
	bool moved = false;
	int rc = 0;

	ended[0] = '\0';
	handing_job(g, name);
	if (job == NULL || routine_is_final(job))
		snprintf(ended, size, "job %s.%s: expected it to load the table, found it %s", g->target.db, name,
				job ? job->state : "gone");
	if (job == NULL)
		return 0;
	ends.parts = xmalloc((ends.nparts + 1) * sizeof(*ends.parts));
	memcpy(ends.parts, g->lent.parts, ends.nparts * sizeof(*ends.parts));
	progress_of(&ends, job);
	for (size_t i = 0; i < ends.nparts; i++)
		moved |= ends.parts[i].offset > g->lent.parts[i].offset;
	if (moved)
		rc = lend_moved(g, LEND_MOVED, &ends, err);
	lent_table_done(&ends);
	return rc;
}
