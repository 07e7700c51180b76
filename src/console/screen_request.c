/*
 * screen_request.c - requests and their answers. What a request does to the data says what is asked before it: nothing before what can be taken
 * back, a key before what costs, a typed name before what removes data. Of lines that are marked each has its own request where one takes a single
 * name: they are sent one after the other, and the first that is refused ends them.
 */
#include "console/screen_parts.h"

#include <stdio.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "core/clock.h"

/* ---- answers ---- */

void screen_answer(struct screen *s, const char *line, size_t len)
{
	int before = s->text_top;

	if (!s->asked || s->full)
		return;
	if (s->mode != MODE_TEXT) {
		s->mode = MODE_TEXT;
		buf_reset(&s->text);
		s->text_top = before = 0;
	}
	s->full = s->text.len + len >= SCREEN_TEXT_MAX;
	if (s->full) {
		buf_printf(&s->text, "-- cut here: the console shows %d KiB of an answer, and ended the request\n",
				SCREEN_TEXT_MAX >> 10);
	} else {
		buf_put(&s->text, line, len);
		buf_putc(&s->text, '\n');
	}
	s->text_top = before;
}

void screen_answer_end(struct screen *s, const char *why)
{
	if (why)
		screen_toast(s, ROLE_STATUS_ERROR, "%s", why);
	else if (s->full)
		screen_toast(s, ROLE_WARN, "the answer was cut at %d KiB", SCREEN_TEXT_MAX >> 10);
	else if (s->mode != MODE_TEXT || !s->asked)
		screen_toast(s, ROLE_OK, "done");
	s->asked = s->full = false;
}

/* ---- what is asked before ---- */

void screen_dialog_open(struct screen *s, uint32_t yes, const char *title)
{
	s->mode = MODE_DIALOG;
	s->dialog = (struct screen_dialog){ .yes = yes, .opened_us = clock_mono_us() };
	snprintf(s->dialog.title, sizeof(s->dialog.title), "%s", title);
}

/* The name that has to be typed: what the request removes data of. */
static const char *subject_of(const struct engine_request *r)
{
	const char *tables = engine_request_arg(r, "tables"), *table = engine_request_arg(r, "table");

	return tables ? tables : table ? table : r->command;
}

/* "what to do (start)": the last word of the help is what holds when nothing is said. "": none */
static void unsaid(const struct engine_request_arg_doc *a, char out[40])
{
	size_t len = strlen(a->help);
	const char *open = strrchr(a->help, '(');

	out[0] = '\0';
	if (open && a->help[len - 1] == ')')
		snprintf(out, 40, "%.*s", (int)(a->help + len - 1 - open - 1), open + 1);
}

/* What it does in words, then the request as it was typed, and what holds for what was not typed. */
static void say_request(struct screen *s, const struct engine_request *r, const char *line)
{
	const struct engine_request_doc *doc = engine_request_doc(s->docs, r->command);
	char *text = s->dialog.text;
	size_t size = sizeof(s->dialog.text), len;
	char shown[201];

	len = (size_t)snprintf(text, size, "%s%s%s", doc->help, doc->help[0] ? ": " : "",
			request_line_show(shown, sizeof(shown), line));
	for (const struct engine_request_arg_doc *a = doc->args; a->name && len < size; a++) {
		char value[40];

		unsaid(a, value);
		if (value[0] && engine_request_arg(r, a->name) == NULL)
			len += (size_t)snprintf(text + len, size - len, ", %s=%s", a->name, value);
	}
}

static void ask_first(struct screen *s, enum engine_effect effect, const struct engine_request *r, const char *line)
{
	screen_dialog_open(s, 'y', effect == EFFECT_DESTRUCTIVE ? "This removes data" : "This costs");
	snprintf(s->dialog.command, sizeof(s->dialog.command), "%s", line);
	say_request(s, r, line);
	if (effect < EFFECT_DESTRUCTIVE)
		return;
	snprintf(s->dialog.word, sizeof(s->dialog.word), "%s", subject_of(r));
	s->input[0] = '\0';
}

/* answer: it goes to the overlay */
void screen_request(struct screen *s, const char *line, bool answer)
{
	struct request_line parsed;
	enum engine_effect effect;
	struct err err;

	if (screen_past_refuses(s))
		return;
	err_clear(&err);
	if (request_line_parse(&parsed, line, s->docs, &err)) {
		screen_toast(s, ROLE_STATUS_ERROR, "%s", err.msg);
		return;
	}
	effect = engine_request_effect(engine_request_doc(s->docs, parsed.request.command), &parsed.request);
	s->asked = answer;
	s->request_lane = LANE_NONE;
	request_line_show(s->text_title, sizeof(s->text_title), line);
	if (effect >= EFFECT_COSTLY)
		ask_first(s, effect, &parsed.request, line);
	else
		snprintf(s->request, sizeof(s->request), "%s", line);
}

/* ---- of what is marked ---- */

static const char *next_line(const char *line)
{
	return line + strlen(line) + 1;
}

static void batch_send(struct screen *s)
{
	snprintf(s->request, sizeof(s->request), "%s", s->batch.data + s->batch_at);
	s->request_lane = LANE_BATCH;
}

void screen_batch_begin(struct screen *s)
{
	s->batch_at = s->batch_done = 0;
	grid_unmark(&s->grids[s->view]);
	screen_toast(s, ROLE_OK, "0 of %u done", s->batch_count);
	batch_send(s);
}

void screen_batch_end(struct screen *s, const char *why)
{
	const char *line = s->batch.data + s->batch_at;

	if (why[0]) {
		screen_toast(s, ROLE_STATUS_ERROR, "%u of %u done, the rest was not tried: %s", s->batch_done,
				s->batch_count, why);
		return;
	}
	s->batch_done++;
	screen_toast(s, ROLE_OK, "%u of %u done", s->batch_done, s->batch_count);
	if (s->batch_done == s->batch_count)
		return;
	s->batch_at = (size_t)(next_line(line) - s->batch.data);
	batch_send(s);
}

static void ask_batch(struct screen *s, const char *command, enum engine_effect effect, const char *names)
{
	const struct engine_request_doc *doc = engine_request_doc(s->docs, command);

	if (effect < EFFECT_COSTLY) {
		screen_batch_begin(s);
		return;
	}
	screen_dialog_open(s, 'y', effect == EFFECT_DESTRUCTIVE ? "This removes data" : "This costs");
	s->dialog.batch = true;
	snprintf(s->dialog.text, sizeof(s->dialog.text), "%s, for %u: %.240s", doc->help, s->batch_count, names);
	if (effect < EFFECT_DESTRUCTIVE)
		return;
	snprintf(s->dialog.word, sizeof(s->dialog.word), "%s %u", command, s->batch_count);
	s->input[0] = '\0';
}

bool screen_marked_ask(struct screen *s, const char *command, const char *arg)
{
	const struct engine_request_doc *doc = engine_request_doc(s->docs, command);
	const struct grid *g = &s->grids[s->view];
	struct engine_request r = { .command = command };
	char line[sizeof(s->request)], names[400];

	if (g->nmarks == 0 || doc == NULL)
		return false;
	if (screen_past_refuses(s))
		return true;
	buf_reset(&s->batch);
	for (size_t i = 0; i < g->nmarks; i++) {
		snprintf(line, sizeof(line), "%s", command);
		request_line_add(line, sizeof(line), arg, g->marks[i]);
		buf_put(&s->batch, line, strlen(line) + 1);
	}
	s->batch_count = (unsigned)g->nmarks;
	grid_marks_join(g, ", ", names, sizeof(names));
	ask_batch(s, command, engine_request_effect(doc, &r), names);
	return true;
}
