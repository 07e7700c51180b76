/*
 * view_messages.c - messages of a topic: a line each, as the engine finds them. One request reads what is there and goes on with what comes;
 * the list keeps the last ten thousand. The cursor at the end follows; anywhere else it stays, and new rows are counted.
 */
#include "console/view/messages_page.h"

#include <stdlib.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/view/view.h"
#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/num/num.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { SPLIT_HEIGHT = 26 }; /* from this height on the list stays above a message */

/* Whoever wants to see the begin does not want it to scroll away: then it stops when the list is full. */
static void stop_when_full(struct messages_page *p, struct view_order *out)
{
	if (p->follow || p->count < MESSAGES_KEPT || !p->running)
		return;
	p->running = false;
	out->cancel |= 1 << LANE_LIST;
	out->role = ROLE_STATUS;
	snprintf(out->toast, sizeof(out->toast),
			"%d messages are shown: f finds fewer, s begins elsewhere, F follows the newest",
			MESSAGES_KEPT);
}

static void take_list(struct messages_page *p, const char *line, size_t len, struct view_order *out)
{
	json_t *o = json_loadb(line, len, 0, NULL), *progress = json_object_get(o, "progress");

	if (progress)
		messages_rows_progress(p, progress);
	else if (o)
		messages_rows_add(p, o);
	json_decref(o);
	stop_when_full(p, out);
}

/* ---- requests ---- */

static void ask_list(struct messages_page *p, struct view_order *out)
{
	messages_rows_drop(p, p->count);
	p->running = true;
	p->caught_up = false;
	p->fresh = 0;
	p->scanned = p->done = p->total = p->matched = p->errors = p->bytes = p->left = 0;
	p->why[0] = p->error[0] = '\0';
	p->follow = !p->latest && (p->seek[0] == '-' || strcmp(p->seek, "end") == 0);
	messages_request(p, out, LANE_LIST);
	request_line_add(out->request, sizeof(out->request), "form", "list");
	if (!p->latest)
		request_line_add(out->request, sizeof(out->request), "follow", "yes");
}

/* "topic" or "topic/partition"; a table's name stands for its topic. */
static void page_open(void *state, const char *subject, struct view_order *out)
{
	struct messages_page *p = state;

	messages_detail_close(p);
	if (p->copied.max == 0)
		buf_init(&p->copied, 1 << 20);
	snprintf(p->topic, sizeof(p->topic), "%s", subject);
	snprintf(p->seek, sizeof(p->seek), "-100");
	p->filter[0] = '\0';
	p->latest = false;
	ask_list(p, out);
}

/* The rows stay, and the cursor on them; what was still to come was given up. */
static void page_again(void *state, struct view_order *out)
{
	struct messages_page *p = state;

	if (!p->running)
		return;
	p->running = p->follow = false;
	snprintf(out->toast, sizeof(out->toast), "reading was stopped; F follows again");
	out->role = ROLE_STATUS;
}

static void page_done(void *state)
{
	struct messages_page *p = state;

	messages_detail_close(p);
	messages_rows_drop(p, p->count);
	free(p->rows);
	buf_done(&p->copied);
	buf_done(&p->detail.hex);
	if (p->save.file)
		fclose(p->save.file);
}

/* ---- keys ---- */

static void ask_prompt(struct view_order *out, enum view_prompt which, const char *label, const char *text)
{
	out->prompt = which;
	snprintf(out->label, sizeof(out->label), "%s", label);
	snprintf(out->text, sizeof(out->text), "%s", text);
}

static void ask_path(const struct messages_page *p, struct view_order *out)
{
	char path[sizeof(out->text)], *slash;

	snprintf(path, sizeof(path), "%.400s.jsonl", strchr(p->topic, ',') ? "messages" : p->topic);
	while ((slash = strchr(path, '/')) != NULL)
		*slash = '_';
	ask_prompt(out, PROMPT_SAVE, "save what f and s choose to (.jsonl, .csv): ", path);
}

static bool open_selected(struct messages_page *p, const struct grid *g, struct view_order *out)
{
	size_t row;

	if (grid_selected(g, &row) && row < p->count) {
		messages_difference_end(p);
		messages_detail_ask(p, &p->rows[row], out);
	}
	return true;
}

static void go_back(struct messages_page *p, struct view_order *out)
{
	if (p->detail.open) {
		messages_detail_close(p);
		messages_difference_end(p);
		out->cancel |= 1 << LANE_DETAIL;
	} else if (p->running && !p->caught_up) {
		p->running = false;
		out->cancel |= 1 << LANE_LIST;
	} else {
		p->running = false;
		out->cancel |= 1 << LANE_LIST;
		out->close = true;
	}
}

static void toggle_follow(struct messages_page *p, struct view_order *out)
{
	p->follow = !p->follow;
	p->fresh = 0;
	if (!p->follow || p->running)
		return;
	snprintf(p->seek, sizeof(p->seek), "-100");
	p->latest = false; /* which is the newest is known at an end */
	ask_list(p, out);
}

static void toggle_latest(struct messages_page *p, struct view_order *out)
{
	p->latest = !p->latest;
	snprintf(p->seek, sizeof(p->seek), p->latest ? "begin" : "-100");
	ask_list(p, out);
}

/* Moves the cursor leave the end, or come to it. */
static void note_move(struct messages_page *p, enum action action)
{
	if (action == ACTION_UP || action == ACTION_PAGE_UP || action == ACTION_HALF_UP || action == ACTION_FIRST ||
			action == ACTION_MARK || action == ACTION_MARK_RANGE)
		p->follow = false;
	else if (action == ACTION_LAST)
		p->follow = true;
	if (p->follow)
		p->fresh = 0;
}

static void copy_row(struct messages_page *p, const struct grid *g, struct view_order *out)
{
	size_t row;

	if (!grid_selected(g, &row) || row >= p->count)
		return;
	buf_reset(&p->copied);
	buf_printf(&p->copied, "%s %d %lld %s %s", p->topic, (int)p->rows[row].partition,
			(long long)p->rows[row].offset, p->rows[row].key, p->rows[row].what);
	out->copy = &p->copied;
}

static void trace_row(const struct messages_page *p, const struct grid *g, struct view_order *out)
{
	size_t row;

	if (!grid_selected(g, &row) || row >= p->count)
		return;
	out->table = p->rows[row].table[0] ? p->rows[row].table : p->rows[row].topic[0] ? p->rows[row].topic : p->topic;
	out->trace = p->rows[row].key;
}

static bool page_act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct messages_page *p = state;

	if (p->detail.open && (action == ACTION_NEXT_RECORD || action == ACTION_PREVIOUS_RECORD)) {
		p->follow = false;
		grid_move(g, &view_messages_source, p, action == ACTION_NEXT_RECORD ? 1 : -1);
		return open_selected(p, g, out);
	}
	if (p->detail.open && messages_detail_act(p, action, out))
		return true;
	switch (action) {
	case ACTION_OPEN: return open_selected(p, g, out);
	case ACTION_BACK:
	case ACTION_QUIT: go_back(p, out); return true;
	case ACTION_SEEK:
		ask_prompt(out, PROMPT_SEEK, "begin with (o:N, -N, @TIME, begin, end): ", p->seek);
		return true;
	case ACTION_FILTER:
		ask_prompt(out, PROMPT_FILTER, "filter (Lua, or 'text, or ~regex): ", p->filter);
		return true;
	case ACTION_SAVE: ask_path(p, out); return true;
	case ACTION_FOLLOW: toggle_follow(p, out); return true;
	case ACTION_LATEST: toggle_latest(p, out); return true;
	case ACTION_TRACE: trace_row(p, g, out); return true;
	case ACTION_DIFFERENCE: messages_difference_begin(p, g, out); return true;
	case ACTION_COPY: copy_row(p, g, out); return true;
	default: note_move(p, action); return false;
	}
}

static void page_prompted(void *state, enum view_prompt which, const char *text, struct view_order *out)
{
	struct messages_page *p = state;

	if (which == PROMPT_SAVE) {
		messages_save_begin(p, text, out);
		return;
	}
	if (which == PROMPT_SEEK) {
		snprintf(p->seek, sizeof(p->seek), "%s", text);
	} else {
		snprintf(p->filter, sizeof(p->filter), "%s", text);
		if (p->filter[0] && p->seek[0] == '-') /* the newest hundred are rarely what is searched for */
			snprintf(p->seek, sizeof(p->seek), "begin");
	}
	ask_list(p, out);
}

static void page_answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out)
{
	struct messages_page *p = state;

	if (lane == LANE_LIST)
		take_list(p, line, len, out);
	else if (lane == LANE_DETAIL)
		messages_detail_answer(p, line, len);
	else if (lane == LANE_SAVE)
		messages_save_answer(p, line, len, out);
}

static void page_answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out)
{
	struct messages_page *p = state;

	if (lane == LANE_LIST) {
		p->running = false;
		snprintf(p->why, sizeof(p->why), "%s", why);
	} else if (lane == LANE_DETAIL) {
		snprintf(p->detail.why, sizeof(p->detail.why), "%s",
				why[0] || p->detail.o ? why : "it is no longer in the log");
		messages_difference_next(p, out);
	} else if (lane == LANE_SAVE) {
		messages_save_end(p, why, out);
	}
}

static bool page_at_end(const void *state)
{
	return ((const struct messages_page *)state)->follow;
}

/* ---- drawing ---- */

static void page_title(const void *state, char *out, size_t size)
{
	const struct messages_page *p = state;

	snprintf(out, size, "%.600s > messages   from %s%s%s%.200s%s", p->topic, p->seek,
			p->latest ? "   newest of each key" : "", p->filter[0] ? "   f <" : "", p->filter,
			p->filter[0] ? ">" : "");
}

static int draw_moving(const struct messages_page *p, struct canvas *cv, int y, int x, int width)
{
	char n[SHOW_SIZE];

	if (!p->running)
		return canvas_text(cv, y, x, width, p->caught_up && p->latest ? ROLE_DIM : ROLE_PAUSED,
				p->caught_up && p->latest ? "all read" : "stopped");
	if (!p->caught_up)
		return canvas_text(cv, y, x, width, ROLE_KEY, "reading, Esc stops");
	if (p->follow)
		return canvas_text(cv, y, x, width, ROLE_OK, "FOLLOW");
	if (p->fresh)
		return canvas_printf(cv, y, x, width, ROLE_WARN, "+%s new (F)", show_exact(n, (int64_t)p->fresh));
	return canvas_text(cv, y, x, width, ROLE_DIM, "all read (F follows)");
}

static void draw_state(const struct messages_page *p, struct canvas *cv, int y, int x, int width)
{
	char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], d[SHOW_SIZE];
	int end = x + width;

	x += draw_moving(p, cv, y, x, width) + 2;
	x += canvas_printf(cv, y, x, end - x, p->caught_up ? ROLE_DIM : ROLE_TEXT, "%s of %s offsets, %s, %s found",
			     show_exact(a, p->done), show_exact(b, p->total), show_bytes(c, p->bytes),
			     show_exact(d, p->matched)) +
			2;
	if (p->left)
		canvas_printf(cv, y, x, end - x, ROLE_WARN, "without %s of more keys than are remembered",
				show_exact(a, p->left));
	else if (p->errors)
		canvas_printf(cv, y, x, end - x, ROLE_WARN, "the filter failed for %s: %s", show_exact(a, p->errors),
				p->error);
}

static const char *why_empty(const struct messages_page *p)
{
	if (p->running && !p->caught_up)
		return "reading...";
	return p->filter[0] ? "no message matches the filter (f changes it, s begins elsewhere)"
			    : "there is no message from here on (s begins elsewhere)";
}

static void page_draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct messages_page *p = state;
	int list = !p->detail.open ? at.height : at.height >= SPLIT_HEIGHT && !p->detail.whole ? at.height * 2 / 5 : 0;

	if (list) {
		draw_state(p, cv, at.y, at.x + 1, at.width - 2);
		if (p->why[0])
			wrap_draw(cv, p->why, strlen(p->why), at.y + 2, at.x + 2, list - 2, at.width - 4, 0,
					ROLE_STATUS_ERROR);
		else if (p->count == 0)
			canvas_text(cv, at.y + 3, at.x + 2, at.width - 4, ROLE_DIM, why_empty(p));
		if (p->count)
			grid_draw(g, &view_messages_source, p, cv, at.y + 1, at.x, list - 1, at.width);
	}
	if (p->detail.open)
		messages_detail_draw(p, cv, (struct area){ at.y + list, at.x, at.height - list, at.width });
}

const struct view_page view_messages_page = {
	.size = sizeof(struct messages_page),
	.subject = "TOPIC",
	.done = page_done,
	.open = page_open,
	.again = page_again,
	.act = page_act,
	.prompted = page_prompted,
	.answer = page_answer,
	.answer_end = page_answer_end,
	.at_end = page_at_end,
	.title = page_title,
	.draw = page_draw,
};
