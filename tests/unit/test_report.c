/* What a preflight collects. */
#include "core/report.h"
#include "core/xalloc.h"
#include "tests/tap.h"

static const struct report_kind kinds[] = {
	{ REPORT_NOTE, "first", "one", NULL },
	{ REPORT_WARNING, "second", "100% and more", "wait" },
};

int main(void)
{
	struct report r;
	struct err err;
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
	report_kinds(&r, kinds, 2);
	report_tell(&r, &kinds[1], "%s is %d", "load", 7);
	is_int(r.count, 3, "a line for each kind, and what was found");
	ok(r.items[0].level == REPORT_NOTE && r.items[1].level == REPORT_WARNING, "their levels");
	is_str(r.items[1].found, "100% and more", "the page's text is no format");
	is_str(r.items[2].found, "load is 7", "what was found this time");
	is_str(r.items[2].remedy, "wait", "with the remedy of its kind");
	report_tell_of(&r, &kinds[1], "table 6", "%s", "narrow");
	is_str(r.items[3].subject, "table 6", "a subject that is known only now");
	is_str(r.items[3].remedy, "wait", "and the remedy of its kind");
	report_ok(&r, "kafka", "%d brokers", 3);
	ok(r.items[4].level == REPORT_OK && r.items[4].remedy == NULL, "what is in order needs no remedy");
	err_set(&err, ERR_CONFIG, 0, "100%% wrong");
	report_error(&r, "mysql", &err);
	ok(r.items[5].level == REPORT_PROBLEM, "an error is a problem");
	is_str(r.items[5].found, "100% wrong", "in its own words");
	report_done(&r);

	ok(xstrdup(NULL) == NULL, "no text, no copy");
	copy = xstrndup("abcdef", 2);
	is_str(copy, "ab", "a slice copied");
	free(copy);
	return tap_done();
}
