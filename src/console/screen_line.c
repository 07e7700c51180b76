/* screen_line.c - what a key does with the line under the cursor, or with what a page is about. @thread ui */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "core/text.h"

/* "pause", "resume", or NULL: the one that is of use. What is failed is resumed. */
static void action_hold(struct screen *s, const char *verb)
{
	const struct view *view = view_get(s->view);
	char line[sizeof(s->request)];
	const char *target;
	bool paused;
	size_t row;

	if (s->status == NULL || view->target == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	target = view->target(s->status, row, &paused);
	verb = verb ? verb : paused ? "resume" : "pause";
	paused = verb[0] == 'r';
	if (s->view != VIEW_SNAPSHOTS && screen_marked_ask(s, verb, "what"))
		return;
	if (s->view == VIEW_SNAPSHOTS)
		snprintf(line, sizeof(line), "snapshot action=%s", verb);
	else
		snprintf(line, sizeof(line), "%s \"what=%s\"", verb, target);
	screen_toast(s, ROLE_OK,
			paused ? "resuming %s"
					: s->view == VIEW_SNAPSHOTS
					? "pausing the %s: the stream goes on; p resumes it"
					: "pausing %s: nothing is lost, its lag grows until p resumes it",
			target);
	screen_request(s, line, false);
}

static void action_repair(struct screen *s)
{
	const struct view *view = view_get(s->view);
	const char *line;
	size_t row;

	if (s->status == NULL || view->repair == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	line = view->repair(s->status, row);
	if (line[0])
		screen_request(s, line, true);
	else
		screen_toast(s, ROLE_STATUS, "no request ends this problem; Enter says what does");
}

static void action_acknowledge(struct screen *s)
{
	const struct view *view = view_get(s->view);
	char line[sizeof(s->request)];
	size_t row;

	if (s->status == NULL || view->acknowledge == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	view->acknowledge(s->status, row, line, sizeof(line));
	screen_request(s, line, false);
}

bool screen_has_detail(const struct screen *s)
{
	const struct view *view = view_get(s->view);

	if (!screen_is_recorded(s))
		return false;
	return view->page ? view->page->detail != NULL : view->detail != NULL && s->status != NULL;
}

void screen_detail(const struct screen *s, size_t row, struct buf *out)
{
	const struct view *view = view_get(s->view);

	if (view->page)
		view->page->detail(s->pages[s->view], row, out);
	else
		view->detail(s->status, row, out);
}

/* The page that Enter opens on the row, if the view has one. */
static bool open_deeper(struct screen *s)
{
	const struct view *view = view_get(s->view);
	char subject[GRID_KEY + 100];
	size_t row;

	if (view->subject == NULL || s->status == NULL || s->past_shown || !grid_selected(&s->grids[s->view], &row))
		return false;
	view->subject(s->status, row, subject, sizeof(subject));
	if (subject[0])
		screen_page_open(s, view->opens, subject);
	return true;
}

/* A key of a list that the page of the line carries out. */
static void action_deeper(struct screen *s, enum action action)
{
	if (!screen_past_refuses(s) && open_deeper(s))
		screen_page_opened_by(s, action);
}

/* What only MySQL and the target know comes below what the status says. */
static void ask_columns(struct screen *s, const char *table)
{
	if (!s->status->capture.enabled)
		return;
	buf_puts(&s->text, "\n");
	buf_printf(&s->text, "%-18s %-20s %-17s %s\n", "column", "MySQL", "scripts", "target");
	snprintf(s->request, sizeof(s->request), "columns");
	request_line_add(s->request, sizeof(s->request), "table", table);
	request_line_add(s->request, sizeof(s->request), "form", "text");
	s->request_lane = LANE_NONE;
	s->asked = true;
}

static void action_open(struct screen *s)
{
	size_t row;

	if (open_deeper(s))
		return;
	if (s->view == VIEW_OVERVIEW && s->status && s->status->nproblems == 0)
		screen_go(s, VIEW_STAGES); /* what is looked at when nothing is wrong */
	if (!grid_selected(&s->grids[s->view], &row))
		return;
	if (!screen_has_detail(s)) {
		screen_past_refuses(s);
		return;
	}
	buf_reset(&s->text);
	screen_detail(s, row, &s->text);
	snprintf(s->text_title, sizeof(s->text_title), "detail");
	s->text_top = 0;
	s->mode = MODE_TEXT;
	if (s->view == VIEW_TABLES && !s->past_shown)
		ask_columns(s, s->status->tables[row].name);
}

void screen_copy(struct screen *s, const char *text, size_t len)
{
	buf_reset(&s->clip);
	buf_put(&s->clip, text, len);
	screen_toast(s, ROLE_OK, "%zu bytes are in the clipboard, if the terminal takes OSC 52", s->clip.len);
}

/* The row under the cursor, its cells with a tab between them; nothing in it acts in a terminal. */
static void action_copy(struct screen *s)
{
	const struct grid_source *source = view_get(s->view)->source;
	struct grid_text text;
	char line[4096];
	size_t row, len = 0;

	if (screen_of(s) == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	for (int i = 0; i < source->ncolumns && len < sizeof(line); i++) {
		source->cell(screen_of(s), row, i, &text);
		len += (size_t)snprintf(line + len, sizeof(line) - len, i ? "\t" : "%s", "");
		len += len < sizeof(line) ? text_escape(line + len, sizeof(line) - len, text.text, strlen(text.text))
					  : 0;
	}
	screen_copy(s, line, len < sizeof(line) ? len : sizeof(line) - 1);
}

/* What a page is about, as a subject of another one: its topic, else its table. "": neither */
static void page_subject(const struct screen *s, char *out, size_t size)
{
	const struct view_page *page = view_get(s->view)->page;
	struct view_under u = { .table = "" };

	if (page && page->under)
		page->under(s->pages[s->view], &u);
	snprintf(out, size, "%s", u.topic[0] ? u.topic : u.table);
}

static bool is_earlier(const struct grid *g, size_t mark, size_t len)
{
	for (size_t i = 0; i < mark; i++)
		if (strncmp(g->marks[i], g->marks[mark], len) == 0 &&
				(g->marks[i][len] == '/' || g->marks[i][len] == '\0'))
			return true;
	return false;
}

/* "a,b": the topics of the partitions that are marked, or the tables, each once. false: they do not fit. */
static bool marked_topics(const struct screen *s, char *out, size_t size)
{
	const struct grid *g = &s->grids[s->view];
	size_t used = 0;

	for (size_t i = 0; i < g->nmarks && used < size; i++) {
		const char *name = g->marks[i], *slash = s->view == VIEW_TOPICS ? strrchr(name, '/') : NULL;
		size_t len = slash ? (size_t)(slash - name) : strlen(name);

		if (!is_earlier(g, i, len))
			used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? "," : "", (int)len, name);
	}
	return used < size;
}

/* false: no line is marked. */
static bool open_marked(struct screen *s)
{
	char topics[MESSAGES_TOPIC_ROOM];

	if (s->grids[s->view].nmarks == 0)
		return false;
	if (marked_topics(s, topics, sizeof(topics)))
		screen_page_open(s, VIEW_MESSAGES, topics);
	else
		screen_toast(s, ROLE_STATUS_ERROR, "their names are too long for one query: mark fewer");
	return true;
}

/* A page of the topic under the cursor; messages of all that are marked. */
static void action_topic(struct screen *s, enum view_id page)
{
	const struct view *view = view_get(s->view);
	char topic[GRID_KEY];
	size_t row;

	if (view->page) {
		page_subject(s, topic, sizeof(topic));
		if (topic[0])
			screen_page_open(s, page, topic);
		else
			screen_toast(s, ROLE_STATUS, "it is of no table and no topic");
		return;
	}
	if (s->status == NULL || view->topic == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	if (screen_past_refuses(s))
		return;
	if (page == VIEW_MESSAGES && open_marked(s))
		return;
	view->topic(s->status, row, topic, sizeof(topic));
	screen_page_open(s, page, topic);
}

/* Of the table under the cursor, else of all. */
static void action_dead(struct screen *s)
{
	char table[GRID_KEY] = "";
	size_t row;

	if (s->status && s->view == VIEW_TABLES && grid_selected(&s->grids[s->view], &row))
		snprintf(table, sizeof(table), "%s", s->status->tables[row].name);
	else if (view_get(s->view)->page)
		page_subject(s, table, sizeof(table));
	screen_page_open(s, VIEW_DEAD, table);
}

/* The key is asked for; on a message it is that message's. */
static void action_trace(struct screen *s)
{
	const struct view *view = view_get(s->view);
	size_t row;

	if (s->status == NULL || view->topic == NULL || !grid_selected(&s->grids[s->view], &row))
		return;
	if (screen_past_refuses(s))
		return;
	view->topic(s->status, row, s->traced, sizeof(s->traced));
	s->mode = MODE_PROMPT;
	s->prompt = PROMPT_TRACE;
	snprintf(s->prompt_label, sizeof(s->prompt_label), "trace the row with key (4711, id=4711, \"a=1 b=2\"): ");
	s->input[0] = '\0';
}

void screen_trace(struct screen *s, const char *key)
{
	char line[sizeof(s->request)] = "trace";

	request_line_add(line, sizeof(line), "table", s->traced);
	request_line_add(line, sizeof(line), "key", key);
	screen_request(s, line, true);
}

bool screen_line_act(struct screen *s, enum action action)
{
	switch (action) {
	case ACTION_OPEN: action_open(s); break;
	case ACTION_MESSAGES: action_topic(s, VIEW_MESSAGES); break;
	case ACTION_TOPIC: action_topic(s, VIEW_TOPIC); break;
	case ACTION_DEAD: action_dead(s); break;
	case ACTION_TRACE: action_trace(s); break;
	case ACTION_COPY: action_copy(s); break;
	case ACTION_PAUSE_RESUME: action_hold(s, NULL); break;
	case ACTION_PAUSE: action_hold(s, "pause"); break;
	case ACTION_RESUME: action_hold(s, "resume"); break;
	case ACTION_REPAIR: action_repair(s); break;
	case ACTION_ACKNOWLEDGE: action_acknowledge(s); break;
	case ACTION_APPLY:
	case ACTION_ROLL_BACK:
	case ACTION_VERSIONS:
	case ACTION_DIFFERENCE: action_deeper(s, action); break;
	default: return false;
	}
	return true;
}
