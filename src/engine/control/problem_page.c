/* problem_page.c - see problem_page.h. What was before a problem is gathered from the events and from the problems that have ended. */
#include "engine/control/problem_page.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/changes.h"
#include "core/json.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/control/problem_checks.h"

enum { EVENTS_MOST = 1024, LINES_MOST = 24, CHANGED_MOST = 12 };
#define BEFORE_US INT64_C(600000000)
#define SLACK_US 1000000 /* the event that made the problem known stands before it */

struct page_writing {
	struct status status;
	const struct status_problem *problem;
	engine_emit *emit;
	void *arg;
	bool gone;
	struct buf line;
};

struct fact { /* something that happened */
	int64_t at_us;
	unsigned times;
	const char *state, *what;
	char text[1200];
};
struct facts {
	struct fact *items;
	size_t count, cap;
};

/* ---- lines ---- */

static void put_text(struct buf *b, const char *name, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(b, ",\"%s\":", name);
	buf_json_str(b, text);
}

static void begin(struct page_writing *p, const char *part)
{
	buf_reset(&p->line);
	buf_puts(&p->line, "{\"part\":");
	buf_json_str(&p->line, part);
}

static void end(struct page_writing *p)
{
	buf_putc(&p->line, '}');
	p->gone = p->gone || p->emit(p->arg, p->line.data, p->line.len) != 0;
}

static void put_fact(struct page_writing *p, const char *part, const struct fact *f)
{
	begin(p, part);
	buf_printf(&p->line, ",\"at_us\":%" PRId64, f->at_us);
	put_text(&p->line, "state", f->state);
	put_text(&p->line, "what", f->what);
	put_text(&p->line, "text", f->text);
	if (f->times > 1)
		buf_printf(&p->line, ",\"times\":%u", f->times);
	end(p);
}

static void put_problem(struct page_writing *p)
{
	const struct status_problem *q = p->problem;

	begin(p, "what");
	buf_printf(&p->line, ",\"at_us\":%" PRId64 ",\"ms\":%" PRId64, q->since_us,
			(p->status.wall_us - q->since_us) / 1000);
	put_text(&p->line, "state", problem_severity_name(q->severity));
	put_text(&p->line, "code", q->code);
	put_text(&p->line, "kind", q->kind);
	put_text(&p->line, "what", q->subject);
	put_text(&p->line, "text", q->text);
	end(p);
	begin(p, "means");
	put_text(&p->line, "text", q->means);
	end(p);
	begin(p, "left");
	buf_printf(&p->line, ",\"ms\":%" PRId64, q->left_ms);
	put_text(&p->line, "text", q->limit);
	end(p);
	begin(p, "do");
	put_text(&p->line, "text", q->remedy);
	put_text(&p->line, "command", q->command);
	put_text(&p->line, "request", q->request);
	end(p);
}

/* ---- what happened ---- */

/* The same thing again is counted. */
static void add_fact(struct facts *f, int64_t at_us, const char *state, const char *what, const char *text)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->items[i].what, what) == 0 && strcmp(f->items[i].text, text) == 0) {
			f->items[i].times++;
			f->items[i].at_us = at_us > f->items[i].at_us ? at_us : f->items[i].at_us;
			return;
		}
	xgrow(f->items, f->count, f->cap, 32);
	f->items[f->count] = (struct fact){ .at_us = at_us, .times = 1, .state = state, .what = what };
	snprintf(f->items[f->count++].text, sizeof(f->items[0].text), "%s", text);
}

static int newest_first(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	return x->at_us > y->at_us ? -1 : x->at_us < y->at_us;
}

static void put_facts(struct page_writing *p, const char *part, struct facts *f, size_t most)
{
	if (f->count)
		qsort(f->items, f->count, sizeof(*f->items), newest_first);
	for (size_t i = 0; i < f->count && i < most && !p->gone; i++)
		put_fact(p, part, &f->items[i]);
	free(f->items);
}

static void add_problems_before(struct engine *e, const struct page_writing *p, int64_t from, int64_t to,
		struct facts *f)
{
	char text[1400];
	size_t n;
	struct problem_past *past = problems_past(e->shared.problems, &n);

	for (size_t i = 0; i < n; i++) {
		if (past[i].since_us < from || past[i].since_us > to)
			continue;
		snprintf(text, sizeof(text), "problem %s of %s, over since", problem_kind(past[i].code)->name,
				past[i].subject);
		add_fact(f, past[i].since_us, "notice", "problem", text);
	}
	free(past);
	for (size_t i = 0; i < p->status.nproblems; i++) {
		const struct status_problem *q = &p->status.problems[i];

		if (q == p->problem || q->since_us < from || q->since_us > to)
			continue;
		snprintf(text, sizeof(text), "problem %s of %s: %s", q->code, q->subject, q->text);
		add_fact(f, q->since_us, problem_severity_name(q->severity), "problem", text);
	}
}

/* However long before, as far as it is remembered. */
static void put_changed(struct page_writing *p)
{
	const struct status *s = &p->status;
	struct facts f = { 0 };

	for (size_t i = 0; i < s->nchanges; i++)
		if (s->changes[i].wall_us <= p->problem->since_us + SLACK_US)
			add_fact(&f, s->changes[i].wall_us, "notice", change_kind_name(s->changes[i].kind),
					s->changes[i].text);
	put_facts(p, "changed", &f, CHANGED_MOST);
}

/* The ten minutes before: events of every level, other problems. */
static void put_before(struct engine *e, struct page_writing *p, const struct log_entry *events, size_t n)
{
	int64_t to = p->problem->since_us + SLACK_US, from = to - BEFORE_US;
	struct facts f = { 0 };

	for (size_t i = 0; i < n; i++)
		if (events[i].wall_us >= from && events[i].wall_us <= to && events[i].level <= LOG_INFO)
			add_fact(&f, events[i].wall_us, log_level_name(events[i].level), events[i].part, events[i].msg);
	add_problems_before(e, p, from, to, &f);
	put_facts(p, "before", &f, LINES_MOST);
}

/* ---- the problem's own time ---- */

static void add_earlier(struct engine *e, const struct page_writing *p, struct facts *f)
{
	size_t n;
	struct problem_past *past = problems_past(e->shared.problems, &n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(problem_kind(past[i].code)->name, p->problem->code) == 0 &&
				strcmp(past[i].subject, p->problem->subject) == 0) {
			char text[80];

			snprintf(text, sizeof(text), "was there before, for %" PRId64 " s",
					(past[i].ended_us - past[i].since_us) / 1000000);
			add_fact(f, past[i].since_us, "notice", "before", text);
		}
	free(past);
}

static bool is_own(const struct status_problem *p, const struct log_entry *e)
{
	if (e->level > LOG_WARNING)
		return strstr(e->msg, p->code) != NULL;
	return strcmp(p->kind, "half") == 0 || strstr(e->msg, p->subject) != NULL;
}

static void put_timeline(struct engine *e, struct page_writing *p, const struct log_entry *events, size_t n)
{
	const struct status_problem *q = p->problem;
	struct facts f = { 0 };
	char text[120];

	add_earlier(e, p, &f);
	add_fact(&f, q->since_us, "notice", "found", q->times ? "again" : "for the first time");
	for (size_t i = 0; i < n; i++)
		if (events[i].wall_us > q->since_us + SLACK_US && is_own(q, &events[i]))
			add_fact(&f, events[i].wall_us, log_level_name(events[i].level), events[i].part, events[i].msg);
	if (q->by[0]) {
		snprintf(text, sizeof(text), "acknowledged by %s", q->by);
		add_fact(&f, q->acknowledged_us, "notice", "known", text);
	}
	put_facts(p, "timeline", &f, LINES_MOST);
}

/* ---- checks ---- */

static int put_check(void *arg, enum report_level level, const char *subject, int64_t ms, const char *found,
		const char *remedy)
{
	struct page_writing *p = arg;

	begin(p, "check");
	if (ms >= 0)
		buf_printf(&p->line, ",\"ms\":%" PRId64, ms);
	put_text(&p->line, "state", report_level_name(level));
	put_text(&p->line, "what", subject);
	put_text(&p->line, "text", found);
	put_text(&p->line, "remedy", remedy);
	end(p);
	return p->gone;
}

/* ---- which one ---- */

static int choose(struct page_writing *p, const char *code, const char *subject, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < p->status.nproblems; i++) {
		const struct status_problem *q = &p->status.problems[i];

		if (strcmp(q->code, code) != 0 || (subject && strcmp(q->subject, subject) != 0))
			continue;
		p->problem = q;
		n++;
	}
	if (n == 0)
		return err_set(err, ERR_CONFIG, 0, "problem: expected one that `status` lists, found '%.60s'%s%.200s",
				code, subject ? " of " : "", subject ? subject : "");
	if (n > 1)
		return err_set(err, ERR_CONFIG, 0,
				"problem: expected one of the %zu subjects of '%.60s' that `status` prints", n, code);
	return 0;
}

int problem_page(struct engine *e, const char *code, const char *subject, engine_emit *emit, void *arg, struct err *err)
{
	struct page_writing p = { .emit = emit, .arg = arg };
	struct log_entry *events = xcalloc(EVENTS_MOST, sizeof(*events));
	size_t n;
	int rc;

	status_init(&p.status);
	engine_status_copy(e, NULL, &p.status);
	buf_init(&p.line, 64 << 10);
	rc = choose(&p, code, subject, err);
	if (rc == 0) {
		n = logline_read(0, events, EVENTS_MOST);
		put_problem(&p);
		put_timeline(e, &p, events, n);
		put_changed(&p);
		put_before(e, &p, events, n);
		if (!p.gone)
			problem_checks(e, &p.status, p.problem, put_check, &p);
	}
	buf_done(&p.line);
	status_done(&p.status);
	free(events);
	return rc;
}
