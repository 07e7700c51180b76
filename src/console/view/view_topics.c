/* view_topics.c - one line a partition: what the log holds and how far our group is. A group without a commit has no
 * lag: "-", never 0. */
#include "console/view/view.h"

#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

enum { COLUMN_TOPIC, COLUMN_PARTITION, COLUMN_LOW, COLUMN_HIGH, COLUMN_COMMITTED, COLUMN_LAG, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_TOPIC] = { "topic", -24, 4, 0 },
	[COLUMN_PARTITION] = { "part", 5, 0, 0 },
	[COLUMN_LOW] = { "low", 11, 1, 1 },
	[COLUMN_HIGH] = { "high", 11, 1, 0 },
	[COLUMN_COMMITTED] = { "committed", 11, 1, 0 },
	[COLUMN_LAG] = { "lag", 10, 1, 0 },
};

const char *const view_topics_fields[] = {
	[COLUMN_TOPIC] = "topic",
	[COLUMN_PARTITION] = "partition",
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

void view_topics_topic(const struct status *s, size_t row, char *out, size_t size)
{
	snprintf(out, size, "%s", s->partitions[row].topic);
}
