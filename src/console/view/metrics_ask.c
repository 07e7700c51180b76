/*
 * metrics_ask.c - what Metrics asks the engine for: windows of all series or of one, which end at the status that is
 * shown, one request at a time.
 */
#include "console/view/metrics_page.h"

#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "core/clock.h"
#include "core/num/num.h"

enum { BESIDE_PERIOD_S = 30, SLACK_MS = 500 };

static void put_moment(char *line, size_t size, const char *name, int64_t wall_us)
{
	char text[40];

	text[num_iso_datetime(text, wall_us / 1000000 * 1000000, 0, ' ')] = '\0';
	request_line_add(line, size, name, text);
}

/* What a part asks for: its series, and its window, which ends at the status that is shown. */
static void write_request(struct metrics *p, enum metrics_part part, int64_t until_us)
{
	const struct metrics_range *r = &metrics_ranges[p->range];
	bool chart = part >= PART_CHART;
	int step_s = chart ? r->chart_step_s : r->list_step_s;
	char *line = p->requests[part], series[sizeof(p->series) + 16] = "all", step[20];

	until_us -= until_us % (step_s * INT64_C(1000000));
	if (chart)
		snprintf(series, sizeof(series), "%s", p->series);
	if (chart && metrics_is_latency(series) && r->seconds <= 3600)
		metrics_latency_of(p->series, series, sizeof(series));
	snprintf(line, sizeof(p->requests[part]), "history");
	snprintf(step, sizeof(step), "%d", step_s);
	request_line_add(line, sizeof(p->requests[part]), "series", series);
	put_moment(line, sizeof(p->requests[part]), "from", until_us - r->seconds * INT64_C(1000000));
	put_moment(line, sizeof(p->requests[part]), "to", until_us);
	request_line_add(line, sizeof(p->requests[part]), "step", step);
}

static bool is_wanted(const struct metrics *p, enum metrics_part part)
{
	switch (part) {
	case PART_LIST: return !p->chart_shown;
	case PART_LIST_BESIDE: return !p->chart_shown && p->list_beside != BESIDE_NOTHING;
	case PART_CHART: return p->chart_shown;
	default: return p->chart_shown && p->chart_beside != BESIDE_NOTHING;
	}
}

static bool is_due(const struct metrics *p, enum metrics_part part)
{
	const struct asked *a = &p->parts[part];
	int period_s = part == PART_LIST_BESIDE || part == PART_CHART_BESIDE ? BESIDE_PERIOD_S
									     : metrics_ranges[p->range].period_s;

	return is_wanted(p, part) &&
			(a->asked_us == 0 ||
					clock_mono_us() - a->asked_us >= (period_s * 1000 - SLACK_MS) * INT64_C(1000));
}

static const enum view_lane lanes[PART_COUNT] = { LANE_LIST, LANE_LIST_BESIDE, LANE_DETAIL, LANE_DETAIL_BESIDE };

void metrics_forget(struct metrics *p, enum metrics_part part, struct view_order *out)
{
	asked_forget(&p->parts[part]);
	p->parts[part].running = false;
	out->cancel |= 1u << lanes[part];
}

void metrics_ask(struct metrics *p, struct view_order *out)
{
	for (int i = 0; i < PART_COUNT; i++)
		if (p->parts[i].running)
			return;
	for (int i = 0; p->status && i < PART_COUNT; i++) {
		enum metrics_beside beside = p->chart_shown ? p->chart_beside : p->list_beside;
		bool then = i == PART_LIST_BESIDE || i == PART_CHART_BESIDE;

		if (!is_due(p, (enum metrics_part)i))
			continue;
		write_request(p, (enum metrics_part)i,
				p->status->wall_us - (then ? metrics_beside_s(beside) * 1000000 : 0));
		p->parts[i].lane = lanes[i];
		out->past = false; /* the engine keeps them: also of then */
		asked_begin(&p->parts[i], p->requests[i], 0, out);
		return;
	}
}

enum metrics_part metrics_part_of(enum view_lane lane)
{
	return lane == LANE_LIST		   ? PART_LIST
			: lane == LANE_LIST_BESIDE ? PART_LIST_BESIDE
			: lane == LANE_DETAIL	   ? PART_CHART
						   : PART_CHART_BESIDE;
}
