/* What a preflight collects. */
#include "core/report.h"
#include "core/xalloc.h"
#include "tests/tap.h"

int main(void)
{
	struct report r;
	char *text = xasprintf("%s %d", "table", 5), *copy;

	report_init(&r);
	report_add(&r, REPORT_PROBLEM, text, "set it to ROW", "binlog_format is %s", "MIXED");
	report_add(&r, REPORT_OK, "kafka", NULL, "3 brokers");
	free(text);
	is_int(r.count, 2, "two lines");
	is_str(r.items[0].subject, "table 5", "subject copied");
	is_str(r.items[0].found, "binlog_format is MIXED", "found printed");
	is_str(r.items[0].remedy, "set it to ROW", "remedy copied");
	ok(r.items[1].remedy == NULL, "no remedy");
	is_int(report_count(&r, REPORT_PROBLEM), 1, "counted by level");
	is_str(report_level_name(REPORT_WARNING), "warning", "levels have names");
	for (int i = 0; i < 100; i++)
		report_add(&r, REPORT_NOTE, "n", NULL, "%d", i);
	is_str(r.items[101].found, "99", "it grows");
	report_done(&r);
	is_int(r.count, 0, "done");

	ok(xstrdup(NULL) == NULL, "no text, no copy");
	copy = xstrndup("abcdef", 2);
	is_str(copy, "ab", "a slice copied");
	free(copy);
	return tap_done();
}
