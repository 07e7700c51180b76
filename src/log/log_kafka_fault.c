/*
 * log_kafka_fault.c - see log_kafka_fault.h. librdkafka's issue 4312: a consumer with cooperative-sticky that ends before its
 * first assignment, as after the kill of a broker, meets an assertion, which aborts the process. Mended in 2.3.0.
 */
#include "log/log_kafka_fault.h"

#include <stdio.h>
#include <string.h>

#define STICKY "cooperative-sticky"
#define STICKY_MENDED 0x020300ff

const char *kafka_strategy(int version)
{
	return version < STICKY_MENDED ? "roundrobin" : STICKY;
}

static const char *configured(const struct conf_pairs *passthrough)
{
	for (size_t i = 0; i < passthrough->count; i++)
		if (strcmp(passthrough->items[i].key, "partition.assignment.strategy") == 0)
			return passthrough->items[i].value;
	return NULL;
}

const char *kafka_strategy_fault(int version, const struct conf_pairs *passthrough)
{
	const char *strategy = configured(passthrough);

	if (version >= STICKY_MENDED || strategy == NULL || strstr(strategy, STICKY) == NULL)
		return NULL;
	return STICKY " can abort this process when a broker is killed (librdkafka's issue 4312, mended in 2.3.0)";
}

enum { STRATEGY_FAULT, LIBRARY_OLD };
static const struct report_kind kinds[] = {
	[STRATEGY_FAULT] = { REPORT_WARNING, "kafka client library", "a strategy with a fault in this librdkafka",
			"remove [kafka] partition.assignment.strategy, or install librdkafka 2.3.0 or newer" },
	[LIBRARY_OLD] = { REPORT_NOTE, "kafka client library", "librdkafka before 2.3.0",
			"install librdkafka 2.3.0 or newer for " STICKY },
};

void kafka_fault_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

void kafka_report_version(int version, const struct conf_pairs *passthrough, struct report *report)
{
	const char *fault = kafka_strategy_fault(version, passthrough);
	char text[32];

	snprintf(text, sizeof(text), "%d.%d.%d", version >> 24 & 255, version >> 16 & 255, version >> 8 & 255);
	if (fault)
		report_tell(report, &kinds[STRATEGY_FAULT], "librdkafka %s: %s", text, fault);
	else if (version < STICKY_MENDED)
		report_tell(report, &kinds[LIBRARY_OLD],
				"librdkafka %s: groups use roundrobin, because " STICKY
				" can abort the process (issue 4312)",
				text);
	else
		report_ok(report, "kafka client library", "librdkafka %s", text);
}
