/*
 * cli_status_snapshot.c - the tables of a snapshot in `millrace status`: those that are being read, the few that come
 * next, and how many more there are. A snapshot of ten thousand tables takes no more lines than one of ten.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

enum { NAME_WIDTH = 24 };

/* At most so many tables of a state have a line. */
static const struct { const char *state; size_t most; } shown[] = {
	{ "running", 8 }, { "waiting", 3 }, { "ended", 3 }, { "done", 0 },
};

static void print_reading(const struct status_reading *r)
{
	int width = (int)strlen(r->name);
	char left[32], total[24] = "-";

	cli_duration(left, sizeof(left), r->left_ms);
	if (r->total > 0)
		snprintf(total, sizeof(total), "%" PRIu64, r->total);
	fputs("         ", stdout);
	cli_put_safe(stdout, r->name, strlen(r->name));
	printf("%*s %-7s %10" PRIu64 " %10s %6" PRIu64 " %8.0f %8s\n", width < NAME_WIDTH ? NAME_WIDTH - width : 0, "",
	       r->state, r->rows, total, r->chunks, r->rows_per_s, left);
}

/* Returns how many tables of the state have no line. */
static size_t print_state(const struct status *s, const char *state, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nreadings; i++)
		if (strcmp(s->readings[i].state, state) == 0 && n++ < most)
			print_reading(&s->readings[i]);
	return n > most ? n - most : 0;
}

void cli_print_readings(const struct status *s)
{
	const char *before = "         and ";

	if (s->nreadings == 0)
		return;
	printf("         %-*s %-7s %10s %10s %6s %8s %8s\n", NAME_WIDTH, "TABLE", "STATE", "ROWS", "OF ABOUT", "CHUNKS",
	       "ROWS/S", "LEFT");
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		size_t more = print_state(s, shown[i].state, shown[i].most);

		if (more == 0)
			continue;
		printf("%s%zu%s %s", before, more, shown[i].most ? " more" : "", shown[i].state);
		before = ", ";
	}
	if (*before == ',')
		putchar('\n');
}
