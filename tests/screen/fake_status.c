/* fake_status.c - figures that move with the second, so that a demo shows life and a test the same picture every time. */
#include "tests/screen/fake_status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

#define START_US 1700000000000000

static void fill_capture(struct status_capture *c, unsigned second)
{
	c->enabled = true;
	c->state = HALF_STREAMING;
	strcpy(c->server, "db1.example:3306");
	strcpy(c->gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77110");
	strcpy(c->server_gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77112");
	strcpy(c->file, "binlog.000042");
	c->pos = 1190000 + second * 4000000u;
	c->lag_ms = 180 + second % 3 * 20;
	c->behind_bytes = 4096;
	strcpy(c->read_file, "binlog.000042");
	c->read_pos = c->pos + 2048;
	strcpy(c->server_file, "binlog.000042");
	c->server_pos = c->read_pos + 4096;
	strcpy(c->oldest_file, "binlog.000017");
	c->kept_bytes = INT64_C(25) << 30;
	c->keeps_ms = 172800000;
	c->fill = (struct status_fill){
		.tables = 3,
		.tables_done = 1,
		.all_rows = 1204551,
		.all_total = 3100000,
		.rows_per_s = 21000,
		.all_left_ms = 90300,
		.throttled = "Threads_running is 71, the limit is 60",
	};
}

static void fill_load(struct status_load *l, unsigned second)
{
	l->enabled = true;
	l->state = HALF_STREAMING;
	strcpy(l->target, "starrocks 127.0.0.1:8030");
	l->lag_rows = 182311 + second * 3000;
	l->lag_ms = 18400 + second * 250;
	l->loads = 300 + second;
}

static void fill_stages(struct status *s, unsigned second)
{
	static const struct status_stage stages[] = {
		{ .name = "source",
				.rows_per_s = 12300,
				.p50_us = 310,
				.p99_us = 2100,
				.busy = 0.31,
				.wait_in = 0.6,
				.wait_out = 0.09 },
		{ .name = "format",
				.rows_per_s = 12300,
				.p50_us = 420,
				.p99_us = 2900,
				.busy = 0.22,
				.wait_in = 0.7,
				.queue_fill = 0.03 },
		{ .name = "log", .rows_per_s = 12290, .p50_us = 4800, .p99_us = 9100, .busy = 0.4, .queue_fill = 0.08 },
		{ .name = "read",
				.load_half = true,
				.rows_per_s = 9100,
				.p50_us = 5200,
				.p99_us = 11000,
				.busy = 0.1,
				.wait_out = 0.85 },
		{ .name = "script",
				.load_half = true,
				.rows_per_s = 9100,
				.p50_us = 61000,
				.p99_us = 240000,
				.busy = 0.17,
				.queue_fill = 0.41,
				.wait_out = 0.8 },
		{ .name = "sink",
				.load_half = true,
				.rows_per_s = 9080,
				.p50_us = 1900000,
				.p99_us = 4100000,
				.busy = 0.99,
				.queue_fill = 0.88 },
	};

	s->nstages = sizeof(stages) / sizeof(stages[0]);
	s->stages = xrealloc(s->stages, sizeof(stages));
	memcpy(s->stages, stages, sizeof(stages));
	for (size_t i = 0; i < s->nstages; i++) {
		struct status_stage *stage = &s->stages[i];

		stage->state = HALF_STREAMING;
		stage->rows_per_s += second % 5 * 130;
		stage->in = (uint64_t)stage->rows_per_s * (second + 400);
		stage->out = stage->in - (stage->load_half ? 1200 : 0);
		stage->bytes_per_s = stage->rows_per_s * 210;
	}
	strcpy(s->bottleneck.stage, "sink");
	strcpy(s->bottleneck.why, "busy 99 % of the time, its queue is 88 % full: StarRocks answers a load in 4.1 s");
}

static void fill_tables(struct status *s, unsigned second)
{
	static const char *const names[] = { "testdb.orders", "testdb.customers", "testdb.\033[31mred\n",
		"testdb.\xe9\xa1\xbe\xe5\xae\xa2", "archive.a_very_long_table_name_that_does_not_fit_into_its_column",
		"testdb.items" };

	s->ntables = sizeof(names) / sizeof(names[0]);
	s->tables = xrealloc(s->tables, s->ntables * sizeof(s->tables[0]));
	memset(s->tables, 0, s->ntables * sizeof(s->tables[0]));
	for (size_t i = 0; i < s->ntables; i++) {
		struct status_table *t = &s->tables[i];

		strcpy(t->name, names[i]);
		t->state = i == 1 ? HALF_PAUSED : i == 5 ? HALF_FAILED : HALF_STREAMING;
		t->captured = (uint64_t)(i + 1) * 918273 + second * 900;
		t->loaded = t->captured - i * 4000;
		t->dropped = i * 17;
		t->dead = i == 5 ? 3 : 0;
		t->dead_open = (int64_t)t->dead;
		t->lag_rows = (int64_t)i * 4000;
		t->lag_ms = i ? (int64_t)i * 3100 : 0;
		t->complete_us = i == 1 ? -1 : s->wall_us - t->lag_ms * 1000 - 400000;
		t->capture_p99_us = 9100;
		t->load_p99_us = i ? 4100000 : -1;
	}
	strcpy(s->tables[5].error,
			"column 'price': expected decimal(10,2), found 'abc'; fix the row or change the column");
}

static void fill_partitions(struct status *s, unsigned second)
{
	s->npartitions = 5;
	s->partitions = xrealloc(s->partitions, s->npartitions * sizeof(s->partitions[0]));
	memset(s->partitions, 0, s->npartitions * sizeof(s->partitions[0]));
	for (size_t i = 0; i < s->npartitions; i++) {
		struct status_partition *p = &s->partitions[i];

		strcpy(p->topic, i < 3 ? "mysql.testdb.orders" : i == 3 ? "mysql.testdb.customers" : "mysql");
		p->id = i < 3 ? (int32_t)i : 0;
		p->low = (int64_t)i * 1000;
		p->high = 1234567 + (int64_t)i * 1000 + second * 4000;
		p->kept = p->high - p->low;
		p->committed = i == 4 ? -1 : p->high - (int64_t)i * 60000;
		p->per_s = i == 4 ? NAN : 4200 - (double)i * 1100;
		p->lag_per_s = i == 4 ? NAN : (double)i * 40 - 60;
		p->lag = i == 4 ? -1 : p->high - p->committed;
	}
}

static void fill_readings(struct status *s)
{
	static const struct status_reading readings[] = {
		{ .name = "testdb.customers", .state = "done", .rows = 90112, .total = 88000, .chunks = 11 },
		{ .name = "testdb.orders",
				.state = "running",
				.rows = 1114439,
				.total = 2400000,
				.chunks = 137,
				.rows_per_s = 21000,
				.left_ms = 61200 },
		{ .name = "testdb.items", .state = "waiting", .total = 612000, .left_ms = -1 },
		{ .name = "archive.old", .state = "ended", .rows = 512, .left_ms = -1 },
	};

	s->nreadings = sizeof(readings) / sizeof(readings[0]);
	s->readings = xrealloc(s->readings, sizeof(readings));
	memcpy(s->readings, readings, sizeof(readings));
}

static void fill_problems(struct status *s, unsigned second)
{
	static const struct status_problem problems[] = {
		{ .severity = PROBLEM_ERROR,
				.code = "table-stopped",
				.kind = "table",
				.subject = "testdb.items",
				.fails = true,
				.holds_up = true,
				.text = "column 'price': expected decimal(10,2), found 'abc'; fix the row or change the column",
				.means = "This table no longer changes at the target; the other tables do.",
				.remedy = "Correct what the text names, then resume the table.",
				.command = "millrace resume testdb.items",
				.request = "resume what=testdb.items" },
		{ .severity = PROBLEM_WARNING,
				.code = "lag-grows",
				.kind = "half",
				.subject = "load",
				.text = "191,311 rows wait, more each minute for 6 minutes",
				.means = "Rows come faster than they are loaded; the target is further behind every minute.",
				.remedy = "See which stage is the slowest.",
				.command = "millrace status" },
		{ .severity = PROBLEM_WARNING,
				.code = "table-paused",
				.kind = "table",
				.subject = "testdb.customers",
				.fails = true,
				.holds_up = true,
				.text = "paused on request",
				.means = "The rows of this table wait in the log.",
				.remedy = "Resume the table.",
				.command = "millrace resume testdb.customers",
				.request = "resume what=testdb.customers",
				.by = "ana@pts/3" },
	};

	s->nproblems = sizeof(problems) / sizeof(problems[0]);
	s->problems = xrealloc(s->problems, sizeof(problems));
	memcpy(s->problems, problems, sizeof(problems));
	for (size_t i = 0; i < s->nproblems; i++)
		s->problems[i].since_us = START_US - (int64_t)(i * 90 + 130) * 1000000 + second;
	for (size_t i = 0; i < s->nproblems; i++) {
		s->problems[i].left_ms = i == 0 ? INT64_C(147600000) : -1;
		s->problems[i].limit = i == 0 ? "until Kafka may remove messages that are not loaded" : "";
	}
}

static void fill_sessions(struct status *s)
{
	static const struct status_session sessions[] = {
		{ .who = "root@pts/0",
				.user = "root",
				.terminal = "pts/0",
				.here = true,
				.since_us = START_US - INT64_C(8000000000) },
		{ .who = "ana@pts/3",
				.user = "ana",
				.terminal = "pts/3",
				.since_us = START_US - INT64_C(600000000),
				.acted = "pause what=testdb.customers",
				.acted_us = START_US - INT64_C(220000000) },
		{ .who = "night shift (ben@pts/11)",
				.name = "night shift",
				.user = "ben",
				.terminal = "pts/11",
				.read_only = true,
				.since_us = START_US - INT64_C(31000000) },
	};

	s->nsessions = sizeof(sessions) / sizeof(sessions[0]);
	s->sessions = xrealloc(s->sessions, sizeof(sessions));
	memcpy(s->sessions, sessions, sizeof(sessions));
}

static void fill_trends(struct status *s, unsigned second)
{
	static const struct {
		const char *name;
		int step_s;
		float base;
	} series[] = {
		{ "source.rate", 5, 12300 },
		{ "log.rate", 5, 12290 },
		{ "read.rate", 5, 9100 },
		{ "sink.rate", 5, 9080 },
		{ "capture.lag", 30, 200 },
		{ "load.lag", 30, 400 },
		{ "load.rows", 30, 180000 },
	};

	s->ntrends = sizeof(series) / sizeof(series[0]);
	s->trends = xrealloc(s->trends, s->ntrends * sizeof(s->trends[0]));
	for (size_t i = 0; i < s->ntrends; i++) {
		s->trends[i] = (struct status_trend){ .name = series[i].name, .step_s = series[i].step_s };
		for (int k = 0; k < TREND_POINTS; k++)
			s->trends[i].values[k] = k < 10
					? NAN
					: series[i].base * (0.6f + 0.05f * (float)((k * 7 + (int)second) % 9));
	}
	for (int k = 60; k < TREND_POINTS; k++)
		s->trends[5].values[k] = (float)(k - 59) * 310;
}

static void fill_events(struct status *s, unsigned second)
{
	static const struct log_entry events[] = {
		{ .level = LOG_NOTICE, .part = "sink", .msg = "testdb.orders: columns altered" },
		{ .level = LOG_NOTICE, .part = "source", .msg = "snapshot done: 6 tables, 5,509,638 rows in 41.2 s" },
		{ .level = LOG_WARNING, .part = "log", .msg = "broker 127.0.0.1:9092 does not answer (3 times more)" },
		{ .level = LOG_WARNING, .part = "sink", .msg = "testdb.orders: a load took 4.1 s" },
		{ .level = LOG_INFO, .part = "script", .msg = "orders.lua: version 2 is used from offset 44120" },
		{ .level = LOG_ERROR,
				.part = "sink",
				.msg = "testdb.items: 3 rows are dead letters: column 'price': expected decimal(10,2), found 'abc'" },
		{ .level = LOG_WARNING, .part = "sink", .msg = "testdb.orders: a load took 4.1 s" },
	};

	s->nevents = sizeof(events) / sizeof(events[0]);
	s->events = xrealloc(s->events, sizeof(events));
	memcpy(s->events, events, sizeof(events));
	for (size_t i = 0; i < s->nevents; i++) {
		s->events[i].seq = i + 1;
		s->events[i].wall_us = START_US + ((int64_t)i * 20 + second) * 1000000 - 120000000;
		if (strstr(s->events[i].msg, "altered"))
			s->events[i].wall_us -= INT64_C(1500000000);
	}
}

static void fill_changes(struct status *s)
{
	static const struct change_entry changes[] = {
		{ .wall_us = START_US - INT64_C(90000000000),
				.kind = CHANGED_ACTION,
				.part = "engine",
				.text = "pause what=testdb.audit on request of ana (ana@pts/3)" },
		{ .wall_us = START_US - INT64_C(2900000000),
				.kind = CHANGED_SETTINGS,
				.part = "engine",
				.text = "reloaded /etc/millrace.conf on request of ana (ana@pts/3)" },
		{ .wall_us = START_US - INT64_C(1620000000),
				.kind = CHANGED_TABLE,
				.part = "sink",
				.text = "testdb.orders: columns altered" },
		{ .wall_us = START_US - INT64_C(900000000),
				.kind = CHANGED_SCRIPT,
				.part = "script",
				.text = "[table testdb.*]: version 3f0a77c1d2b4 takes the place of 11aa02b7c9d0 on request of ana" },
	};

	s->nchanges = sizeof(changes) / sizeof(changes[0]);
	s->changes = xrealloc(s->changes, sizeof(changes));
	memcpy(s->changes, changes, sizeof(changes));
}

static void fill_scripts(struct status *s, unsigned second)
{
	static const struct status_script scripts[] = {
		{ .script = "millrace.conf",
				.table = "testdb.customers",
				.section = "testdb.customers",
				.version = "9d0f6a2c11b7",
				.rows = 88410,
				.out = 88410,
				.ns = 6012000,
				.p50_ns = 66,
				.p99_ns = 190,
				.instructions = 40,
				.bytes = 0,
				.memory = 41200 },
		{ .script = "mask.lua",
				.table = "testdb.customers",
				.section = "testdb.customers",
				.version = "9d0f6a2c11b7",
				.place = 1,
				.rows = 88410,
				.out = 88410,
				.ns = 22102500,
				.p50_ns = 240,
				.p99_ns = 610,
				.instructions = -1,
				.bytes = 128,
				.memory = 48200 },
		{ .script = "orders.lua",
				.table = "testdb.orders",
				.section = "testdb.*",
				.version = "3f0a77c1d2b4",
				.guarded = true,
				.rows_per_s = 9080,
				.rows = 1481000,
				.out = 1449000,
				.dropped = 31990,
				.dead = 10,
				.ns = 503540000,
				.p50_ns = 310,
				.p99_ns = 1740,
				.instructions = 210,
				.bytes = 384,
				.memory = 1262000,
				.failed_us = START_US - 42000000,
				.failed_line = 12,
				.failed_key = "{\"id\":9}",
				.failed = "orders.lua:12: column small: expected a number in its range (tinyint), found integer 128",
				.failed_version = "3f0a77c1d2b4" },
	};

	s->nscripts = sizeof(scripts) / sizeof(scripts[0]);
	if (s->scripts == NULL)
		s->scripts = xcalloc(s->nscripts, sizeof(*s->scripts));
	for (size_t i = 0; i < s->nscripts; i++) {
		struct status_script_drop *drops = s->scripts[i].drops;

		s->scripts[i] = scripts[i];
		s->scripts[i].rows += second;
		s->scripts[i].drops = drops;
	}
	if (s->scripts[2].drops == NULL)
		s->scripts[2].drops = xcalloc(2, sizeof(struct status_script_drop));
	s->scripts[2].ndrops = 2;
	s->scripts[2].drops[0] = (struct status_script_drop){ .reason = "", .rows = 31400 };
	s->scripts[2].drops[1] = (struct status_script_drop){ .reason = "test \x1b[31morder", .rows = 590 };
}

void fake_status_fill(struct status *s, unsigned second)
{
	strcpy(s->name, "shop");
	strcpy(s->version, "0.1.0");
	strcpy(s->role, "all");
	s->state = HALF_STREAMING;
	s->pid = 4711;
	s->uptime_s = 273600 + second;
	s->wall_us = START_US + (int64_t)second * 1000000;
	s->complete_us = s->wall_us - 18400000;
	s->complete_late = true;
	strcpy(s->complete_gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77110");
	strcpy(s->log_kind, "kafka");
	fill_capture(&s->capture, second);
	fill_load(&s->load, second);
	fill_stages(s, second);
	fill_tables(s, second);
	fill_scripts(s, second);
	fill_partitions(s, second);
	fill_events(s, second);
	fill_changes(s);
	fill_readings(s);
	fill_problems(s, second);
	fill_sessions(s);
	fill_trends(s, second);
}
