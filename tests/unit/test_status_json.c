/* test_status_json.c - what `status --json` prints is what an attached console reads. */
#include "tests/tap.h"

#include "core/buf.h"
#include "core/xalloc.h"
#include "engine/status/status.h"

static void fill(struct status *s)
{
	status_init(s);
	strcpy(s->name, "shop");
	strcpy(s->role, "all");
	s->state = HALF_STREAMING;
	s->pid = 77;
	s->complete_us = 1741010278123456;
	s->complete_late = true;
	strcpy(s->complete_gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-4");
	s->capture.enabled = true;
	s->capture.state = HALF_SNAPSHOT;
	s->capture.snapshot = (struct status_snapshot){
		.running = true,
		.tables_done = 1,
		.tables_total = 3,
		.rows_done = 10,
		.left_ms = -1,
	};
	s->nreadings = 1;
	s->readings = xcalloc(1, sizeof(*s->readings));
	s->readings[0] = (struct status_reading){
		.name = "testdb.big",
		.state = "running",
		.rows = 12,
		.total = 40,
		.chunks = 2,
		.left_ms = -1,
	};
	s->capture.fill.all_total = 40;
	strcpy(s->capture.gtid, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5");
	s->load.state = HALF_FAILED;
	strcpy(s->load.trouble.error, "a \"quoted\" reason\twith a tab");
	strcpy(s->load.trouble.kind, "unreachable");
	s->load.trouble.tries = 3;
	s->load.trouble.retry_ms = 1500;
	s->nstages = 1;
	s->stages = xcalloc(1, sizeof(*s->stages));
	s->stages[0] = (struct status_stage){
		.name = "source",
		.in = UINT64_C(9007199254740993),
		.p50_us = -1,
		.p99_us = 1234,
		.queue_fill = 0.25,
	};
	s->ntables = 1;
	s->tables = xcalloc(1, sizeof(*s->tables));
	strcpy(s->tables[0].name, "testdb.orders");
	s->tables[0].loaded = 5;
	s->tables[0].complete_us = -1;
	strcpy(s->tables[0].error, "stopped");
	s->npartitions = 1;
	s->partitions = xcalloc(1, sizeof(*s->partitions));
	strcpy(s->partitions[0].topic, "mysql.testdb.orders");
	s->partitions[0].committed = -1;
	s->nscripts = 1;
	s->scripts = xcalloc(1, sizeof(*s->scripts));
	s->scripts[0] = (struct status_script){
		.table = "testdb.orders",
		.section = "testdb.*",
		.script = "orders.lua",
		.version = "0123456789ab",
		.place = 1,
		.p99_ns = 390,
		.instructions = -1,
		.failed_line = 12,
		.failed_key = "{\"id\":9}",
		.ndrops = 2,
	};
	s->scripts[0].drops = xcalloc(2, sizeof(*s->scripts[0].drops));
	s->scripts[0].drops[1] = (struct status_script_drop){ .reason = "test order", .rows = 7 };
	s->nproblems = 1;
	s->problems = xcalloc(1, sizeof(*s->problems));
	s->problems[0] = (struct status_problem){
		.severity = PROBLEM_WARNING,
		.code = "table-paused",
		.kind = "table",
		.subject = "testdb.orders",
		.text = "paused",
		.means = "m",
		.remedy = "r",
		.command = "millrace resume testdb.orders",
		.since_us = 5,
		.fails = true,
	};
	s->nevents = 1;
	s->events = xcalloc(1, sizeof(*s->events));
	s->events[0].level = LOG_WARNING;
	strcpy(s->events[0].msg, "hello");
	s->nchanges = 1;
	s->changes = xcalloc(1, sizeof(*s->changes));
	s->changes[0] = (struct change_entry){ .wall_us = 7, .kind = CHANGED_SCRIPT, .part = "script", .text = "v2" };
}

int main(void)
{
	struct status s, back;
	struct buf text;
	struct err err;

	fill(&s);
	status_init(&back);
	buf_init(&text, 1 << 20);
	status_to_json(&s, &text);
	err_clear(&err);
	is_int(status_from_json(&back, text.data, text.len, &err), 0, "reads back");
	is_str(back.name, "shop", "name");
	is_int(back.pid, 77, "pid");
	is_int(back.capture.state, HALF_SNAPSHOT, "state of a half");
	is_int(back.capture.snapshot.tables_total, 3, "snapshot");
	is_int(back.capture.snapshot.left_ms, -1, "unknown stays unknown");
	is_int(back.nreadings, 1, "tables of a snapshot");
	is_str(back.readings[0].name, "testdb.big", "by name");
	is_str(back.readings[0].state, "running", "state of a table");
	is_int(back.readings[0].chunks, 2, "its chunks");
	is_int(back.readings[0].left_ms, -1, "its time left");
	is_int(back.capture.fill.all_total, 40, "and what they come to");
	is_str(back.capture.gtid, s.capture.gtid, "gtid");
	is_str(back.load.trouble.error, s.load.trouble.error, "quotes and tabs survive");
	is_str(back.load.trouble.kind, "unreachable", "kind of an error");
	is_int(back.load.trouble.tries, 3, "tries");
	is_int(back.load.trouble.retry_ms, 1500, "until the next try");
	is_int(back.stages[0].in, 9007199254740993, "counters beyond a double");
	is_str(back.stages[0].name, "source", "stage");
	ok(back.stages[0].queue_fill == 0.25, "shares");
	is_str(back.tables[0].error, "stopped", "table");
	is_int(back.partitions[0].committed, -1, "partition");
	is_int(back.nchanges, 1, "what has changed");
	is_int(back.changes[0].kind, CHANGED_SCRIPT, "of which kind");
	is_str(back.changes[0].text, "v2", "and what it was");
	is_int(back.nscripts, 1, "scripts");
	is_str(back.scripts[0].section, "testdb.*", "section of one");
	is_int(back.scripts[0].p99_ns, 390, "its cost");
	is_int(back.scripts[0].instructions, -1, "which may be unknown");
	is_str(back.scripts[0].failed_key, "{\"id\":9}", "its last failure");
	is_int(back.scripts[0].ndrops, 2, "its dropped rows");
	is_str(back.scripts[0].drops[1].reason, "test order", "by reason");
	is_int(back.scripts[0].drops[1].rows, 7, "and how many");
	is_int(back.nproblems, 1, "problems");
	is_int(back.problems[0].severity, PROBLEM_WARNING, "severity of a problem");
	is_str(back.problems[0].code, "table-paused", "its code");
	is_str(back.problems[0].command, "millrace resume testdb.orders", "the command that ends it");
	ok(back.problems[0].fails, "and whether `status` fails");
	is_int(back.events[0].level, LOG_WARNING, "event");
	ok(strstr(text.data, "\"errors\":[{\"where\":\"load\"") != NULL, "errors are gathered");
	is_int(status_from_json(&back, "{", 1, &err), -1, "half a document is refused");
	ok(err.kind == ERR_DATA, "as data");
	status_done(&s);
	status_done(&back);
	buf_done(&text);
	return tap_done();
}
