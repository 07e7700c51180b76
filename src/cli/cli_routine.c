/*
 * cli_routine.c - `routine`: the Routine Load jobs of the cluster, and those that this configuration would make. Needs no
 * running process.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/xalloc.h"
#include "engine/routine/engine_routine.h"

enum { STATEMENT_MAX = 8 << 20 };

static void put_line(const char *label, const char *text)
{
	if (*text == '\0')
		return;
	printf("%-22s ", label);
	cli_put_safe(stdout, text, strlen(text));
	putchar('\n');
}

/* A statement has lines; everything else in it is escaped. */
static void put_statement(const char *text)
{
	for (const char *line = text, *end; *line; line = end + (*end != '\0')) {
		end = line + strcspn(line, "\n");
		cli_put_safe(stdout, line, (size_t)(end - line));
		fputs(*end ? "\n" : ";\n", stdout);
	}
}

static void dump(json_t *o)
{
	json_dumpf(o, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(o);
}

/* ---- jobs ---- */

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *number_or_null(int64_t n)
{
	return n >= 0 ? json_integer(n) : json_null();
}

static json_t *job_json(const struct routine_job *job)
{
	json_t *o = json_pack("{ss,ss,ss,ss}", "database", job->db, "name", job->name, "table", job->table, "state",
			job->state);
	json_t *places = json_array();

	json_object_set_new(o, "topic", text_or_null(job->topic));
	json_object_set_new(o, "lag", number_or_null(job->lag));
	json_object_set_new(o, "loaded", json_integer(job->loaded));
	json_object_set_new(o, "errors", json_integer(job->errors));
	json_object_set_new(o, "code", number_or_null(job->code));
	json_object_set_new(o, "reason", text_or_null(job->text));
	for (size_t i = 0; i < job->nplaces; i++) {
		const struct routine_place *p = &job->places[i];
		json_t *place = json_pack("{si}", "partition", (int)p->partition);

		json_object_set_new(place, "next", p->next >= 0 ? json_integer(p->next) : text_or_null(p->symbol));
		json_object_set_new(place, "end", number_or_null(p->end));
		json_object_set_new(place, "lag", number_or_null(p->lag));
		json_array_append_new(places, place);
	}
	json_object_set_new(o, "partitions", places);
	return o;
}

static void print_job_line(const struct routine_job *job)
{
	char name[400], table[400], lag[24] = "-";

	snprintf(name, sizeof(name), "%s.%s", job->db, job->name);
	snprintf(table, sizeof(table), "%s", job->table);
	if (job->lag >= 0)
		snprintf(lag, sizeof(lag), "%" PRId64, job->lag);
	cli_put_safe(stdout, name, strlen(name));
	printf("%*s ", 36 > (int)strlen(name) ? 36 - (int)strlen(name) : 0, "");
	cli_put_safe(stdout, table, strlen(table));
	printf("%*s %-13.13s %10s %12" PRId64 " %8" PRId64 "  ", 24 > (int)strlen(table) ? 24 - (int)strlen(table) : 0,
			"", job->state, lag, job->loaded, job->errors);
	cli_put_safe(stdout, job->text, strlen(job->text));
	putchar('\n');
}

static void print_jobs(const struct routine_jobs *jobs, bool as_json)
{
	json_t *list = json_array();

	if (!as_json)
		printf("%-36s %-24s %-13s %10s %12s %8s  %s\n", "JOB", "TABLE", "STATE", "LAG", "LOADED", "ERRORS",
				"REASON");
	for (size_t i = 0; i < jobs->count; i++)
		if (as_json)
			json_array_append_new(list, job_json(&jobs->items[i]));
		else
			print_job_line(&jobs->items[i]);
	if (as_json)
		dump(list);
	else
		json_decref(list);
}

/* Everything that SHOW ROUTINE LOAD says, and what follows from it. */
static void print_job(const struct routine_job *job)
{
	for (size_t i = 0; i < job->ncells; i++)
		put_line(job->cells[i].name, job->cells[i].value ? job->cells[i].value : "");
	for (size_t i = 0; i < job->nplaces; i++) {
		const struct routine_place *p = &job->places[i];

		printf("partition %-12" PRId32 " next ", p->partition);
		if (p->next >= 0)
			printf("%" PRId64, p->next);
		else
			cli_put_safe(stdout, p->symbol, strlen(p->symbol));
		if (p->end >= 0)
			printf(", end %" PRId64, p->end);
		if (p->lag >= 0)
			printf(", lag %" PRId64, p->lag);
		putchar('\n');
	}
	if (strcmp(job->state, "PAUSED") == 0 || strcmp(job->state, "CANCELLED") == 0)
		put_line("to do", routine_remedy(job));
}

static int need_starrocks(const struct settings *s, struct err *err)
{
	if (s->sink.fe_mysql)
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"[starrocks] fe.mysql: expected host:port of a frontend, found nothing; Routine Load is StarRocks'");
}

static int run_list(struct cli *cli, const struct settings *s, struct err *err)
{
	struct routine_jobs jobs;

	if (cli->nwords > 2)
		return err_set(err, ERR_CONFIG, 0, "usage: millrace routine list [DATABASE]");
	if (need_starrocks(s, err) ||
			routine_jobs_read(&s->sink, cli->nwords > 1 ? cli->words[1] : NULL,
					cli_option(cli, "--all") != NULL, &jobs, err))
		return -1;
	print_jobs(&jobs, cli_option(cli, "--json") != NULL);
	routine_jobs_free(&jobs);
	return 0;
}

/* The job that the second word names; jobs are the caller's to free, also after a failure. */
static const struct routine_job *named_job(struct cli *cli, const struct settings *s, bool finished,
		struct routine_jobs *jobs, struct err *err)
{
	*jobs = (struct routine_jobs){ 0 };
	if (cli->nwords < 2) {
		err_set(err, ERR_CONFIG, 0, "usage: millrace routine %s JOB", cli->words[0]);
		return NULL;
	}
	if (need_starrocks(s, err) || routine_jobs_read(&s->sink, NULL, finished, jobs, err))
		return NULL;
	return engine_routine_find(jobs, cli->words[1], err);
}

static int run_show(struct cli *cli, const struct settings *s, struct err *err)
{
	struct routine_jobs jobs;
	const struct routine_job *job = named_job(cli, s, cli_option(cli, "--all") != NULL, &jobs, err);

	if (job && cli_option(cli, "--json")) {
		json_t *o = job_json(job), *cells = json_object();

		for (size_t i = 0; i < job->ncells; i++)
			json_object_set_new(cells, job->cells[i].name,
					job->cells[i].value ? json_string(job->cells[i].value) : json_null());
		json_object_set_new(o, "show", cells);
		dump(o);
	} else if (job) {
		print_job(job);
	}
	routine_jobs_free(&jobs);
	return job ? 0 : -1;
}

/* What was done, or would be. */
static void tell(struct cli *cli, const struct routine_job *job, const char *statement, bool done)
{
	if (cli_option(cli, "--json"))
		dump(json_pack("{ss,ss,ss,sb}", "database", job->db, "name", job->name, "statement", statement, "done",
				(int)done));
	else if (!done)
		put_statement(statement);
	else {
		printf("%s ", cli->words[0]);
		cli_put_safe(stdout, job->db, strlen(job->db));
		putchar('.');
		cli_put_safe(stdout, job->name, strlen(job->name));
		puts(": done");
	}
}

static int run_verb(struct cli *cli, const struct settings *s, struct err *err)
{
	static const struct {
		const char *word, *verb;
	} verbs[] = { { "pause", "PAUSE" }, { "resume", "RESUME" }, { "stop", "STOP" } };
	struct routine_jobs jobs;
	const struct routine_job *job = named_job(cli, s, false, &jobs, err);
	bool dry = cli_option(cli, "--dry-run") != NULL;
	const char *verb = "";
	char *statement;
	int rc = job ? 0 : -1;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(cli->words[0], verbs[i].word) == 0)
			verb = verbs[i].verb;
	if (rc == 0 && !dry)
		rc = routine_command(&s->sink, verb, job->db, job->name, err);
	if (rc == 0) {
		statement = xasprintf("%s ROUTINE LOAD FOR `%s`.`%s`", verb, job->db, job->name);
		tell(cli, job, statement, !dry);
		free(statement);
	}
	routine_jobs_free(&jobs);
	return rc;
}

static int take_properties(struct cli *cli, struct conf_pairs *out, struct err *err)
{
	out->items = xcalloc(CLI_MAX_WORDS, sizeof(*out->items));
	for (int i = 2; i < cli->nwords; i++) {
		const char *equals = strchr(cli->words[i], '=');

		if (equals == NULL || equals == cli->words[i])
			return err_set(err, ERR_CONFIG, 0, "routine alter: expected KEY=VALUE, found '%.100s'",
					cli->words[i]);
		out->items[out->count++] = (struct conf_pair){
			.key = xstrndup(cli->words[i], (size_t)(equals - cli->words[i])),
			.value = xstrdup(equals + 1),
		};
	}
	return out->count ? 0 : err_set(err, ERR_CONFIG, 0, "usage: millrace routine alter JOB KEY=VALUE...");
}

static int alter_job(struct cli *cli, const struct settings *s, const struct routine_job *job,
		const struct conf_pairs *properties, struct err *err)
{
	bool dry = cli_option(cli, "--dry-run") != NULL;
	struct buf sql, shown;
	int rc = 0;

	if (strcmp(job->state, "PAUSED") != 0 && !dry)
		return err_set(err, ERR_CONFIG, 0,
				"routine load %s.%s: expected a job that is PAUSED, found it %s; `millrace routine pause` first",
				job->db, job->name, job->state);
	buf_init(&sql, STATEMENT_MAX);
	buf_init(&shown, STATEMENT_MAX);
	routine_alter(&sql, job->db, job->name, properties, true);
	routine_alter(&shown, job->db, job->name, properties, false);
	if (!dry)
		rc = routine_run(&s->sink, sql.data, err);
	if (rc == 0)
		tell(cli, job, shown.data, !dry);
	buf_done(&sql);
	buf_done(&shown);
	return rc;
}

static int run_alter(struct cli *cli, const struct settings *s, struct err *err)
{
	struct routine_jobs jobs = { 0 };
	struct conf_pairs properties = { 0 };
	const struct routine_job *job = NULL;
	int rc = take_properties(cli, &properties, err);

	if (rc == 0)
		rc = (job = named_job(cli, s, false, &jobs, err)) ? 0 : -1;
	if (rc == 0)
		rc = alter_job(cli, s, job, &properties, err);
	for (size_t i = 0; i < properties.count; i++) {
		free(properties.items[i].key);
		free(properties.items[i].value);
	}
	free(properties.items);
	routine_jobs_free(&jobs);
	return rc;
}

/* ---- create ---- */

static void print_problems(const struct report *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct report_item *item = &problems->items[i];

		fputs("PROBLEM ", stdout);
		cli_put_safe(stdout, item->subject, strlen(item->subject));
		fputs(": ", stdout);
		cli_put_safe(stdout, item->found, strlen(item->found));
		if (item->remedy) {
			fputs("\n          -> ", stdout);
			cli_put_safe(stdout, item->remedy, strlen(item->remedy));
		}
		putchar('\n');
	}
}

static void tell_create(struct cli *cli, const char *statement, const struct report *problems, bool good, bool dry)
{
	json_t *o, *list;

	if (!cli_option(cli, "--json")) {
		print_problems(problems);
		if (good && dry)
			put_statement(statement);
		else if (good) {
			cli_put_safe(stdout, cli->words[1], strlen(cli->words[1]));
			puts(": the job is made; `millrace routine list` shows it");
		}
		return;
	}
	list = json_array();
	for (size_t i = 0; i < problems->count; i++)
		json_array_append_new(list,
				json_pack("{ss,ss,ss?}", "subject", problems->items[i].subject, "found",
						problems->items[i].found, "remedy", problems->items[i].remedy));
	o = json_pack("{ss,sb,so}", "table", cli->words[1], "done", good && !dry, "problems", list);
	json_object_set_new(o, "statement", good ? json_string(statement) : json_null());
	dump(o);
}

static int run_create(struct cli *cli, const struct settings *s, struct err *err)
{
	bool dry = cli_option(cli, "--dry-run") != NULL;
	const struct routine_wish wish = { .table = cli->words[1], .job = cli_option(cli, "--name") };
	struct report problems;
	struct buf sql, made;
	int rc;

	if (cli->nwords != 2)
		return err_set(err, ERR_CONFIG, 0, "usage: millrace routine create TABLE");
	report_init(&problems);
	buf_init(&sql, STATEMENT_MAX);
	buf_init(&made, STATEMENT_MAX);
	rc = engine_routine_statement(s, &wish, &sql, &problems, err); /* the one that is shown, without secrets */
	if (rc == 0 && !dry) {
		report_done(&problems);
		report_init(&problems);
		rc = engine_routine_create(s, &wish, &made, &problems, err);
	}
	if (rc >= 0)
		tell_create(cli, sql.data ? sql.data : "", &problems, rc == 0, dry);
	report_done(&problems);
	buf_done(&sql);
	if (made.data)
		explicit_bzero(made.data, made.len);
	buf_done(&made);
	return rc;
}

/* ---- handover: of a running process ---- */

static int print_step(void *arg, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	const char *text = json_string_value(json_object_get(o, "text"));
	const char *statement = json_string_value(json_object_get(o, "statement"));

	(void)arg;
	if (statement)
		put_statement(statement);
	if (text) {
		cli_put_safe(stdout, text, strlen(text));
		putchar('\n');
		fflush(stdout);
	}
	json_decref(o);
	return 0;
}

static int run_handover(struct cli *cli, const struct settings *s, struct err *err)
{
	struct engine_request r = { .command = "routine-handover", .session = cli_session() };
	bool as_json = cli_option(cli, "--json") != NULL;
	struct cli_call call;
	int rc;

	(void)s;
	if (cli->nwords != 2)
		return err_set(err, ERR_CONFIG, 0, "usage: millrace routine handover TABLE");
	engine_request_give(&r, "table", cli->words[1]);
	engine_request_give(&r, "to", cli_option(cli, "--to"));
	engine_request_give(&r, "dry", cli_given(cli, "--dry-run"));
	if (cli_call(cli, &call, err))
		return -1;
	rc = call.link.request(call.link.self, &r, as_json ? cli_print_line : print_step, NULL, err);
	cli_hang_up(&call);
	return rc;
}

/* ---- convert ---- */

static int run_convert(struct cli *cli, const struct settings *s, struct err *err)
{
	(void)s;
	if (cli->nwords != 2)
		return err_set(err, ERR_CONFIG, 0, "usage: millrace routine convert FILE");
	return cli_convert_file(cli->words[1], true, err);
}

int cli_routine(struct cli *cli)
{
	static const struct {
		const char *word;
		int (*run)(struct cli *cli, const struct settings *s, struct err *err); /* 1: EXIT_PROBLEMS */
		bool alone;								/* it needs no configuration */
	} words[] = {
		{ "list", run_list, false },
		{ "show", run_show, false },
		{ "create", run_create, false },
		{ "pause", run_verb, false },
		{ "resume", run_verb, false },
		{ "stop", run_verb, false },
		{ "alter", run_alter, false },
		{ "handover", run_handover, false },
		{ "convert", run_convert, true },
	};
	const struct settings *s = NULL;
	struct err err;
	int rc;

	err_clear(&err);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(words[i].word, cli->words[0]) != 0)
			continue;
		if (!words[i].alone && (s = cli_settings(cli, &err)) == NULL)
			return cli_fail(&err);
		rc = words[i].run(cli, s, &err);
		return rc < 0 ? cli_fail(&err) : rc ? EXIT_PROBLEMS : EXIT_DONE;
	}
	err_set(&err, ERR_CONFIG, 0,
			"routine: expected list, show, create, pause, resume, stop, alter, handover or convert, found '%.40s'",
			cli->words[0]);
	return cli_fail(&err);
}
