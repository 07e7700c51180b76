/*
 * cli_status_snapshot.c - the tables of a snapshot in `millrace status`: those that are being read, the few that come
 * next, and how many more there are. A snapshot of ten thousand tables takes no more lines than one of ten.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

enum { NAME_WIDTH = 24 };

static void print_reading(void *unused, const struct status_reading *r)
{
	char left[32], total[24] = "-";

	(void)unused;
	cli_duration(left, sizeof(left), r->left_ms);
	if (r->total > 0)
		snprintf(total, sizeof(total), "%" PRIu64, r->total);
	fputs("         ", stdout);
	cli_put_name(r->name, NAME_WIDTH);
	printf(" %-7s %10" PRIu64 " %10s %6" PRIu64 " %8.0f %8s\n", r->state, r->rows, total, r->chunks, r->rows_per_s,
			left);
}

static void print_more(void *arg, const char *state, size_t n, bool some)
{
	const char **before = arg;

	printf("%s%zu%s %s", *before, n, some ? " more" : "", state);
	*before = ", ";
}

void cli_print_readings(const struct status *s)
{
	const char *before = "         and ";

	if (s->nreadings == 0)
		return;
	printf("         %-*s %-7s %10s %10s %6s %8s %8s\n", NAME_WIDTH, "TABLE", "STATE", "ROWS", "OF ABOUT", "CHUNKS",
			"ROWS/S", "LEFT");
	status_show_readings(s, print_reading, print_more, &before);
	if (*before == ',')
		putchar('\n');
}
