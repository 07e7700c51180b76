/*
 * view_reading.c - a snapshot in the console: one line for the title of the capture half, and its tables in the detail
 * of a stage. As in `millrace status`, ten thousand tables take no more room than ten.
 */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

bool view_reading_title(const struct status *s, char *out, size_t size)
{
	const struct status_snapshot *one = &s->capture.snapshot;
	const struct status_fill *fill = &s->capture.fill;
	uint64_t rows = one->running ? one->rows_done : fill->all_rows;
	uint64_t total = one->running ? one->rows_total : fill->all_total;
	bool more = total >
			rows; /* the server's number of rows is an estimate: what is beyond it ends nobody knows when */
	char share[SHOW_SIZE], left[SHOW_SIZE];

	if (!one->running && fill->tables == 0)
		return false;
	snprintf(out, size, "%s, %u of %u tables, %s left%s",
			show_percent(share,
					more			? (double)rows / (double)total
							: total ? 0.99
								: 0),
			one->running ? one->tables_done : fill->tables_done,
			one->running ? one->tables_total : fill->tables_done + fill->tables,
			show_ms(left,
					!more			       ? -1
							: one->running ? one->left_ms
								       : fill->all_left_ms),
			fill->paused ? ", paused" : "");
	return true;
}

static void put_reading(void *out, const struct status_reading *r)
{
	char rows[SHOW_SIZE], total[SHOW_SIZE], rate[SHOW_SIZE], left[SHOW_SIZE];

	buf_printf(out, "%s: %s", r->state, r->name);
	buf_printf(out, ", %s of about %s rows, %s chunks", show_exact(rows, (int64_t)r->rows),
			show_exact(total, r->total ? (int64_t)r->total : -1), show_count(left, (int64_t)r->chunks));
	if (strcmp(r->state, "running") == 0)
		buf_printf(out, ", %s, %s left", show_rate(rate, r->rows_per_s), show_ms(left, r->left_ms));
	buf_putc(out, '\n');
}

static void put_more(void *out, const char *state, size_t n, bool some)
{
	char more[SHOW_SIZE];

	buf_printf(out, "%s: %s%s tables\n", state, show_exact(more, (int64_t)n), some ? " more" : "");
}

void view_reading_detail(const struct status *s, struct buf *out)
{
	const struct status_fill *fill = &s->capture.fill;
	const char *why = *fill->throttled ? fill->throttled : *fill->error ? fill->error : fill->waits;
	char title[120];

	if (!view_reading_title(s, title, sizeof(title)))
		return;
	buf_printf(out, "snapshot: %s\n", title);
	if (*why)
		buf_printf(out, "%s: %s\n", *fill->throttled ? "throttled" : "waits", why);
	status_show_readings(s, put_reading, put_more, out);
}
