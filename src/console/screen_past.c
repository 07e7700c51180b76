/*
 * screen_past.c - the screen as it was: statuses that the engine's recorder has kept, in the place of the present one. While one is shown,
 * nothing is asked of the engine but the next of them: what is seen is not what would be changed.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "console/keys/request_line.h"
#include "console/widget/show.h"
#include "core/clock.h"
#include "core/num/num.h"

/* Seconds that local time is ahead of UTC. */
static int64_t ahead_s(int64_t wall_s)
{
	time_t sec = (time_t)wall_s;
	struct tm tm;

	localtime_r(&sec, &tm);
	return tm.tm_gmtoff;
}

bool past_moment(const char *text, int64_t now_us, int64_t *wall_s)
{
	int64_t now_s = now_us / 1000000, ms;

	text += text[0] == '@';
	text += text[0] == '-';
	if (!num_parse_moment_ms(text, (now_s + ahead_s(now_s)) * 1000, &ms))
		return false;
	*wall_s = ms / 1000 - ahead_s(ms / 1000);
	return true;
}

void past_request(char *out, size_t size, int64_t wall_s, const char *step)
{
	char at[40];

	at[num_iso_datetime(at, wall_s * 1000000, 0, ' ')] = '\0';
	snprintf(out, size, "past");
	request_line_add(out, size, "at", at);
	if (step)
		request_line_add(out, size, "step", step);
}

static void ask(struct screen *s, int64_t wall_s, const char *step)
{
	past_request(s->request, sizeof(s->request), wall_s, step);
	s->request_lane = LANE_PAST;
}

void screen_past_step(struct screen *s, bool before)
{
	if (s->status == NULL)
		return;
	if (s->past_shown)
		ask(s, s->past.wall_us / 1000000, before ? "before" : "after");
	else if (before)
		ask(s, s->status->wall_us / 1000000, NULL);
	else
		screen_toast(s, ROLE_STATUS, "this is now; [ goes back, @ to a time");
}

void screen_past_prompt(struct screen *s)
{
	s->mode = MODE_PROMPT;
	s->prompt = PROMPT_PAST;
	snprintf(s->prompt_label, sizeof(s->prompt_label),
			"show the screens as they were at (14:02, 2026-01-31 23:59, 90m ago): @");
	s->input[0] = '\0';
}

void screen_past_jump(struct screen *s, const char *text)
{
	int64_t wall_s;

	if (past_moment(text, clock_wall_us(), &wall_s))
		ask(s, wall_s, NULL);
	else
		screen_toast(s, ROLE_STATUS_ERROR, "expected a time (14:02, 2026-01-31 23:59, 90m), found '%.60s'",
				text);
}

bool screen_past_leave(struct screen *s)
{
	if (!s->past_shown)
		return false;
	s->past_shown = false;
	s->status = s->live;
	s->cancel |= 1u << LANE_PAST;
	if (view_get(s->view)->page && !view_get(s->view)->page->past)
		screen_page_open(s, s->view, "");
	else
		screen_page_status(s);
	return true;
}

void screen_past_line(struct screen *s, const char *line, size_t len)
{
	struct err err;

	err_clear(&err);
	if (status_from_json(&s->past, line, len, &err)) {
		screen_toast(s, ROLE_STATUS_ERROR, "%s", err.msg);
		screen_past_leave(s);
		return;
	}
	if (view_get(s->view)->page && !screen_has_tab(s->view))
		screen_go(s, screen_tab(s)); /* what such a page shows is asked of the engine now */
	s->cancel |= 1u << LANE_LIST | 1u << LANE_DETAIL | 1u << LANE_LIST_BESIDE | 1u << LANE_DETAIL_BESIDE;
	s->past_shown = true;
	s->status = &s->past;
	screen_page_status(s);
	screen_refresh(s);
}

void screen_past_show(struct screen *s, struct status *was)
{
	struct status none = s->past;

	s->past = *was;
	*was = none;
	s->past_shown = true;
	s->status = &s->past;
}

bool screen_is_recorded(const struct screen *s)
{
	const struct view_page *page = view_get(s->view)->page;

	return !s->past_shown || page == NULL || page->past;
}

bool screen_past_refuses(struct screen *s)
{
	if (s->past_shown)
		screen_toast(s, ROLE_WARN,
				"these screens are of the past: nothing is done from here; Esc goes back to now");
	return s->past_shown;
}

void screen_past_bar(const struct screen *s, struct canvas *cv, int y)
{
	int64_t us = s->past.wall_us;
	time_t sec = (time_t)(us / 1000000);
	char when[40], age[SHOW_SIZE];
	struct tm tm;

	localtime_r(&sec, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	canvas_fill(cv, y, 0, 1, cv->cols, ROLE_TAB_CURRENT);
	canvas_printf(cv, y, 1, cv->cols - 2, ROLE_TAB_CURRENT,
			"REPLAY %s, %s ago   [ ] step   @ another time   Esc now", when,
			show_age(age, (clock_wall_us() - us) / 1000000));
}
