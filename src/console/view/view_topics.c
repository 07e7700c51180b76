/* view_topics.c - one line a partition: what the log holds, how fast more comes, and how far our group is. A group without a commit has no
 * lag: "-", never 0. */
#include "console/view/view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum {
	COLUMN_TOPIC,
	COLUMN_PARTITION,
	COLUMN_KEPT,
	COLUMN_RATE,
	COLUMN_LOW,
	COLUMN_HIGH,
	COLUMN_COMMITTED,
	COLUMN_LAG,
	COLUMNS
};

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TOPIC] = { "topic", -24, 4, 0 },
	[COLUMN_PARTITION] = { "part", 5, 0, 1 },
	[COLUMN_KEPT] = { "kept", 11, 1, 4 },
	[COLUMN_RATE] = { "in", 7, 0, 1 },
	[COLUMN_LOW] = { "low", 11, 1, 5 },
	[COLUMN_HIGH] = { "high", 11, 1, 2 },
	[COLUMN_COMMITTED] = { "committed", 11, 1, 3 },
	[COLUMN_LAG] = { "lag", 10, 1, 0 },
};

const char *const view_topics_fields[] = {
	[COLUMN_TOPIC] = "topic",
	[COLUMN_PARTITION] = "partition",
	[COLUMN_KEPT] = "kept",
	[COLUMN_RATE] = "per_s",
	[COLUMN_LOW] = "low",
	[COLUMN_HIGH] = "high",
	[COLUMN_COMMITTED] = "committed",
	[COLUMN_LAG] = "lag",
};

static size_t count(const void *of)
{
	const struct status *s = of;
	return s->npartitions;
}

static int64_t figure(const struct status_partition *p, int column)
{
	const int64_t figures[COLUMNS] = {
		[COLUMN_PARTITION] = p->id,
		[COLUMN_KEPT] = p->kept,
		[COLUMN_LOW] = p->low,
		[COLUMN_HIGH] = p->high,
		[COLUMN_COMMITTED] = p->committed,
		[COLUMN_LAG] = p->lag,
	};

	return figures[column];
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct status *s = of;
	const struct status_partition *p = &s->partitions[row];

	if (column == COLUMN_TOPIC) {
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s", p->topic);
		return;
	}
	if (column == COLUMN_RATE) {
		show_rate(out->text, p->per_s);
		return;
	}
	if (column == COLUMN_LAG && p->lag > 0)
		out->role = ROLE_STRONG;
	show_exact(out->text, figure(p, column));
}

static int compare(const void *of, int column, size_t a, size_t b)
{
	const struct status *s = of;

	return status_order("partitions", view_topics_fields[column], &s->partitions[a], &s->partitions[b]);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct status *s = of;
	snprintf(out, GRID_KEY, "%s/%d", s->partitions[row].topic, (int)s->partitions[row].id);
}

const struct grid_source view_topics_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.compare = compare,
	.key = key,
	.empty = "the log has no topic yet: nothing was captured",
};

static void put_partition(const struct status *s, const struct status_partition *p, struct buf *out)
{
	char kept[SHOW_SIZE], low[SHOW_SIZE], high[SHOW_SIZE], rate[SHOW_SIZE];

	buf_printf(out, "partition %d: %s kept, offsets %s to %s, %s", (int)p->id, show_exact(kept, p->kept),
			show_exact(low, p->low), show_exact(high, p->high), show_rate(rate, p->per_s));
	if (s->load.enabled && p->lag >= 0)
		buf_printf(out, ", %s wait", show_exact(kept, p->lag));
	buf_putc(out, '\n');
}

/* Its topic, whole: what a line alone does not say. */
void view_topics_detail(const struct status *s, size_t row, struct buf *out)
{
	const struct status_partition *at = &s->partitions[row];
	int64_t kept = 0, lag = -1;
	double rate = NAN;
	size_t n = 0;
	char a[SHOW_SIZE];

	for (size_t i = 0; i < s->npartitions; i++) {
		const struct status_partition *p = &s->partitions[i];

		if (strcmp(p->topic, at->topic) != 0)
			continue;
		n++;
		kept += p->kept;
		rate = isnan(p->per_s) ? rate : p->per_s + (isnan(rate) ? 0 : rate);
		lag = p->lag < 0 ? lag : p->lag + (lag < 0 ? 0 : lag);
	}
	buf_printf(out, "topic: %s\n", at->topic);
	buf_printf(out, "messages kept: %s\n", show_exact(a, kept));
	buf_printf(out, "come in: %s, over the last minute\n", show_rate(a, rate));
	if (lag >= 0)
		buf_printf(out, "not loaded yet: %s\n", show_exact(a, lag));
	else
		buf_puts(out, "not loaded yet: - (our group has no offset here: nothing of it is loaded, or it holds no rows)\n");
	buf_printf(out, "partitions: %zu%s\n\n", n,
			s->npartitions < s->all_partitions ? ", of those that are here" : "");
	for (size_t i = 0; i < s->npartitions; i++)
		if (strcmp(s->partitions[i].topic, at->topic) == 0)
			put_partition(s, &s->partitions[i], out);
	buf_printf(out, "\nsee: its settings and other groups: 'millrace topics %s'\n", at->topic);
}

void view_topics_topic(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "%s", s->partitions[row].topic);
}
