/* metrics_series.c - what the series of the engine are to a reader: a group, a sentence, a way to write a value. */
#include "console/view/metrics_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "console/widget/show.h"

const struct metrics_range metrics_ranges[METRICS_RANGES] = {
	{ "5 minutes", "5m", 300, 2, 1, 2 },
	{ "hour", "1h", 3600, 20, 10, 10 },
	{ "24 hours", "24h", 86400, 480, 240, 60 },
};

int64_t metrics_beside_s(enum metrics_beside beside)
{
	return beside == BESIDE_HOUR ? 3600 : beside == BESIDE_DAY ? 86400 : 0;
}

const char *metrics_beside_name(enum metrics_beside beside)
{
	return beside == BESIDE_HOUR ? "1 hour earlier" : beside == BESIDE_DAY ? "1 day earlier" : "";
}

/* In the way of a change; a name is of the first whose begin it has. */
static const struct {
	const char *begin, *group;
} groups[] = {
	{ "capture.", "source" },
	{ "source.", "source" },
	{ "rows.", "source" },
	{ "transactions", "source" },
	{ "format.", "capture" },
	{ "log.", "log" },
	{ "read.", "load" },
	{ "load.", "load" },
	{ "dead.", "load" },
	{ "script.", "scripts" },
	{ "dropped.", "scripts" },
	{ "sink.", "target" },
	{ "complete.", "target" },
};
enum { GROUPS = sizeof(groups) / sizeof(*groups) };

static int find_group(const char *series)
{
	for (int i = 0; i < GROUPS; i++)
		if (strncmp(series, groups[i].begin, strlen(groups[i].begin)) == 0)
			return i;
	return GROUPS;
}

const char *metrics_group(const char *series)
{
	return find_group(series) < GROUPS ? groups[find_group(series)].group : "process";
}

int metrics_group_order(const char *series)
{
	int order = 0;

	while (order < GROUPS && strcmp(groups[order].group, metrics_group(series)) != 0)
		order++;
	return order;
}

/* A stage's are those that begin with a point; "%s" is the stage. */
static const struct {
	const char *name, *help;
} helps[] = {
	{ "capture.lag", "age of the newest commit that was read from MySQL" },
	{ "capture.unread", "binlog that MySQL has and that was not read yet" },
	{ "rows.inserted", "rows that were inserted in MySQL and are in the log, a second" },
	{ "rows.updated", "rows that were updated, a second" },
	{ "rows.deleted", "rows that were deleted, a second" },
	{ "rows.snapshot", "rows that snapshots read, a second" },
	{ "transactions", "transactions of MySQL with captured rows, a second" },
	{ "load.lag", "how long the table that lags most is behind" },
	{ "load.rows", "messages in the log that are not loaded" },
	{ "complete.age", "age of the newest commit up to which the target has everything" },
	{ "dropped.rate", "rows that a script drops, a second" },
	{ "script.row", "what a row takes in its script, the mean of all tables" },
	{ "dead.rate", "rows that become dead letters, a second" },
	{ "source.quiet", "time since the last change that was read from MySQL" },
	{ "process.cpu", "cores that this process uses" },
	{ "process.memory", "resident memory of this process" },
	{ ".rate", "rows that leave %s, a second" },
	{ ".busy", "share of the time in which %s works" },
	{ ".blocked", "share of the time in which %s waits for the next stage" },
	{ ".queue", "how full the queue in front of %s is" },
	{ ".p50", "half of the rows are through %s so long after their commit" },
	{ ".p99", "99 of 100 rows are through %s so long after their commit" },
	{ ".latency", "rows by the time from their commit to the end of %s" },
};

void metrics_help(const char *series, char *out, size_t size)
{
	const char *dot = strrchr(series, '.');
	char stage[24];

	snprintf(stage, sizeof(stage), "%.*s", dot ? (int)(dot - series) : 0, series);
	out[0] = '\0';
	for (size_t i = 0; i < sizeof(helps) / sizeof(*helps); i++) {
		const char *at = strstr(helps[i].help, "%s");

		if (strcmp(helps[i].name[0] == '.' && dot ? dot : series, helps[i].name) != 0)
			continue;
		if (at)
			snprintf(out, size, "%.*s%s%s", (int)(at - helps[i].help), helps[i].help, stage, at + 2);
		else
			snprintf(out, size, "%s", helps[i].help);
		return;
	}
}

bool metrics_is_latency(const char *series)
{
	const char *dot = strrchr(series, '.');

	return dot && (strcmp(dot, ".p50") == 0 || strcmp(dot, ".p99") == 0 || strcmp(dot, ".latency") == 0);
}

void metrics_latency_of(const char *series, char *out, size_t size)
{
	const char *dot = strrchr(series, '.');

	snprintf(out, size, "%.*s.latency", dot ? (int)(dot - series) : 0, series);
}

/* ---- values ---- */

static const char *show_share(char *out, double share)
{
	return show_percent(out, share);
}

static const char *show_axis_ns(char *out, double ns)
{
	return show_ns(out, (int64_t)ns);
}

static const char *show_cores(char *out, double cores)
{
	return snprintf(out, SHOW_SIZE, cores < 10 ? "%.2f" : "%.1f", cores), out;
}

static const char *show_whole(char *out, double n)
{
	return n < 1e9 ? show_exact(out, (int64_t)n) : show_axis_count(out, n);
}

static const struct series_unit {
	const char *name;
	const char *(*show)(char *out, double value), *(*axis)(char *out, double value);
	double least_top;
} units[] = {
	{ "ms", show_axis_ms, show_axis_ms, 1000 },
	{ "us", show_axis_us, show_axis_us, 1000 },
	{ "ns", show_axis_ns, show_axis_ns, 1000 },
	{ "rows", show_whole, show_axis_count, 10 },
	{ "rows/s", show_rate, show_rate, 10 },
	{ "transactions/s", show_rate, show_rate, 10 },
	{ "bytes", show_axis_bytes, show_axis_bytes, 1000 },
	{ "cores", show_cores, show_cores, 1 },
	{ "share", show_share, show_share, 1 },
	{ "", show_axis_count, show_axis_count, 1 },
};

static const struct series_unit *find_unit(const char *name)
{
	const struct series_unit *u = units;

	while (u->name[0] && strcmp(u->name, name) != 0)
		u++;
	return u;
}

const char *metrics_show(char *out, const char *unit, double value)
{
	return isfinite(value) ? find_unit(unit)->show(out, value) : strcpy(out, "-");
}

const char *(*metrics_axis(const char *unit))(char *out, double value)
{
	return find_unit(unit)->axis;
}

double metrics_least_top(const char *unit)
{
	return find_unit(unit)->least_top;
}

const json_t *metrics_row(const struct asked *a, const char *series)
{
	for (size_t i = 0; i < a->shown.count; i++)
		if (strcmp(asked_text(a, i, "series"), series) == 0)
			return a->shown.items[i];
	return NULL;
}

/* The bound of the bucket in which the row is that is slower than 99 of 100. */
static double slow_of(const json_t *counts, const json_t *bounds)
{
	int64_t all = 0, sum = 0;

	for (size_t i = 0; i < json_array_size(counts); i++)
		all += json_integer_value(json_array_get(counts, i));
	for (size_t i = 0; i < json_array_size(counts) && all > 0; i++) {
		sum += json_integer_value(json_array_get(counts, i));
		if (sum * 100 >= all * 99)
			return json_is_number(json_array_get(bounds, i)) ? json_number_value(json_array_get(bounds, i))
									 : NAN;
	}
	return NAN;
}

size_t metrics_values(const json_t *row, float *out, size_t most)
{
	const json_t *values = json_object_get(row, "values");
	size_t n = json_array_size(values), from = n > most ? n - most : 0;

	for (size_t i = from; i < n; i++) {
		const json_t *v = json_array_get(values, i);

		out[i - from] = json_is_number(v)  ? (float)json_number_value(v)
				: json_is_array(v) ? (float)slow_of(v, json_object_get(row, "le_us"))
						   : NAN;
	}
	return n - from;
}

struct metrics_figures metrics_figures_of(const float *values, size_t n)
{
	struct metrics_figures f = { NAN, NAN, NAN, NAN };
	size_t known = 0;
	double sum = 0;

	if (n)
		f.now = (double)values[n - 1];
	for (size_t i = 0; i < n; i++) {
		double v = (double)values[i];

		if (!isfinite(v))
			continue;
		f.least = isnan(f.least) || v < f.least ? v : f.least;
		f.most = isnan(f.most) || v > f.most ? v : f.most;
		sum += v;
		known++;
	}
	if (known)
		f.mean = sum / (double)known;
	return f;
}
