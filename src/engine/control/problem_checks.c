/*
 * problem_checks.c - see problem_checks.h. What a problem is about (its kind) says which rooms are asked; each asks its own system, in the
 * order of the data. Of a table's problem, lines about other tables are left out.
 */
#include "engine/control/problem_checks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "engine/control/engine_inspect.h"
#include "engine/base/reach.h"

enum { MYSQL_PORT = 3306, KAFKA_PORT = 9092, FE_HTTP_PORT = 8030, FE_MYSQL_PORT = 9030, PARTITIONS_MOST = 16 };

struct looking {
	struct engine *e;
	const struct status *s;
	const struct status_problem *p;
	problem_found *found;
	void *arg;
	bool gone;	       /* nobody listens */
	struct schema *schema; /* of a table's problem, as MySQL has it; NULL: not known */
	const char *table;     /* of it; NULL: the problem is of no table */
};

static void tell(struct looking *l, enum report_level level, const char *subject, int64_t ms, const char *found,
		const char *remedy)
{
	l->gone = l->gone || l->found(l->arg, level, subject, ms, found, remedy) != 0;
}

static void tell_reach(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found)
{
	tell(arg, level, subject, ms, found, NULL);
}

/* Lines about tables: of a table's problem those of that table, else those that are not well. That the embedded log is in use, this
 * process knows. */
static bool is_about(const struct looking *l, const struct report_item *item)
{
	if (strcmp(item->subject, "embedded log") == 0 && item->level == REPORT_NOTE)
		return false;
	if (strncmp(item->subject, "table ", 6) != 0)
		return true;
	return l->table ? strcmp(item->subject + 6, l->table) == 0 : item->level != REPORT_OK;
}

/* What a room says of its system, on its way. */
struct saying {
	struct report report;
	struct err err;
	int64_t begun_us;
};

static void saying_begin(struct saying *r)
{
	r->begun_us = clock_mono_us();
	report_init(&r->report);
	err_clear(&r->err);
}

/* The first line has the time that all took. */
static void saying_end(struct looking *l, struct saying *r)
{
	int64_t ms = (clock_mono_us() - r->begun_us) / 1000;

	for (size_t i = 0; i < r->report.count; i++) {
		const struct report_item *item = &r->report.items[i];

		if (is_about(l, item))
			tell(l, item->level, item->subject, i == 0 ? ms : -1, item->found, item->remedy);
	}
	report_done(&r->report);
}

/* rc: of the room that was asked. */
static void saying_end_system(struct looking *l, struct saying *r, int rc, const char *subject,
		enum inspect_system system)
{
	if (rc)
		report_add(&r->report, REPORT_PROBLEM, subject, inspect_remedy(l->e->settings, system, r->err.kind),
				"%s", r->err.msg);
	saying_end(l, r);
}

/* ---- the rooms ---- */

static void look_mysql(struct looking *l)
{
	const struct mysql_conf *conf = l->e->capture ? capture_mysql_conf(l->e->capture) : &l->e->settings->mysql;
	struct saying r;

	if (conf->socket == NULL)
		reach_look("mysql", conf->host, conf->port > 0 ? (unsigned)conf->port : MYSQL_PORT, tell_reach, l);
	if (l->gone)
		return;
	saying_begin(&r);
	saying_end_system(l, &r, source_check(conf, &r.report, &r.err), "mysql login", INSPECT_MYSQL);
}

static void look_log(struct looking *l)
{
	const struct log_conf *conf = &l->e->settings->log;
	struct saying r;

	if (conf->bootstrap_servers)
		reach_look("kafka", conf->bootstrap_servers, KAFKA_PORT, tell_reach, l);
	if (l->gone)
		return;
	saying_begin(&r);
	saying_end_system(l, &r, log_check(conf, &r.report, &r.err), "log", INSPECT_LOG);
}

static void look_target(struct looking *l)
{
	const struct sink_conf *conf = &l->e->settings->sink;
	struct saying r;

	if (conf->fe_http) {
		reach_look("starrocks", conf->fe_http, FE_HTTP_PORT, tell_reach, l);
		reach_look("starrocks", conf->fe_mysql, FE_MYSQL_PORT, tell_reach, l);
	}
	if (l->gone)
		return;
	saying_begin(&r);
	saying_end_system(l, &r, sink_check(conf, &l->schema, l->schema ? 1 : 0, &r.report, &r.err), "target",
			INSPECT_TARGET);
}

/* The table as MySQL has it now; what it is called is needed for all that follows. */
static void look_table(struct looking *l)
{
	char subject[TABLE_NAME_ROOM + 16], found[100];
	int64_t begun_us = clock_mono_us();
	struct source_reader *r;
	struct err err;

	if (l->e->capture == NULL)
		return;
	err_clear(&err);
	r = source_reader_open(capture_mysql_conf(l->e->capture), l->table, &err);
	snprintf(subject, sizeof(subject), "mysql table %s", l->table);
	if (r == NULL) {
		tell(l, REPORT_PROBLEM, subject, -1, err.msg, NULL);
		return;
	}
	l->schema = schema_ref(source_reader_schema(r));
	snprintf(found, sizeof(found), "%u columns, %u in the key", (unsigned)l->schema->ncolumns,
			(unsigned)l->schema->nkey);
	tell(l, REPORT_OK, subject, (clock_mono_us() - begun_us) / 1000, found, NULL);
	source_reader_close(r);
}

static void look_partitions(struct looking *l)
{
	char table[TABLE_NAME_ROOM], subject[300], found[200];
	unsigned told = 0;

	for (size_t i = 0; i < l->s->npartitions && told < PARTITIONS_MOST; i++) {
		const struct status_partition *p = &l->s->partitions[i];
		bool lost = p->committed >= 0 && p->committed < p->low;

		if (!format_topic_table(&l->e->settings->format, p->topic, table, sizeof(table)) ||
				strcmp(table, l->table) != 0)
			continue;
		told++;
		snprintf(subject, sizeof(subject), "partition %.240s[%d]", p->topic, (int)p->id);
		if (p->committed < 0)
			snprintf(found, sizeof(found), "messages %" PRId64 " to %" PRId64 ", nothing is loaded yet",
					p->low, p->high);
		else
			snprintf(found, sizeof(found),
					"messages %" PRId64 " to %" PRId64 ", loaded up to %" PRId64 ": %" PRId64
					" wait",
					p->low, p->high, p->committed, p->lag);
		tell(l, lost ? REPORT_PROBLEM : REPORT_OK, subject, -1, found,
				lost ? "Messages were removed before they were loaded: read the table again." : NULL);
	}
}

static void look_script(struct looking *l)
{
	const struct settings *s = atomic_load(&l->e->shared.live);
	const struct table_settings *t = settings_for_table(s, l->table ? l->table : l->p->subject);
	struct saying r;

	if (t == NULL || !table_has_script(t))
		return;
	saying_begin(&r);
	inspect_script(s, t, l->schema, &r.report);
	saying_end(l, &r);
}

static void look_disk(struct looking *l)
{
	const char *path = l->e->settings->state_dir;
	struct statvfs fs;
	char found[100], left[32], all[32];

	if (statvfs(path, &fs)) {
		tell(l, REPORT_PROBLEM, "disk of state.dir", -1, "the folder cannot be asked", NULL);
		return;
	}
	left[num_bytes(left, (uint64_t)fs.f_bavail * fs.f_frsize)] = '\0';
	all[num_bytes(all, (uint64_t)fs.f_blocks * fs.f_frsize)] = '\0';
	snprintf(found, sizeof(found), "%s of %s are free", left, all);
	tell(l, fs.f_bavail ? REPORT_OK : REPORT_PROBLEM, "disk of state.dir", -1, found, NULL);
}

static const struct room {
	const char *kind, *subject; /* of the problem; subject NULL: any */
	void (*looks[6])(struct looking *l);
} rooms[] = {
	{ "half", "capture", { look_mysql, look_log, look_disk } },
	{ "endpoint", "MySQL", { look_mysql } },
	{ "endpoint", "Kafka", { look_log } },
	{ "endpoint", "StarRocks", { look_target } },
	{ "half", NULL, { look_log, look_target, look_disk } },
	{ "table", NULL, { look_mysql, look_table, look_log, look_partitions, look_script, look_target } },
	{ "script", NULL, { look_script } },
	{ "topic", NULL, { look_log } },
	{ "log", NULL, { look_log, look_disk } },
	{ "job", NULL, { look_target, look_log } },
	{ "disk", NULL, { look_disk } },
};

void problem_checks(struct engine *e, const struct status *s, const struct status_problem *p, problem_found *found,
		void *arg)
{
	struct looking l = { .e = e, .s = s, .p = p, .found = found, .arg = arg };
	const struct room *room = rooms, *end = rooms + sizeof(rooms) / sizeof(*rooms);

	if (strcmp(p->kind, "table") == 0)
		l.table = p->subject;
	while (room < end &&
			(strcmp(room->kind, p->kind) != 0 || (room->subject && strcmp(room->subject, p->subject) != 0)))
		room++;
	for (size_t i = 0; room < end && i < sizeof(room->looks) / sizeof(*room->looks) && room->looks[i] && !l.gone;
			i++)
		room->looks[i](&l);
	schema_unref(l.schema);
}
