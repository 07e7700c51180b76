/*
 * screen_page.c - views with a state of their own: opens them, hands them keys, prompts and answers, and does what they ask for. A state
 * lives from the first time that its view is opened until the console ends, so that coming back finds what was left.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "console/keys/request_line.h"
#include "core/xalloc.h"

static const struct view_page *page_of(const struct screen *s)
{
	return view_get(s->view)->page;
}

const void *screen_of(const struct screen *s)
{
	if (!screen_is_recorded(s))
		return NULL;
	return page_of(s) ? s->pages[s->view] : (const void *)s->status;
}

bool screen_has_tab(enum view_id view)
{
	return view < VIEW_TABS;
}

bool screen_go_named(struct screen *s, const char *name)
{
	for (int i = 0; i < VIEW_COUNT; i++) {
		const struct view *view = view_get((enum view_id)i);

		if (strcasecmp(view->name, name) != 0 || (view->page && !screen_has_tab((enum view_id)i)) ||
				engine_request_doc(s->docs, name))
			continue;
		screen_go(s, (enum view_id)i);
		return true;
	}
	return false;
}

static void show_text(struct screen *s, const struct view_order *o)
{
	buf_reset(&s->text);
	buf_put(&s->text, o->show->data ? o->show->data : "", o->show->len);
	snprintf(s->text_title, sizeof(s->text_title), "%s", o->about);
	s->text_top = 0;
	s->mode = MODE_TEXT;
}

/* What the page wanted. */
static void carry_out(struct screen *s, const struct view_order *o)
{
	if (o->changes && screen_past_refuses(s))
		return;
	s->cancel |= o->cancel;
	if (o->asks) {
		screen_request(s, o->request, true);
	} else if (o->request[0]) {
		snprintf(s->request, sizeof(s->request), "%s", o->request);
		s->request_lane = o->lane;
		if (o->lane == LANE_LIST && !o->again)
			grid_reset(&s->grids[s->view]);
	}
	if (o->prompt) {
		s->mode = MODE_PROMPT;
		s->prompt = o->prompt;
		snprintf(s->prompt_label, sizeof(s->prompt_label), "%s", o->label);
		snprintf(s->input, sizeof(s->input), "%s", o->text);
	}
	if (o->toast[0])
		screen_toast(s, o->role, "%s", o->toast);
	if (o->copy)
		screen_copy(s, o->copy->data ? o->copy->data : "", o->copy->len);
	if (o->show)
		show_text(s, o);
	if (o->edit) {
		snprintf(s->edit, sizeof(s->edit), "%s", o->edit);
		s->wish = WISH_EDIT;
	}
	if (o->edit_text) {
		buf_done(&s->edit_text);
		s->edit_text = *o->edit_text;
		buf_init(o->edit_text, o->edit_text->max);
		s->wish = WISH_EDIT_TEXT;
	}
	if (o->trace) {
		snprintf(s->traced, sizeof(s->traced), "%s", o->table);
		screen_trace(s, o->trace);
	}
	if (o->close)
		screen_back(s);
}

void screen_page_refresh(struct screen *s)
{
	const struct view_page *page = page_of(s);
	struct grid *g = &s->grids[s->view];

	grid_update(g, view_get(s->view)->source, s->pages[s->view]);
	if (page->at_end && page->at_end(s->pages[s->view]) && g->count)
		grid_move(g, view_get(s->view)->source, s->pages[s->view], LONG_MAX);
}

void screen_page_open(struct screen *s, enum view_id view, const char *subject)
{
	const struct view_page *page = view_get(view)->page;
	struct view_order o = { .past = s->past_shown };

	if (s->pages[view] == NULL)
		s->pages[view] = xcalloc(1, page->size);
	if (s->past_shown && !page->past) {
		if (screen_has_tab(view))
			screen_show(s, view); /* it is opened when it is now again */
		else
			screen_past_refuses(s);
		return;
	}
	if (page->subject)
		grid_reset(&s->grids[view]);
	page->open(s->pages[view], subject, &o);
	screen_show(s, view);
	carry_out(s, &o);
	screen_page_status(s);
	screen_refresh(s);
}

void screen_page_again(struct screen *s)
{
	const struct view_page *page = page_of(s);
	struct view_order o = { .prompt = PROMPT_NONE };

	if (page == NULL || page->again == NULL)
		return;
	page->again(s->pages[s->view], &o);
	carry_out(s, &o);
	screen_page_status(s);
}

void screen_page_status(struct screen *s)
{
	const struct view_page *page = page_of(s);
	struct view_order o = { .past = s->past_shown };

	if (page == NULL || page->status == NULL || s->status == NULL || !screen_is_recorded(s))
		return;
	page->status(s->pages[s->view], s->status, &o);
	carry_out(s, &o);
}

static bool page_act(struct screen *s, enum action action, bool opened)
{
	const struct view_page *page = page_of(s);
	struct view_order o = { .past = s->past_shown, .opened = opened };
	bool taken;

	if (page == NULL || page->act == NULL || !screen_is_recorded(s))
		return false;
	taken = page->act(s->pages[s->view], &s->grids[s->view], action, &o);
	if (taken)
		screen_page_refresh(s);
	carry_out(s, &o);
	return taken;
}

bool screen_page_act(struct screen *s, enum action action)
{
	return page_act(s, action, false);
}

void screen_page_opened_by(struct screen *s, enum action action)
{
	page_act(s, action, true);
}

void screen_edited(struct screen *s, const char *why)
{
	const struct view_page *page = page_of(s);
	struct view_order o = { .prompt = PROMPT_NONE };

	if (why) {
		screen_toast(s, ROLE_STATUS_ERROR, "%s", why);
		return;
	}
	if (page == NULL || page->edited == NULL) {
		screen_page_act(s, ACTION_EDITED);
		return;
	}
	page->edited(s->pages[s->view], s->edit_text.data ? s->edit_text.data : "", s->edit_text.len, &o);
	carry_out(s, &o);
}

void screen_page_prompted(struct screen *s, const char *text)
{
	struct view_order o = { .past = s->past_shown };

	page_of(s)->prompted(s->pages[s->view], s->prompt, text, &o);
	screen_page_refresh(s);
	carry_out(s, &o);
}

/* The view that a lane's answers are for: the one that was opened last, also while another one is looked at. */
static enum view_id answers_to(const struct screen *s)
{
	return page_of(s) ? s->view : s->last_page;
}

void screen_lane_answer(struct screen *s, enum view_lane lane, const char *line, size_t len)
{
	struct view_order o = { .past = s->past_shown };
	enum view_id view = answers_to(s);

	if (lane == LANE_PAST) {
		screen_past_line(s, line, len);
		return;
	}
	if (lane == LANE_BATCH)
		return;
	view_get(view)->page->answer(s->pages[view], lane, line, len, &o);
	carry_out(s, &o);
}

void screen_lane_end(struct screen *s, enum view_lane lane, const char *why)
{
	struct view_order o = { .past = s->past_shown };
	enum view_id view = answers_to(s);

	if (lane == LANE_PAST) {
		if (why[0])
			screen_toast(s, ROLE_STATUS_ERROR, "%s", why);
		return;
	}
	if (lane == LANE_BATCH) {
		screen_batch_end(s, why);
		return;
	}
	view_get(view)->page->answer_end(s->pages[view], lane, why, &o);
	carry_out(s, &o);
	if (page_of(s))
		screen_page_refresh(s);
}

void screen_pages_done(struct screen *s)
{
	for (int i = 0; i < VIEW_COUNT; i++) {
		if (s->pages[i] == NULL)
			continue;
		view_get((enum view_id)i)->page->done(s->pages[i]);
		free(s->pages[i]);
		s->pages[i] = NULL;
	}
}
