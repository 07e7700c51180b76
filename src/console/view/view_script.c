/*
 * view_script.c - the page of one script: what it costs and loses, its text, its versions and what failed in it; other versions are tried beside the one that
 * runs before they take its place. @thread ui
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/view/scripts_page.h"
#include "console/view/view.h"
#include "console/widget/wrap.h"
#include "core/xalloc.h"

enum { ROWS_MOST = 20000 };

/* ---- requests ---- */

static void clear(struct scripts_rows *r)
{
	for (size_t i = 0; i < r->count; i++)
		json_decref(r->items[i]);
	r->count = 0;
}

static void add_row(struct scripts_rows *r, json_t *o)
{
	if (r->count >= ROWS_MOST)
		return;
	xgrow(r->items, r->count, r->cap, 64);
	r->items[r->count++] = json_incref(o);
}

static void ask(struct scripts_page *p, enum scripts_ask what, const char *command, struct view_order *out)
{
	p->ask = what;
	p->running = true;
	snprintf(out->request, sizeof(out->request), "%s", command);
	request_line_add(out->request, sizeof(out->request), "table", p->table);
	out->lane = LANE_DETAIL;
}

static void ask_show(struct scripts_page *p, struct view_order *out)
{
	p->level = SCRIPTS_ONE;
	clear(&p->versions);
	clear(&p->failures);
	clear(&p->lines);
	clear(&p->profile);
	p->path[0] = p->files[0] = p->files_why[0] = p->why[0] = '\0';
	p->marked[0] = '\0';
	p->cursor = 0;
	p->top = 0;
	ask(p, ASK_SHOW, "script-show", out);
}

static void ask_answer(struct scripts_page *p, enum scripts_ask what, const char *command, struct view_order *out)
{
	if (p->level != SCRIPTS_ANSWER)
		p->back = p->level;
	p->level = SCRIPTS_ANSWER;
	scripts_answer_clear(p);
	ask(p, what, command, out);
}

static void take_script(struct scripts_page *p, const struct status_script *s, struct view_order *out)
{
	snprintf(p->table, sizeof(p->table), "%s", s->table);
	snprintf(p->script, sizeof(p->script), "%.127s", s->script);
	p->place = s->place;
	ask_show(p, out);
}

/* ---- keys ---- */

static void under(const void *state, struct view_under *out)
{
	const struct scripts_page *p = state;

	snprintf(out->table, sizeof(out->table), "%s", p->table);
}

static const char *version_chosen(const struct scripts_page *p)
{
	return p->level == SCRIPTS_VERSIONS && p->cursor < p->versions.count
			? scripts_text(p->versions.items[p->cursor], "version")
			: "";
}

static void act_apply(struct scripts_page *p, struct view_order *out)
{
	bool shown = p->level == SCRIPTS_ANSWER && p->ask == ASK_TRY_APPLY && p->tried && p->why[0] == '\0';

	ask_answer(p, shown ? ASK_APPLY : ASK_TRY_APPLY, "script-apply", out);
	if (shown)
		out->changes = true;
	else
		request_line_add(out->request, sizeof(out->request), "dry", "yes");
}

static void act_roll_back(struct scripts_page *p, struct view_order *out)
{
	bool shown = p->level == SCRIPTS_ANSWER && p->ask == ASK_TRY_ROLL_BACK && p->tried && p->why[0] == '\0';

	if (p->level != SCRIPTS_ANSWER || p->ask != ASK_TRY_ROLL_BACK)
		snprintf(p->version, sizeof(p->version), "%.19s", version_chosen(p));
	ask_answer(p, shown ? ASK_ROLL_BACK : ASK_TRY_ROLL_BACK, "script-rollback", out);
	if (p->version[0])
		request_line_add(out->request, sizeof(out->request), "version", p->version);
	if (shown)
		out->changes = true;
	else
		request_line_add(out->request, sizeof(out->request), "dry", "yes");
}

static void compare_texts(struct scripts_page *p, const char *a, const char *b, struct view_order *out)
{
	ask_answer(p, ASK_DIFFERENCE, "script-diff", out);
	snprintf(p->sides[0], sizeof(p->sides[0]), "%s", a);
	snprintf(p->sides[1], sizeof(p->sides[1]), "%s", b);
	request_line_add(out->request, sizeof(out->request), "a", a);
	request_line_add(out->request, sizeof(out->request), "b", b);
}

/* A version and what runs; on what runs the version before. */
static void open_version(struct scripts_page *p, struct view_order *out)
{
	char version[20];

	if (p->cursor >= p->versions.count)
		return;
	snprintf(version, sizeof(version), "%.19s", version_chosen(p));
	if (json_is_true(json_object_get(p->versions.items[p->cursor], "runs")) && p->cursor + 1 < p->versions.count)
		snprintf(version, sizeof(version), "%.19s", scripts_text(p->versions.items[p->cursor + 1], "version"));
	compare_texts(p, version, "running", out);
}

/* What runs and the files; in the list of versions a first one is marked, and a second one compared with it. */
static void act_difference(struct scripts_page *p, struct view_order *out)
{
	char a[20], b[20];

	snprintf(a, sizeof(a), "%s", p->marked);
	snprintf(b, sizeof(b), "%.19s", version_chosen(p));
	if (p->level != SCRIPTS_VERSIONS) {
		compare_texts(p, "running", "files", out);
	} else if (a[0] == '\0' || strcmp(a, b) == 0) {
		snprintf(p->marked, sizeof(p->marked), "%s", a[0] ? "" : b);
	} else {
		p->marked[0] = '\0';
		compare_texts(p, a, b, out);
	}
}

static void act_profile(struct scripts_page *p, struct view_order *out)
{
	if (p->level != SCRIPTS_ONE || p->running)
		return;
	clear(&p->profile);
	p->why[0] = '\0';
	ask(p, ASK_PROFILE, "script-profile", out);
	out->role = ROLE_STATUS;
	snprintf(out->toast, sizeof(out->toast), "measuring for 30 seconds; Esc ends it");
}

static void act_edit(const struct scripts_page *p, struct view_order *out)
{
	if (p->running && p->ask != ASK_SHOW)
		return;
	if (p->path[0]) {
		out->edit = p->path;
		return;
	}
	out->role = ROLE_STATUS;
	snprintf(out->toast, sizeof(out->toast), "this script stands in the configuration: it has no file");
}

static void go_back(struct scripts_page *p, struct view_order *out)
{
	bool changed = p->ask == ASK_APPLY || p->ask == ASK_ROLL_BACK;

	out->cancel |= 1 << LANE_DETAIL;
	p->running = false;
	p->why[0] = '\0';
	p->top = 0;
	if (p->level == p->first) {
		out->close = true;
		return;
	}
	p->level = p->level == SCRIPTS_ANSWER ? p->back : SCRIPTS_ONE;
	if (changed)
		ask_show(p, out);
}

static void move(struct scripts_page *p, long by, long last, bool cursor)
{
	long at = cursor ? (long)p->cursor : p->top;

	at = by > 0 && by > last - at ? last : by < 0 && -by > at ? 0 : at + by;
	at = at < 0 ? 0 : at;
	if (cursor)
		p->cursor = (size_t)at;
	else
		p->top = (int)at;
}

static bool scroll(struct scripts_page *p, enum action action)
{
	long by = action == ACTION_DOWN		     ? 1
			: action == ACTION_UP	     ? -1
			: action == ACTION_PAGE_DOWN ? 10
			: action == ACTION_PAGE_UP   ? -10
			: action == ACTION_FIRST     ? -1000000
			: action == ACTION_LAST	     ? 1000000
						     : 0;

	if (by == 0)
		return false;
	if (p->level == SCRIPTS_VERSIONS)
		move(p, by, (long)p->versions.count - 1, true);
	else
		move(p, by, p->count - 1, false);
	return true;
}

static bool act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct scripts_page *p = state;

	(void)g;
	switch (action) {
	case ACTION_OPEN:
		if (p->level == SCRIPTS_VERSIONS)
			open_version(p, out);
		break;
	case ACTION_BACK:
	case ACTION_QUIT: go_back(p, out); return true;
	case ACTION_VERSIONS:
		if (p->level == SCRIPTS_ONE)
			p->level = SCRIPTS_VERSIONS;
		break;
	case ACTION_PROFILE: act_profile(p, out); break;
	case ACTION_EDIT: act_edit(p, out); break;
	case ACTION_EDITED:
		p->ask = ASK_NOTHING;
		act_apply(p, out);
		break;
	case ACTION_APPLY: act_apply(p, out); break;
	case ACTION_ROLL_BACK: act_roll_back(p, out); break;
	case ACTION_DIFFERENCE: act_difference(p, out); break;
	default: return scroll(p, action);
	}
	if (out->opened)
		p->first = p->level;
	return true;
}

/* What a key is good for where the page is now. */
static bool does(const void *state, enum action action)
{
	const struct scripts_page *p = state;

	switch (action) {
	case ACTION_OPEN: return p->level == SCRIPTS_VERSIONS;
	case ACTION_VERSIONS:
	case ACTION_EDIT:
	case ACTION_PROFILE: return p->level == SCRIPTS_ONE;
	case ACTION_DIFFERENCE: return p->level != SCRIPTS_ANSWER;
	default: return true;
	}
}

/* ---- answers ---- */

static void show_line(struct scripts_page *p, json_t *o)
{
	const char *kind = scripts_text(o, "kind");
	bool ours = scripts_number(o, "place") == (int64_t)p->place;

	if (strcmp(kind, "version") == 0)
		add_row(&p->versions, o);
	else if (strcmp(kind, "failure") == 0)
		add_row(&p->failures, o);
	else if (strcmp(kind, "line") == 0 && ours)
		add_row(&p->lines, o);
	else if (strcmp(kind, "script") == 0 && ours)
		snprintf(p->path, sizeof(p->path), "%s", scripts_text(o, "path"));
	else if (strcmp(kind, "files") == 0) {
		snprintf(p->files, sizeof(p->files), "%.19s", scripts_text(o, "version"));
		snprintf(p->files_why, sizeof(p->files_why), "%s", scripts_text(o, "why"));
	}
}

static void answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out)
{
	struct scripts_page *p = state;
	json_t *o = lane == LANE_DETAIL ? json_loadb(line, len, 0, NULL) : NULL;

	(void)out;
	if (o && p->ask == ASK_SHOW)
		show_line(p, o);
	else if (o && p->ask == ASK_PROFILE) {
		if (strcmp(scripts_text(o, "kind"), "line") == 0 && strcmp(scripts_text(o, "script"), p->script) == 0)
			add_row(&p->profile, o);
	} else if (o)
		scripts_answer_line(p, o);
	json_decref(o);
}

static void answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out)
{
	struct scripts_page *p = state;

	if (lane != LANE_DETAIL)
		return;
	p->running = false;
	snprintf(p->why, sizeof(p->why), "%s", why);
	if (p->ask == ASK_PROFILE && why[0]) {
		out->role = ROLE_STATUS_ERROR;
		snprintf(out->toast, sizeof(out->toast), "%.390s", why);
	}
}

/* ---- the page ---- */

/* A line of the list, or the name of a script or of a table. */
static bool is_wanted(const struct scripts_page *p, const struct status_script *s)
{
	char name[GRID_KEY];

	scripts_key(s, name);
	return strcmp(name, p->wanted) == 0 || strcmp(s->script, p->wanted) == 0 || strcmp(s->table, p->wanted) == 0;
}

static void status(void *state, const struct status *s, struct view_order *out)
{
	struct scripts_page *p = state;

	p->status = s;
	for (size_t i = 0; p->wanted[0] && i < s->nscripts; i++)
		if (is_wanted(p, &s->scripts[i])) {
			p->wanted[0] = '\0';
			take_script(p, &s->scripts[i], out);
		}
}

/* Of all scripts those of its table. A name that does not fit, or that a filter would read as something else, is looked for among all. */
static void looks_for(const void *state, char *out, size_t size)
{
	const struct scripts_page *p = state;
	bool fits = p->wanted[0] == '\0' && p->table[0] != '!' && strlen(p->table) < size;

	snprintf(out, size, "%s", fits ? p->table : "");
}

static void open(void *state, const char *subject, struct view_order *out)
{
	struct scripts_page *p = state;

	(void)out;
	snprintf(p->wanted, sizeof(p->wanted), "%s", subject);
	p->level = p->first = SCRIPTS_ONE;
	p->running = false;
}

/* What was under way when another page was opened has ended. */
static void again(void *state, struct view_order *out)
{
	struct scripts_page *p = state;

	if (!p->running)
		return;
	p->running = false;
	if (p->first == SCRIPTS_ONE)
		ask_show(p, out);
	else
		snprintf(p->why, sizeof(p->why), "it ended when another page was opened; the same key begins it again");
}

static void done(void *state)
{
	struct scripts_page *p = state;
	struct scripts_rows *rows[] = { &p->versions, &p->failures, &p->lines, &p->profile };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		clear(rows[i]);
		free(rows[i]->items);
	}
	scripts_answer_clear(p);
	free(p->answer);
}

static void draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct scripts_page *p = state;
	char missing[GRID_KEY + 80];

	(void)g;
	if (p->wanted[0]) {
		snprintf(missing, sizeof(missing), "%s: expected a script or a table whose script runs, found none",
				p->wanted);
		wrap_draw(cv, missing, strlen(missing), at.y + 1, at.x + 2, at.height - 1, at.width - 4, 0,
				ROLE_STATUS_ERROR);
		return;
	}
	switch (p->level) {
	case SCRIPTS_ONE: scripts_draw_one(p, cv, at); break;
	case SCRIPTS_VERSIONS: scripts_draw_versions(p, cv, at); break;
	case SCRIPTS_ANSWER: scripts_draw_answer(p, cv, at); break;
	}
}

static void title(const void *state, char *out, size_t size)
{
	const struct scripts_page *p = state;
	const char *part = p->level == SCRIPTS_ONE			 ? ""
			: p->level == SCRIPTS_VERSIONS			 ? " > versions"
			: p->ask == ASK_DIFFERENCE			 ? " > difference"
			: p->ask == ASK_TRY_APPLY || p->ask == ASK_APPLY ? " > apply"
									 : " > roll back";

	snprintf(out, size, "%s > %s%s", p->table, p->script, part);
}

static size_t no_rows(const void *of)
{
	(void)of;
	return 0;
}

static const struct grid_column no_column[] = { { "", 1, 0, 0 } };
const struct grid_source view_script_source = { .columns = no_column, .ncolumns = 1, .count = no_rows, .empty = "" };

const struct view_page view_script_page = {
	.size = sizeof(struct scripts_page),
	.subject = "SCRIPT",
	.text = true,
	.done = done,
	.open = open,
	.again = again,
	.status = status,
	.looks_for = looks_for,
	.act = act,
	.does = does,
	.answer = answer,
	.answer_end = answer_end,
	.under = under,
	.title = title,
	.draw = draw,
};
