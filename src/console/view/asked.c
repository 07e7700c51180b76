/* asked.c - see asked.h. */
#include "console/view/asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/widget/wrap.h"
#include "core/clock.h"
#include "core/xalloc.h"

enum { SLACK_MS = 500 };

static void rows_clear(struct asked_rows *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_decref(r->items[i]);
	r->count = 0;
}

static enum view_lane lane_of(const struct asked *a)
{
	return a->lane ? a->lane : LANE_LIST;
}

static void ask(struct asked *a, struct view_order *out)
{
	if (out->past)
		return;
	rows_clear(&a->coming);
	a->running = true;
	a->asked_us = clock_mono_us();
	snprintf(out->request, sizeof(out->request), "%s", a->request);
	out->lane = lane_of(a);
	out->again = true;
}

void asked_begin(struct asked *a, const char *request, int period_s, struct view_order *out)
{
	a->request = request;
	a->period_s = period_s;
	a->past = out->past;
	if (a->text.max == 0)
		buf_init(&a->text, 1 << 20);
	ask(a, out);
}

/* What was asked for before a screen of the past is shown belongs to now, and what is shown then is not of now. */
static void change_time(struct asked *a, bool past)
{
	if (a->past == past)
		return;
	a->past = past;
	a->running = false;
	asked_forget(a);
}

void asked_status(void *state, const struct status *s, struct view_order *out)
{
	struct asked *a = state;
	bool back = a->past && !out->past;

	change_time(a, out->past);
	a->status = s;
	if (back ||
			(a->period_s && !a->running &&
					clock_mono_us() - a->asked_us >= (a->period_s * 1000 - SLACK_MS) * 1000LL))
		ask(a, out);
}

static void asked_rows_add(struct asked_rows *r, json_t *row)
{
	xgrow(r->items, r->count, r->cap, 128);
	r->items[r->count++] = row;
}

void asked_add(struct asked *a, json_t *row)
{
	asked_rows_add(&a->shown, row);
	a->known = true;
}

void asked_answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out)
{
	struct asked *a = state;
	struct asked_rows *r = &a->coming;
	json_t *o;

	(void)out;
	if (lane != lane_of(a) || r->count >= ASKED_MOST || (o = json_loadb(line, len, 0, NULL)) == NULL)
		return;
	asked_rows_add(r, o);
}

void asked_answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out)
{
	struct asked *a = state;
	struct asked_rows shown = a->shown;

	(void)out;
	if (lane != lane_of(a) || a->past)
		return;
	a->running = false;
	snprintf(a->why, sizeof(a->why), "%s", why);
	if (why[0])
		return;
	a->known = true;
	a->shown = a->coming;
	a->coming = shown;
	rows_clear(&a->coming);
}

void asked_done(void *state)
{
	struct asked *a = state;

	rows_clear(&a->shown);
	rows_clear(&a->coming);
	free(a->shown.items);
	free(a->coming.items);
	buf_done(&a->text);
}

void asked_forget(struct asked *a)
{
	rows_clear(&a->shown);
	a->known = false;
	a->asked_us = 0;
	a->why[0] = '\0';
}

size_t asked_count(const void *of)
{
	return ((const struct asked *)of)->shown.count;
}

int64_t asked_figure(const struct asked *a, size_t row, const char *name)
{
	const json_t *j = json_object_get(a->shown.items[row], name);

	return json_is_integer(j) ? json_integer_value(j) : -1;
}

const char *asked_text(const struct asked *a, size_t row, const char *name)
{
	const char *text = json_string_value(json_object_get(a->shown.items[row], name));

	return text ? text : "";
}

void asked_draw(struct asked *a, struct grid *g, const struct grid_source *source, struct canvas *cv, struct area at)
{
	asked_draw_of(a, a, g, source, cv, at);
}

void asked_draw_of(struct asked *a, const void *of, struct grid *g, const struct grid_source *source, struct canvas *cv,
		struct area at)
{
	if (a->past && !a->known)
		canvas_text(cv, at.y + 1, at.x + 2, at.width - 4, ROLE_DIM,
				"not recorded: what this list shows is known of now only. Esc goes back to now.");
	else if (a->why[0])
		wrap_draw(cv, a->why, strlen(a->why), at.y + 1, at.x + 2, at.height - 1, at.width - 4, 0,
				ROLE_STATUS_ERROR);
	else if (!a->known)
		canvas_text(cv, at.y + 1, at.x + 2, at.width - 4, ROLE_DIM, "asking...");
	else
		grid_draw(g, source, of, cv, at.y, at.x, at.height, at.width);
	if (!grid_selected(g, &a->cursor))
		a->cursor = SIZE_MAX;
}
