/* One line an event: cleaned, counted when it repeats, kept in a ring. */
#include <unistd.h>

#include "core/clock.h"
#include "core/logline.h"
#include "tests/tap.h"

static struct log_entry entries[2000];
static uint64_t last;
static int out[2];

static size_t read_new(void)
{
	size_t n = logline_read(last, entries, 2000);

	if (n)
		last = entries[n - 1].seq;
	return n;
}

static const char *written(void)
{
	static char text[8192];
	ssize_t n = read(out[0], text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void test_repeats(void)
{
	for (int i = 0; i < 5; i++) {
		logline(LOG_WARNING, "sink", "refused");
		logline(LOG_WARNING, "log", "away");
	}
	is_int(read_new(), 2, "two lines in turn, five times: two lines");
	clock_fake(1002000000);
	is_int(read_new(), 2, "the counts are told when the second is over");
	is_str(entries[0].msg, "refused (4 times more)", "with how often");
	logline(LOG_WARNING, "sink", "refused");
	is_int(read_new(), 1, "after the second it is a line again");
	clock_fake(1010000000);
	for (int i = 0; i < 30; i++)
		logline(LOG_WARNING, "sink", "line %d", i);
	is_int(read_new(), 30, "different lines are all told");
	clock_fake(1020000000);
	is_int(read_new(), 0, "and nothing comes after");
	logline(LOG_WARNING, "sink", "refused");
	logline(LOG_WARNING, "sink", "refused");
	read_new();
	clock_fake(1030000000);
	is_int(read_new(), 1, "one repeat");
	is_str(entries[0].msg, "refused (1 time more)", "is told as one");
}

static void test_ring(void)
{
	size_t n;

	for (int i = 0; i < 3000; i++)
		logline(LOG_INFO, "log", "number %d", i);
	n = read_new();
	is_int(n, 1024, "the ring holds the last 1024");
	is_str(entries[0].msg, "number 1976", "oldest first");
	is_str(entries[n - 1].msg, "number 2999", "newest last");
	is_int(logline_read(last - 3, entries, 2), 2, "not more than asked");
	is_str(entries[0].msg, "number 2997", "from where it was asked");
	is_int(read_new(), 0, "nothing new");
}

static void test_output(void)
{
	static char longer[3000];

	logline_open(out[1], LOG_TEXT, LOG_INFO);
	logline(LOG_NOTICE, "source", "table \"a\"\n\033[2J done");
	is_str(written(), "2001-09-09T01:46:40.123Z notice  source: table \"a\"\\x0a\\x1b[2J done\n", "text");
	logline_open(out[1], LOG_JSON, LOG_INFO);
	logline(LOG_NOTICE, "source", "say \"%s\"", "hi");
	is_str(written(),
			"{\"time\":\"2001-09-09T01:46:40.123Z\",\"level\":\"notice\",\"part\":\"source\","
			"\"msg\":\"say \\\"hi\\\"\"}\n",
			"json");
	memset(longer, '"', sizeof(longer) - 1);
	logline(LOG_ERROR, "a part with a very long name", "%s", longer);
	ok(strstr(written(), "...\"}\n") != NULL, "a line that is too long is cut whole");
	logline(LOG_DEBUG, "source", "not asked for");
	logline(LOG_INFO, "source", "end");
	ok(strstr(written(), "not asked for") == NULL, "below the level: nothing");
	logline_open(-1, LOG_TEXT, LOG_INFO);
}

int main(void)
{
	enum log_level level;

	if (pipe(out) != 0)
		return 1;
	clock_fake(1000000000123456);
	test_output();
	clock_fake(1000000000);
	read_new();
	test_repeats();
	test_ring();
	ok(log_level_parse("Warning", &level) && level == LOG_WARNING, "levels are read");
	ok(!log_level_parse("loud", &level), "or refused");
	return tap_done();
}
