/*
 * cli_snapshot.c - `millrace snapshot`: tables read again while the stream goes on. The command returns when the order
 * is taken; --wait stays until the tables are read and shows how far they are.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/clock.h"

enum { LOOK_MS = 500 };

static int collect(void *arg, const char *line, size_t len)
{
	json_t **out = arg;

	json_decref(*out);
	*out = json_loadb(line, len, 0, NULL);
	return 0;
}

/* What is planned, NULL: nothing. */
static int ask_list(struct cli_call *call, json_t **out, struct err *err)
{
	struct engine_request r = { .command = "snapshot", .args = { { "action", "list" } }, .nargs = 1 };

	*out = NULL;
	r.session = cli_session();
	return call->link.request(call->link.self, &r, collect, out, err);
}

static const char *member(json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static void print_table(json_t *t, bool first, bool paused)
{
	const char *where = member(t, "where"), *db = member(t, "db"), *name = member(t, "table");

	cli_put_safe(stdout, db, strlen(db));
	putchar('.');
	cli_put_safe(stdout, name, strlen(name));
	printf("  %s, %lld of about %lld rows",
			paused			? "paused"
					: first ? "running"
						: "waiting",
			(long long)json_integer_value(json_object_get(t, "rows")),
			(long long)json_integer_value(json_object_get(t, "total")));
	if (*where) {
		fputs(", where ", stdout);
		cli_put_safe(stdout, where, strlen(where));
	}
	putchar('\n');
}

static void print_plan(json_t *plan)
{
	json_t *t, *tables = json_object_get(plan, "tables");
	bool paused = json_is_true(json_object_get(plan, "paused"));
	size_t i;

	if (json_array_size(tables) == 0)
		puts(paused ? "no table is being read; snapshots are paused" : "no table is being read");
	json_array_foreach(tables, i, t) print_table(t, i == 0, paused);
}

static void print_progress(const struct status *s)
{
	const struct status_fill *f = &s->capture.fill;
	const char *why = *f->throttled ? f->throttled : *f->error ? f->error : f->waits;
	char left[32];

	cli_duration(left, sizeof(left), f->left_ms);
	cli_put_safe(stdout, f->table, strlen(f->table));
	printf("  %llu of about %llu rows, %.0f rows/s, %s left, %u tables", (unsigned long long)f->rows,
			(unsigned long long)f->total, f->rows_per_s, left, f->tables);
	fputs(f->paused ? ", paused" : *f->throttled ? ", throttled: " : *why ? ", waits: " : "", stdout);
	cli_put_safe(stdout, why, strlen(why));
	putchar('\n');
	fflush(stdout);
}

static bool is_planned(json_t *plan, json_t *ordered)
{
	json_t *t, *o;
	size_t i, k;

	json_array_foreach(json_object_get(plan, "tables"), i, t) json_array_foreach(json_object_get(ordered, "tables"),
			k, o) if (strcmp(member(t, "db"), member(o, "db")) == 0 &&
			strcmp(member(t, "table"), member(o, "table")) == 0) return true;
	return false;
}

/* The order of the two questions matters: a table that is in neither answer is done. */
static int wait_for(struct cli_call *call, json_t *ordered, struct err *err)
{
	struct status s;
	bool waits = true;
	int rc = 0;

	status_init(&s);
	while (rc == 0 && waits) {
		json_t *plan = NULL;

		clock_sleep_ms(LOOK_MS);
		rc = call->link.status(call->link.self, &s, err) || ask_list(call, &plan, err) ? -1 : 0;
		waits = rc == 0 && (s.capture.fill.orders > 0 || is_planned(plan, ordered));
		if (waits && s.capture.fill.table[0])
			print_progress(&s);
		json_decref(plan);
	}
	status_done(&s);
	return rc;
}

static bool sets_limits(const struct cli *cli)
{
	return cli_option(cli, "--max-rows") || cli_option(cli, "--max-load") || cli_option(cli, "--max-lag");
}

static void add_limits(struct cli *cli, struct engine_request *r)
{
	engine_request_give(r, "action", "limit");
	engine_request_give(r, "max_rows", cli_option(cli, "--max-rows"));
	engine_request_give(r, "max_load", cli_option(cli, "--max-load"));
	engine_request_give(r, "max_lag", cli_option(cli, "--max-lag"));
}

static int give_order(struct cli *cli, struct cli_call *call, const char *action, struct err *err)
{
	struct engine_request r = { .command = "snapshot" }, limits = { .command = "snapshot" };
	json_t *ordered = NULL;
	int rc;

	engine_request_give(&r, "action", action);
	engine_request_give(&r, "tables", cli->nwords ? cli->words[0] : NULL);
	engine_request_give(&r, "where", cli_option(cli, "--where"));
	engine_request_give(&r, "truncate", cli_given(cli, "--truncate"));
	if (sets_limits(cli)) {
		add_limits(cli, &limits);
		limits.session = cli_session();
		rc = call->link.request(call->link.self, &limits, collect, &ordered, err);
		if (rc || strcmp(action, "limit") == 0)
			return rc;
	}
	r.session = cli_session();
	rc = call->link.request(call->link.self, &r, collect, &ordered, err);
	if (rc == 0 && ordered && cli_option(cli, "--wait"))
		rc = wait_for(call, ordered, err);
	json_decref(ordered);
	return rc;
}

static int show_list(struct cli_call *call, struct err *err)
{
	json_t *plan;

	if (ask_list(call, &plan, err))
		return -1;
	print_plan(plan);
	json_decref(plan);
	return 0;
}

int cli_snapshot(struct cli *cli)
{
	static const char *const actions[] = { "--list", "--stop", "--pause", "--resume" };
	const char *action = NULL;
	struct cli_call call;
	struct err err;
	int rc;

	err_clear(&err);
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (cli_option(cli, actions[i]))
			action = actions[i] + 2;
	if (action == NULL && cli->nwords == 0 && sets_limits(cli))
		action = "limit";
	if (action == NULL && cli->nwords == 0) {
		err_set(&err, ERR_CONFIG, 0,
				"usage: millrace snapshot TABLE[,TABLE...], or --list, --stop, --pause, --resume");
		return cli_fail(&err);
	}
	if (cli_call(cli, &call, &err))
		return cli_fail(&err);
	rc = action && strcmp(action, "list") == 0 ? show_list(&call, &err)
						   : give_order(cli, &call, action ? action : "start", &err);
	cli_hang_up(&call);
	return rc ? cli_fail(&err) : EXIT_DONE;
}
