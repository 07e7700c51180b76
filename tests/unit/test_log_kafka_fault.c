/* test_log_kafka_fault.c - what is done about versions of librdkafka with known faults, and about names and values that it
 * does not take: no broker is asked. */
#include "log/log.h"
#include "log/log_kafka_fault.h"
#include "tests/tap.h"

static const struct {
	int version;
	char *configured;
	const char *strategy;
	bool fault;
	enum report_level level;
} cases[] = {
	{ 0x020002ff, NULL, "roundrobin", false, REPORT_NOTE },
	{ 0x020200ff, "range", "roundrobin", false, REPORT_NOTE },
	{ 0x020200ff, "cooperative-sticky", "roundrobin", true, REPORT_WARNING },
	{ 0x020300ff, NULL, "cooperative-sticky", false, REPORT_OK },
	{ 0x020300ff, "cooperative-sticky", "cooperative-sticky", false, REPORT_OK },
	{ 0x020800ff, NULL, "cooperative-sticky", false, REPORT_OK },
};

static void passed_through(const char *key, const char *value, const char *want)
{
	struct conf_pair pair = { .key = (char *)(uintptr_t)key, .value = (char *)(uintptr_t)value, .line = 12 };
	struct log_conf conf = { .bootstrap_servers = (char *)"nowhere.invalid:1", .passthrough = { &pair, 1 } };
	struct err err = { 0 };
	int rc = log_conf_check(&conf, &err);

	if (!ok(want ? rc < 0 && err.kind == ERR_CONFIG && strstr(err.msg, want) && strstr(err.msg, key) : rc == 0,
			    "%s = %s is %s", key, value, want ? "refused" : "taken"))
		printf("# %s\n", err.msg);
}

int main(void)
{
	passed_through("socket.keepalive.enable", "true", NULL);
	passed_through("no.such.thing", "1", "line 12");
	passed_through("linger.ms", "many", "line 12");
	passed_through("transactional.id", "x", "millrace sets this itself");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct conf_pair pair = { .key = "partition.assignment.strategy", .value = cases[i].configured };
		struct conf_pairs pairs = { .items = &pair, .count = cases[i].configured ? 1 : 0 };
		struct report report;

		report_init(&report);
		kafka_report_version(cases[i].version, &pairs, &report);
		is_str(kafka_strategy(cases[i].version), cases[i].strategy, "librdkafka %x: the strategy",
				(unsigned)cases[i].version);
		is_int(kafka_strategy_fault(cases[i].version, &pairs) != NULL, cases[i].fault, "with %s",
				cases[i].configured ? cases[i].configured : "nothing configured");
		is_int(report_count(&report, cases[i].level), 1, "and what check says");
		report_done(&report);
	}
	return tap_done();
}
