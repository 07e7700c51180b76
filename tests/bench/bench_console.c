/*
 * bench_console.c - a console on a terminal of 120x40 that nobody sees: how soon it paints, how soon a key shows, and what it costs at rest.
 *
 *   bench_console KEYS PRESSES REST-SECONDS COMMAND..
 *
 * Prints: first-byte-ms painted-ms key-p50-ms key-p99-ms rest-%-of-a-core rest-wakeups/s rest-terminal-bytes/s. Painted is when the end of the
 * header's first line has been written. KEYS are pressed in turn, each once the terminal has been silent for a moment; a key's time ends with the
 * first byte that follows it. At the end the terminal hangs up. With PRESSES 0 and REST-SECONDS 0 it prints nothing and stays, with the last of KEYS pressed,
 * until SIGTERM: a console that is open beside something else.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum { PAINT_MS = 20000, QUIET_MS = 25, KEY_MS = 5000, CHUNK = 65536 };

static const char painted_text[] = "help";
static volatile sig_atomic_t ended;
static pid_t child;
static int terminal;
static uint64_t bytes;
static char chunk[CHUNK];

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_console: %s\n", what);
	if (child > 0)
		kill(child, SIGKILL);
	exit(1);
}

static int64_t us_left(int64_t until_us)
{
	int64_t left = until_us - clock_mono_us();

	return left > 0 ? left : 0;
}

/* What the terminal got within that time; 0: nothing. */
static size_t take(int64_t us)
{
	struct pollfd p = { .fd = terminal, .events = POLLIN };
	struct timespec wait = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };
	ssize_t n;

	if (ppoll(&p, 1, &wait, NULL) <= 0)
		return 0;
	n = read(terminal, chunk, sizeof(chunk));
	if (n <= 0)
		die("the console has ended");
	bytes += (uint64_t)n;
	return (size_t)n;
}

static void quiet(void)
{
	while (take(QUIET_MS * 1000) && !ended)
		;
}

static void start(char **command)
{
	struct winsize size = { .ws_row = 40, .ws_col = 120 };

	child = forkpty(&terminal, NULL, NULL, &size);
	if (child < 0)
		die("no terminal");
	if (child == 0) {
		setenv("TERM", "xterm-256color", 1);
		execvp(command[0], command);
		_exit(127);
	}
}

static void paint(int64_t began_us, double *first_ms, double *painted_ms)
{
	int64_t until_us = began_us + PAINT_MS * 1000;
	char *text = xcalloc(1, 2 * sizeof(chunk) + 1);
	size_t len = 0;

	*first_ms = *painted_ms = 0;
	while (*painted_ms == 0) {
		size_t n = take(us_left(until_us));
		double ms = (double)(clock_mono_us() - began_us) / 1000;

		if (n == 0)
			die("nothing is painted");
		if (*first_ms == 0)
			*first_ms = ms;
		if (len > sizeof(chunk))
			len = 0;
		memcpy(text + len, chunk, n);
		len += n;
		text[len] = '\0';
		if (strstr(text, painted_text))
			*painted_ms = ms;
	}
	free(text);
}

static int larger(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void press(const char *keys, size_t presses, double *p50, double *p99)
{
	double *ms = xcalloc(presses + 1, sizeof(*ms));
	size_t n = strlen(keys);

	for (size_t i = 0; i < presses; i++) {
		int64_t at_us;

		quiet();
		at_us = clock_mono_us();
		if (write(terminal, &keys[i % n], 1) != 1)
			die("the terminal takes no key");
		if (take(KEY_MS * 1000) == 0)
			die("a key shows nothing");
		ms[i] = (double)(clock_mono_us() - at_us) / 1000;
	}
	qsort(ms, presses, sizeof(*ms), larger);
	*p50 = presses ? ms[presses / 2] : 0;
	*p99 = presses ? ms[(presses * 99 + 99) / 100 - 1] : 0;
	free(ms);
}

struct cost {
	uint64_t ns, wakeups;
};

static uint64_t number_in(const char *task, const char *file, const char *format)
{
	char path[300], line[300];
	unsigned long long value = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", (int)child, task, file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f) && sscanf(line, format, &value) != 1)
		;
	if (f)
		fclose(f);
	return value;
}

/* Of all threads that are there. */
static struct cost cost_of(void)
{
	struct cost sum = { 0, 0 };
	struct dirent *task;
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)child);
	d = opendir(path);
	while (d && (task = readdir(d))) {
		if (task->d_name[0] == '.')
			continue;
		sum.ns += number_in(task->d_name, "schedstat", "%llu");
		sum.wakeups += number_in(task->d_name, "status", "voluntary_ctxt_switches: %llu");
	}
	if (d)
		closedir(d);
	return sum;
}

static void rest(int64_t seconds)
{
	struct cost before, after;
	int64_t until_us;
	uint64_t from;

	quiet();
	before = cost_of();
	from = bytes;
	until_us = clock_mono_us() + seconds * 1000000;
	while (us_left(until_us))
		take(us_left(until_us));
	after = cost_of();
	if (seconds)
		printf(" %.3f %.2f %.0f\n", (double)(after.ns - before.ns) / (double)seconds / 1e7,
				(double)(after.wakeups - before.wakeups) / (double)seconds,
				(double)(bytes - from) / (double)seconds);
	else
		printf(" - - -\n");
}

/* Until somebody has enough of it. */
static void stay(const char *keys)
{
	quiet();
	if (write(terminal, &keys[strlen(keys) - 1], 1) != 1)
		die("the terminal takes no key");
	while (!ended)
		take(1000000);
}

int main(int argc, char **argv)
{
	double first_ms, painted_ms, p50, p99;
	struct sigaction action = { .sa_handler = end };
	int64_t began_us;
	size_t presses;

	if (argc < 5 || argv[1][0] == '\0') {
		fprintf(stderr, "usage: bench_console KEYS PRESSES REST-SECONDS COMMAND..\n");
		return 2;
	}
	presses = strtoul(argv[2], NULL, 10);
	sigaction(SIGTERM, &action, NULL);
	began_us = clock_mono_us();
	start(argv + 4);
	paint(began_us, &first_ms, &painted_ms);
	if (presses == 0 && strcmp(argv[3], "0") == 0) {
		stay(argv[1]);
	} else {
		press(argv[1], presses, &p50, &p99);
		printf("%.1f %.1f %.2f %.2f", first_ms, painted_ms, p50, p99);
		rest(strtoll(argv[3], NULL, 10));
	}
	close(terminal);
	waitpid(child, NULL, 0);
	return 0;
}
