/* cli_status.c - what a running process is doing, on one page. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "core/num/num.h"

enum { NAME_MIN = 24, NAME_MAX = 64 }; /* with the least a line of a table takes 80 columns */

static void rows_text(char *out, size_t size, int64_t rows)
{
	if (rows < 0)
		snprintf(out, size, "-");
	else
		snprintf(out, size, "%" PRId64, rows);
}

static void print_trouble(const struct status_trouble *t)
{
	char when[32];

	if (t->error[0] == '\0')
		return;
	fputs("         error: ", stdout);
	cli_put_safe(stdout, t->error, strlen(t->error));
	cli_duration(when, sizeof(when), t->retry_ms);
	printf("\n                %s; %u %s failed, ", t->kind, t->tries, t->tries == 1 ? "try" : "tries");
	if (t->retry_ms < 0)
		puts("waits for `millrace resume`");
	else if (t->retry_ms == 0)
		puts("the next one is under way");
	else
		printf("the next one in %s\n", when);
}

static void print_fill(const struct status_fill *f)
{
	const char *why = *f->throttled ? f->throttled : *f->error ? f->error : f->waits;
	char left[32];

	if (f->tables == 0)
		return;
	cli_duration(left, sizeof(left), f->all_left_ms);
	printf("\n         snapshot beside the stream: %u of %u tables, %" PRIu64 " of about %" PRIu64
	       " rows, %.0f rows/s, "
	       "%s left%s",
			f->tables_done, f->tables_done + f->tables, f->all_rows, f->all_total, f->rows_per_s, left,
			f->paused ? ", paused" : "");
	if (*why) {
		fputs(*f->throttled ? "\n         throttled: " : "\n         waits: ", stdout);
		cli_put_safe(stdout, why, strlen(why));
	}
}

/* What a server or a person named: through the sanitiser. */
static void say(const char *before, const char *text)
{
	fputs(before, stdout);
	cli_put_safe(stdout, text, strlen(text));
}

static void print_capture(const struct status *s)
{
	const struct status_capture *c = &s->capture;
	char lag[32], left[32];

	cli_duration(lag, sizeof(lag), c->lag_ms);
	printf("capture  %-10s", half_state_name(c->state));
	say(" ", c->server);
	if (c->snapshot.running) {
		cli_duration(left, sizeof(left), c->snapshot.left_ms);
		printf("\n         snapshot %u of %u tables, %" PRIu64 " of about %" PRIu64
		       " rows, %.0f rows/s, %s left",
				c->snapshot.tables_done, c->snapshot.tables_total, c->snapshot.rows_done,
				c->snapshot.rows_total, c->snapshot.rows_per_s, left);
		if (c->snapshot.keeps_ms >= 0) {
			cli_duration(left, sizeof(left), c->snapshot.keeps_ms);
			printf("\n         MySQL keeps the binlog that has to follow for %s more", left);
		}
	} else if (c->file[0]) {
		say("\n         at ", c->file);
		printf(":%" PRIu64 ", lag %s", c->pos, lag);
		if (c->behind_bytes >= 0)
			printf(", %" PRId64 " bytes behind the server", c->behind_bytes);
	}
	print_fill(&c->fill);
	if (c->snapshot.running && c->fill.throttled[0])
		say("\n         throttled: ", c->fill.throttled);
	if (c->why[0])
		say("\n         ", c->why);
	if (c->gtid[0])
		say("\n         gtids ", c->gtid);
	putchar('\n');
	cli_print_readings(s);
	print_trouble(&c->trouble);
}

static void print_load(const struct status_load *l)
{
	char lag[32], rows[24];

	cli_duration(lag, sizeof(lag), l->lag_ms);
	rows_text(rows, sizeof(rows), l->lag_rows);
	printf("load     %-10s", half_state_name(l->state));
	say(" ", l->target);
	printf("\n         lag %s rows, %s; %" PRIu64 " loads\n", rows, lag, l->loads);
	print_trouble(&l->trouble);
}

static void print_stages(const struct status *s)
{
	printf("\n%-8s %12s %12s %9s %9s %9s %6s %6s\n", "STAGE", "IN", "OUT", "ROWS/S", "P50", "P99", "QUEUE", "BUSY");
	for (size_t i = 0; i < s->nstages; i++) {
		const struct status_stage *st = &s->stages[i];
		char p50[32], p99[32];

		cli_micros(p50, sizeof(p50), st->p50_us);
		cli_micros(p99, sizeof(p99), st->p99_us);
		printf("%-8s %12" PRIu64 " %12" PRIu64 " %9.0f %9s %9s %5.0f%% %5.0f%%\n", st->name, st->in, st->out,
				st->rows_per_s, p50, p99, st->queue_fill * 100, st->busy * 100);
	}
	puts("P50, P99: from the commit to the end of the stage, over the last minute");
}

/* As of when its rows were last compared with MySQL. */
static void verified_text(char *out, size_t size, const struct status *s, const struct status_table *t)
{
	char ago[32];

	cli_duration(ago, sizeof(ago), (s->wall_us - t->verified_us) / 1000);
	if (t->verified_us == 0)
		snprintf(out, size, "-");
	else if (t->differences > 0)
		snprintf(out, size, "%" PRId64 " differ, %s ago", t->differences, ago);
	else
		snprintf(out, size, "equal, %s ago", ago);
}

static void print_script_failure(const struct status *s, const struct status_script *one)
{
	char ago[32];

	if (one->failed_us == 0)
		return;
	cli_duration(ago, sizeof(ago), (s->wall_us - one->failed_us) / 1000);
	printf("        failed last %s ago: ", ago);
	cli_put_safe(stdout, one->failed, strlen(one->failed));
	say("; key ", one->failed_key[0] ? one->failed_key : "(none)");
	putchar('\n');
}

static void print_script_cost(const struct status_script *one)
{
	printf(", %.0f rows/s", one->rows_per_s);
	if (one->rows)
		printf(", %" PRIu64 " ns a row", one->ns / one->rows);
	if (one->p50_ns >= 0)
		printf(" (p50 %" PRId64 ", p99 %" PRId64 ")", one->p50_ns, one->p99_ns);
	if (one->instructions >= 0)
		printf(", %" PRId64 " instructions", one->instructions);
	if (one->bytes >= 0)
		printf(", %" PRId64 " bytes", one->bytes);
	if (one->lookups)
		printf("; %" PRIu64 " lookups, %.1f %% known, %" PRIu64 " of no key", one->lookups,
				100.0 * (double)one->lookups_known / (double)one->lookups, one->lookups_none);
}

/* What a table's rows go through. Scripts are in the order of tables: *next is the first one that was not printed. */
static void print_scripts(const struct status *s, const struct status_table *t, size_t *next)
{
	while (*next < s->nscripts && strcmp(s->scripts[*next].table, t->name) < 0)
		++*next;
	for (; *next < s->nscripts && strcmp(s->scripts[*next].table, t->name) == 0; ++*next) {
		const struct status_script *one = &s->scripts[*next];

		say("    script ", one->script);
		printf(" %s", one->version);
		print_script_cost(one);
		for (size_t k = 0; k < one->ndrops; k++) {
			say(k ? ", " : "; dropped: ", one->drops[k].reason[0] ? one->drops[k].reason : "return nil");
			printf(" %" PRIu64, one->drops[k].rows);
		}
		if (one->dead)
			printf("; failed: %" PRIu64, one->dead);
		putchar('\n');
		print_script_failure(s, one);
	}
	if (t->counts[0]) {
		say("        counted: ", t->counts);
		putchar('\n');
	}
}

/* The column of names is as wide as the longest of them, within limits. */
static void widen(int *room, const char *name)
{
	size_t len = strlen(name);

	if (len > (size_t)*room)
		*room = len < NAME_MAX ? (int)len : NAME_MAX;
}

static void print_tables(const struct status *s)
{
	int room = NAME_MIN;
	size_t script = 0;

	for (size_t i = 0; i < s->ntables; i++)
		widen(&room, s->tables[i].name);
	printf("\n%-*s %-9s %10s %10s %8s %5s %5s %8s  %s\n", room, "TABLE", "STATE", "CAPTURED", "LOADED", "DROPPED",
			"DEAD", "OPEN", "LAG ROWS", "VERIFIED");
	for (size_t i = 0; i < s->ntables; i++) {
		const struct status_table *t = &s->tables[i];
		char lag[24], open[24], verified[80];

		rows_text(lag, sizeof(lag), t->lag_rows);
		rows_text(open, sizeof(open), t->dead_open);
		verified_text(verified, sizeof(verified), s, t);
		cli_put_name(t->name, room);
		printf(" %-9s %10" PRIu64 " %10" PRIu64 " %8" PRIu64 " %5" PRIu64 " %5s %8s  %s\n",
				half_state_name(t->state), t->captured, t->loaded, t->dropped, t->dead, open, lag,
				verified);
		print_scripts(s, t, &script);
		if (t->job[0]) {
			printf("    load: %s, Routine Load job ", t->loader);
			cli_put_safe(stdout, t->job, strlen(t->job));
			putchar('\n');
		}
		if (t->error[0]) {
			fputs("    ", stdout);
			cli_put_safe(stdout, t->error, strlen(t->error));
			putchar('\n');
		}
	}
}

/* StarRocks' own jobs. */
static void print_routines(const struct status *s)
{
	int room = NAME_MIN;

	if (s->nroutines == 0)
		return;
	for (size_t i = 0; i < s->nroutines; i++)
		widen(&room, s->routines[i].name);
	printf("\n%-*s %-13s %10s %12s %8s  %s\n", room, "ROUTINE LOAD", "STATE", "LAG", "LOADED", "REFUSED", "TABLE");
	for (size_t i = 0; i < s->nroutines; i++) {
		const struct status_routine *r = &s->routines[i];
		char lag[24];

		rows_text(lag, sizeof(lag), r->lag);
		cli_put_name(r->name, room);
		printf(" %-13s %10s %12" PRIu64 " %8" PRIu64, r->state, lag, r->loaded, r->errors);
		say("  ", r->target);
		putchar('\n');
	}
}

/* Up to when the target has everything. */
static void print_complete(const struct status *s)
{
	char at[48], age[32];

	if (!s->capture.enabled || !s->load.enabled)
		return;
	if (s->complete_us < 0) {
		printf("complete to -\n");
		return;
	}
	at[num_iso_datetime(at, s->complete_us, 3, ' ')] = '\0';
	cli_duration(age, sizeof(age), s->wall_us > s->complete_us ? (s->wall_us - s->complete_us) / 1000 : 0);
	printf("complete to %s UTC, %s ago", at, age);
	if (s->complete_gtid[0])
		say("\n         gtid ", s->complete_gtid);
	putchar('\n');
}

static void print_sessions(const struct status *s)
{
	char age[32];

	for (size_t i = 0; i < s->nsessions; i++) {
		const struct status_session *one = &s->sessions[i];

		say(i ? "         " : "\nattached ", one->who);
		cli_duration(age, sizeof(age), (s->wall_us - one->since_us) / 1000);
		printf(", for %s%s%s", age, one->read_only ? ", read-only" : "",
				one->here ? ", console of the process" : "");
		if (one->acted[0]) {
			cli_duration(age, sizeof(age), (s->wall_us - one->acted_us) / 1000);
			say("; last: ", one->acted);
			printf(", %s ago", age);
		}
		putchar('\n');
	}
}

static void print_status(const struct status *s)
{
	char up[32];

	cli_duration(up, sizeof(up), s->uptime_s * 1000);
	printf("%s  %s  millrace %s, role %s, pid %d, up %s, log %s\n\n", s->name, half_state_name(s->state),
			s->version, s->role, s->pid, up, s->log_kind);
	cli_print_problems(s);
	if (s->capture.enabled)
		print_capture(s);
	if (s->load.enabled)
		print_load(&s->load);
	print_complete(s);
	print_stages(s);
	print_tables(s);
	print_routines(s);
	print_sessions(s);
	if (s->bottleneck.stage[0]) {
		printf("\nslowest: %s", s->bottleneck.stage);
		say(": ", s->bottleneck.why);
		putchar('\n');
	}
}

static int print_and_note(void *arg, const char *line, size_t len)
{
	bool *fails = arg;
	struct status s;
	struct err err;

	err_clear(&err);
	status_init(&s);
	*fails = status_from_json(&s, line, len, &err) == 0 && status_failing(&s) > 0;
	status_done(&s);
	return cli_print_line(NULL, line, len);
}

int cli_status(struct cli *cli)
{
	static const struct engine_request request = { .command = "status" };
	struct cli_call call;
	struct status s;
	struct err err;
	bool fails = false;
	int rc;

	err_clear(&err);
	if (cli_call(cli, &call, &err))
		return cli_fail(&err);
	status_init(&s);
	if (cli_option(cli, "--json"))
		rc = call.link.request(call.link.self, &request, print_and_note, &fails, &err);
	else if ((rc = call.link.status(call.link.self, &s, &err)) == 0) {
		print_status(&s);
		fails = status_failing(&s) > 0;
	}
	status_done(&s);
	cli_hang_up(&call);
	return rc ? cli_fail(&err) : fails ? EXIT_PROBLEMS : EXIT_DONE;
}
