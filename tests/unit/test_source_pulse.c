/* test_source_pulse.c - idle, slow or stuck, from times and numbers: each state, its words, and what does not count. */
#include <string.h>

#include "source/source_pulse.h"
#include "tests/tap.h"

enum { STEP_US = 200000 };

static int64_t now;

/* n steps of 0.2 s each; pos moves by `by` in each, behind by `more`. */
static void steps(struct source_pulse *p, int n, uint64_t *pos, int by, int64_t *behind, int64_t more)
{
	for (int i = 0; i < n; i++) {
		now += STEP_US;
		*pos += (uint64_t)by;
		*behind += more;
		pulse_step(p, now, STEP_US, "binlog.000001", *pos, *behind);
	}
}

static void judged(const struct source_pulse *p, bool reading, int64_t behind, enum pulse want, const char *words,
		const char *name)
{
	char why[200];

	is_int(pulse_judge(p, now, reading, behind, why, sizeof(why)), want, "%s", name);
	ok(strncmp(why, words, strlen(words)) == 0, "in words: %s", why);
}

static void test_states(void)
{
	struct source_pulse p;
	uint64_t pos = 4;
	int64_t behind = 0;

	pulse_init(&p, now);
	steps(&p, 100, &pos, 0, &behind, 0);
	judged(&p, false, 0, PULSE_IDLE, "idle: all that the server has is read, nothing new for 19 s",
			"a quiet server");
	judged(&p, true, 0, PULSE_READING, "reading, as far as the server is", "rows come, nothing is left");
	judged(&p, false, -1, PULSE_UNKNOWN, "reading; the server does not say", "no second connection");
	behind = 5000;
	steps(&p, 40, &pos, 0, &behind, 0);
	judged(&p, false, behind, PULSE_READING, "reading, 5.0 kB behind", "8 s without an event");
	steps(&p, 11, &pos, 0, &behind, 0);
	judged(&p, false, behind, PULSE_STUCK, "stuck: the server is 5.0 kB further", "10 s without an event");
	steps(&p, 1, &pos, 100, &behind, 0);
	judged(&p, true, behind, PULSE_READING, "reading", "one event ends it");
}

static void test_slow(void)
{
	struct source_pulse p;
	uint64_t pos = 4;
	int64_t behind = 100000000;

	pulse_init(&p, now);
	steps(&p, 60, &pos, 100000, &behind, -200000);
	judged(&p, true, behind, PULSE_SLOW,
			"slow: 88.0 MB behind the server, 1.0 MB/s less each second, about 88 s left", "catching up");
	steps(&p, 60, &pos, 100000, &behind, 400000);
	judged(&p, true, behind, PULSE_SLOW, "slow: 112.0 MB behind the server and 2.0 MB/s more", "falling behind");
}

/* The log was full, and nobody read for an hour. */
static void test_own_pause(void)
{
	struct source_pulse p;
	uint64_t pos = 4;
	int64_t behind = 7000;

	pulse_init(&p, now);
	steps(&p, 5, &pos, 0, &behind, 0);
	now += 3600 * 1000000ll;
	pulse_step(&p, now, 0, "binlog.000001", pos, behind);
	judged(&p, false, behind, PULSE_READING, "reading", "our own pause is no silence of the server");
	pulse_step(&p, now, 0, "binlog.000002", pos, behind);
	is_int(p.silent_us, 0, "another file is progress");
}

int main(void)
{
	test_states();
	test_slow();
	test_own_pause();
	return tap_done();
}
