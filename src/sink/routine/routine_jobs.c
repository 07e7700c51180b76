/*
 * routine_jobs.c - the Routine Load jobs of a cluster, whoever made them: SHOW ROUTINE LOAD read by the names of its columns,
 * because releases differ in them, and the JSON in its cells by keys, because their order is nobody's.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sink/routine/routine.h"
#include "sink/routine/routine_column.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (4 << 20)
enum { JOBS_MAX = 10000, PLACES_MAX = 10000 };

/* ---- a row ---- */

static const char *cell(const struct routine_job *job, const char *name)
{
	for (size_t i = 0; i < job->ncells; i++)
		if (strcasecmp(job->cells[i].name, name) == 0)
			return job->cells[i].value ? job->cells[i].value : "";
	return "";
}

static json_t *cell_object(const struct routine_job *job, const char *name)
{
	json_t *o = json_loads(cell(job, name), 0, NULL);

	if (!json_is_object(o)) {
		json_decref(o);
		o = json_object();
	}
	return o;
}

/* StarRocks writes numbers in some releases as numbers and in others as text. */
static int64_t number(const json_t *v, int64_t otherwise)
{
	const char *text = json_string_value(v);
	char *end;
	long long n;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (text == NULL || *text == '\0')
		return otherwise;
	n = strtoll(text, &end, 10);
	return *end == '\0' ? n : otherwise;
}

static struct routine_place *place(struct routine_job *job, const char *partition)
{
	int32_t id = (int32_t)strtol(partition, NULL, 10);

	for (size_t i = 0; i < job->nplaces; i++)
		if (job->places[i].partition == id)
			return &job->places[i];
	if (job->nplaces == PLACES_MAX)
		return NULL;
	job->places = xrealloc(job->places, (job->nplaces + 1) * sizeof(*job->places));
	job->places[job->nplaces] = (struct routine_place){ .partition = id, .next = -1, .end = -1, .lag = -1 };
	return &job->places[job->nplaces++];
}

static int by_partition(const void *a, const void *b)
{
	const struct routine_place *x = a, *y = b;

	return (x->partition > y->partition) - (x->partition < y->partition);
}

/* Progress is the last offset that was consumed, or a word; LatestSourcePosition the log's end. */
static void parse_places(struct routine_job *job)
{
	json_t *progress = cell_object(job, "Progress"), *latest = cell_object(job, "LatestSourcePosition"), *v;
	const char *key;

	json_object_foreach(progress, key, v)
	{
		struct routine_place *p = place(job, key);
		int64_t last = number(v, -1);

		if (p && (json_is_integer(v) || (json_is_string(v) && last >= 0)))
			p->next = last + 1;
		else if (p && json_is_string(v))
			snprintf(p->symbol, sizeof(p->symbol), "%s", json_string_value(v));
		if (p && strcmp(p->symbol, "OFFSET_ZERO") == 0)
			p->next = 0;
	}
	json_object_foreach(latest, key, v)
	{
		struct routine_place *p = place(job, key);

		if (p)
			p->end = number(v, -1);
	}
	json_decref(progress);
	json_decref(latest);
	if (job->nplaces)
		qsort(job->places, job->nplaces, sizeof(*job->places), by_partition);
	job->lag = job->nplaces ? 0 : -1;
	for (size_t i = 0; i < job->nplaces; i++) {
		struct routine_place *p = &job->places[i];

		if (p->next >= 0 && p->end >= 0)
			p->lag = p->end > p->next ? p->end - p->next : 0;
		job->lag = p->lag < 0 || job->lag < 0 ? -1 : job->lag + p->lag;
	}
}

/* ErrorReason{errCode = 102, msg='...'} */
static void parse_reason(struct routine_job *job)
{
	const char *code = strstr(job->reason, "errCode"), *msg = strstr(job->reason, "msg='");
	size_t len;

	job->code = -1;
	if (code && (code = strchr(code, '=')))
		job->code = (int)strtol(code + 1, NULL, 10);
	snprintf(job->text, sizeof(job->text), "%s", msg ? msg + 5 : job->reason);
	len = strlen(job->text);
	if (msg && len >= 2 && strcmp(job->text + len - 2, "'}") == 0)
		job->text[len - 2] = '\0';
}

static char *member(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return xstrdup(text ? text : "");
}

static void parse_maps(struct routine_job *job)
{
	json_t *source = cell_object(job, "DataSourceProperties"), *own = cell_object(job, "JobProperties");
	json_t *figures = cell_object(job, "Statistic");

	job->topic = member(source, "topic");
	job->brokers = member(source, "brokerList");
	job->columns = member(own, "columnToColumnExpr");
	job->loaded = number(json_object_get(figures, "loadedRows"), 0);
	job->errors = number(json_object_get(figures, "errorRows"), 0);
	job->tasks_done = number(json_object_get(figures, "committedTaskNum"), 0);
	job->tasks_failed = number(json_object_get(figures, "abortedTaskNum"), 0);
	json_decref(source);
	json_decref(own);
	json_decref(figures);
}

void routine_job_parse(struct routine_job *job, char *const *names, char *const *values, unsigned count)
{
	*job = (struct routine_job){ .ncells = count };
	job->cells = xcalloc(count + 1, sizeof(*job->cells));
	for (unsigned i = 0; i < count; i++)
		job->cells[i] = (struct routine_cell){ xstrdup(names[i]), values[i] ? xstrdup(values[i]) : NULL };
	job->db = cell(job, "DbName");
	if (strchr(job->db, ':')) /* default_cluster:db, as old releases have it */
		job->db = strchr(job->db, ':') + 1;
	job->name = cell(job, "Name");
	job->table = cell(job, "TableName");
	job->state = cell(job, "State");
	job->paused = cell(job, "PauseTime");
	job->reason = cell(job, "ReasonOfStateChanged");
	job->error_urls = cell(job, "ErrorLogUrls");
	job->tracking = cell(job, "TrackingSQL");
	job->other = cell(job, "OtherMsg");
	parse_reason(job);
	parse_maps(job);
	parse_places(job);
}

void routine_job_free(struct routine_job *job)
{
	for (size_t i = 0; i < job->ncells; i++) {
		free(job->cells[i].name);
		free(job->cells[i].value);
	}
	free(job->cells);
	free(job->topic);
	free(job->brokers);
	free(job->columns);
	free(job->places);
	*job = (struct routine_job){ 0 };
}

void routine_jobs_free(struct routine_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		routine_job_free(&jobs->items[i]);
	free(jobs->items);
	*jobs = (struct routine_jobs){ 0 };
}

bool routine_is_final(const struct routine_job *job)
{
	return strcmp(job->state, "STOPPED") == 0 || strcmp(job->state, "CANCELLED") == 0;
}

static const struct {
	int code;
	const char *remedy;
} remedies[] = {
	{ 3, "Start the backends that are down. StarRocks resumes the job by itself a few times, while few are down; after that resume it." },
	{ 4, "Check that the backends reach Kafka and that the topic is there; then resume the job." },
	{ 5, "Make the database and the table again, and a new job." },
	{ 6, "Make the table again, and a new job." },
	{ 100, "Resume the job when it may go on." },
	{ 102, "Look at the rows that were refused (millrace routine show), correct the column or the source, then resume the job." },
	{ 104, "If the offset is no longer in the topic, read the table again and make a new job; else resume it." },
};

static const char other_remedy[] = "Correct what the reason names; then resume the job.";

const char *routine_remedy(const struct routine_job *job)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
		if (remedies[i].code == job->code)
			return remedies[i].remedy;
	return other_remedy;
}

void routine_remedies(struct report *r)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(*remedies); i++)
		report_add(r, REPORT_PROBLEM, "job", remedies[i].remedy, "ErrorCode %d", remedies[i].code);
	report_add(r, REPORT_PROBLEM, "job", other_remedy, "another ErrorCode");
	routine_statement_remedies(r);
	routine_column_remedies(r);
}

/* ---- the cluster ---- */

static void keep_job(void *context, const struct starrocks_record *r)
{
	struct routine_jobs *jobs = context;

	if (jobs->count == JOBS_MAX)
		return;
	jobs->items = xrealloc(jobs->items, (jobs->count + 1) * sizeof(*jobs->items));
	routine_job_parse(&jobs->items[jobs->count++], r->names, r->values, r->count);
}

struct job_names {
	char **items;
	size_t count;
};

static void keep_database(void *context, const struct starrocks_record *r)
{
	static const char *const systems[] = { "information_schema", "_statistics_", "sys" };
	struct job_names *names = context;

	for (size_t i = 0; r->count && r->values[0] && i < sizeof(systems) / sizeof(*systems); i++)
		if (strcmp(r->values[0], systems[i]) == 0)
			return;
	if (r->count == 0 || r->values[0] == NULL)
		return;
	names->items = xrealloc(names->items, (names->count + 1) * sizeof(*names->items));
	names->items[names->count++] = xstrdup(r->values[0]);
}

static int read_database(struct starrocks_sql *sql, const char *db, bool finished, struct routine_jobs *out,
		struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b, SQL_MAX);
	buf_printf(&b, "SHOW %sROUTINE LOAD FROM ", finished ? "ALL " : "");
	starrocks_name(&b, db);
	rc = starrocks_sql_run(sql, b.data, keep_job, out, err);
	buf_done(&b);
	return rc;
}

struct routine_reader {
	struct starrocks_sql *sql;
};

struct routine_reader *routine_reader_new(const struct sink_conf *conf)
{
	struct routine_reader *r = xcalloc(1, sizeof(*r));

	r->sql = starrocks_sql_new(conf);
	return r;
}

int routine_reader_read(struct routine_reader *r, const char *db, bool finished, struct routine_jobs *out,
		struct err *err)
{
	return read_database(r->sql, db, finished, out, err);
}

void routine_reader_cancel(struct routine_reader *r)
{
	starrocks_sql_cancel(r->sql);
}

void routine_reader_free(struct routine_reader *r)
{
	if (r)
		starrocks_sql_free(r->sql);
	free(r);
}

int routine_jobs_read(const struct sink_conf *conf, const char *db, bool finished, struct routine_jobs *out,
		struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	struct job_names names = { 0 };
	int rc = 0;

	*out = (struct routine_jobs){ 0 };
	if (db)
		rc = read_database(sql, db, finished, out, err);
	else
		rc = starrocks_sql_run(sql, "SHOW DATABASES", keep_database, &names, err);
	for (size_t i = 0; i < names.count; i++) {
		if (rc == 0)
			rc = read_database(sql, names.items[i], finished, out, err);
		free(names.items[i]);
	}
	free(names.items);
	starrocks_sql_free(sql);
	if (rc)
		routine_jobs_free(out);
	return rc;
}

int routine_run(const struct sink_conf *conf, const char *statement, struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	int rc = starrocks_sql_run(sql, statement, NULL, NULL, err);

	starrocks_sql_free(sql);
	return rc;
}

int routine_command(const struct sink_conf *conf, const char *verb, const char *db, const char *job, struct err *err)
{
	struct buf b;
	int rc;

	buf_init(&b, SQL_MAX);
	buf_printf(&b, "%s ROUTINE LOAD FOR ", verb);
	starrocks_name(&b, db);
	buf_putc(&b, '.');
	starrocks_name(&b, job);
	rc = routine_run(conf, b.data, err);
	buf_done(&b);
	return rc;
}

static void keep_version(void *context, const struct starrocks_record *r)
{
	unsigned part[3] = { 0 };

	if (r->count && r->values[0])
		sscanf(r->values[0], "%u.%u.%u", &part[0], &part[1], &part[2]);
	*(unsigned *)context = part[0] * 10000 + part[1] * 100 + part[2];
}

int routine_version(const struct sink_conf *conf, unsigned *version, struct err *err)
{
	struct starrocks_sql *sql = starrocks_sql_new(conf);
	int rc;

	*version = 0;
	rc = starrocks_sql_run(sql, "SELECT current_version()", keep_version, version, err);
	starrocks_sql_free(sql);
	return rc;
}
