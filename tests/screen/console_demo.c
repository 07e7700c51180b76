/* console_demo.c - the console on an engine that is not there: moving figures, a pause that pauses, a tap that taps. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/console.h"
#include "core/clock.h"
#include "tests/screen/fake_status.h"

static _Atomic int paused;
static unsigned second;

static int demo_status(void *self, struct status *out, struct err *err)
{
	fake_status_fill(out, second++);
	if (atomic_load(&paused))
		out->load.state = HALF_PAUSED;
	return 0;
}

/* The same line for the list of letters and for one of them. */
static const char letter[] =
		"{\"id\":12,\"count\":1,\"table\":\"testdb.orders\",\"reason\":\"too long\",\"stage\":\"sink\","
		"\"message\":\"{\\\"id\\\":12,\\\"v\\\":\\\"one\\\"}\"}";

static int demo_request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	if (strcmp(r->command, "pause") == 0 || strcmp(r->command, "resume") == 0) {
		atomic_store(&paused, r->command[0] == 'p');
		return 0;
	}
	if (strncmp(r->command, "dead", 4) == 0) {
		emit(arg, letter, sizeof(letter) - 1);
		return 0;
	}
	for (int i = 0; i < 1000; i++) {
		char line[100];

		if (emit(arg, line, (size_t)snprintf(line, sizeof(line), "{\"stage\":\"sink\",\"id\":%d}", i)))
			return 0;
		clock_sleep_ms(20);
	}
	return 0;
}

/* The demo is the engine here, so it answers for the engine's requests too. */
const struct engine_request_doc *engine_request_docs(void)
{
	static const struct engine_request_arg_doc held[] = {
		{ "what", ARG_HELD, true, NULL, EFFECT_READ, "" },
		{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
	};
	static const struct engine_request_arg_doc tap[] = {
		{ "stage", ARG_TEXT, true, NULL, EFFECT_READ, "" },
		{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "" },
		{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "" },
		{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
	};
	static const struct engine_request_arg_doc dead[] = {
		{ "id", ARG_TEXT, false, NULL, EFFECT_READ, "" },
		{ "row", ARG_TEXT, false, NULL, EFFECT_READ, "" },
		{ "table", ARG_TABLE, false, NULL, EFFECT_READ, "" },
		{ "reason", ARG_TEXT, false, NULL, EFFECT_READ, "" },
		{ "n", ARG_COUNT, false, NULL, EFFECT_READ, "" },
		{ NULL, ARG_TEXT, false, NULL, EFFECT_READ, NULL },
	};
	static const struct engine_request_doc docs[] = {
		{ "dead-groups", EFFECT_READ, "", dead, DOER_ANY },
		{ "dead", EFFECT_READ, "", dead, DOER_ANY },
		{ "dead-show", EFFECT_READ, "", dead, DOER_ANY },
		{ "dead-edit", EFFECT_COSTLY, "load it with other values", dead, DOER_CAPTURE },
		{ "pause", EFFECT_REVERSIBLE, "", held, DOER_ANY },
		{ "resume", EFFECT_REVERSIBLE, "", held, DOER_ANY },
		{ "tap", EFFECT_READ, "", tap, DOER_ANY },
		{ NULL, EFFECT_READ, NULL, NULL, DOER_ANY },
	};

	return docs;
}

int main(int argc, char **argv)
{
	struct engine_link link = { .status = demo_status, .request = demo_request, .where = "a demo, no engine" };
	struct console_conf conf = {
		.in_process = argc<2, .mouse = getenv("NO_MOUSE") == NULL, .record = getenv("RECORD"), .theme = argc> 2
				? argv[2]
				: NULL
	};
	struct err err;
	int end = console_run(&link, &conf, &err);

	if (end < 0)
		fprintf(stderr, "%s\n", err.msg);
	printf("console ended: %d\n", end);
	return end < 0;
}
