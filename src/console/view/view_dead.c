/*
 * view_dead.c - dead letters that are open: by table and reason with counts, Enter lists those of one group, Enter shows one with the
 * row of MySQL and the row that was to be loaded side by side. Retry and discard are requests like those that are typed.
 */
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "console/keys/request_line.h"
#include "console/view/view.h"
#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/engine.h"

enum { LETTERS_MAX = 1000, LIST_TEXT = 400, ROW_MAX = 1 << 20 };

enum dead_level { LEVEL_GROUPS, LEVEL_LETTERS, LEVEL_LETTER };

struct dead_row { /* a group, or a letter */
	int64_t letters, id, ms;
	char *table, *key, *reason;
};

struct dead_page {
	enum dead_level level;
	char table[GRID_KEY], reason[LIST_TEXT]; /* of the letters that are listed; "" any */
	bool whole_table;			 /* opened for one table: there are no groups behind it */
	struct dead_row *rows;
	size_t count, cap;
	bool running;
	char why[512];
	json_t *letter, *mysql; /* that is shown, and its row of MySQL; NULL until it has come */
	int64_t id;
	int top, lines;
	bool edits;	/* its row is to be edited as soon as it is there */
	bool changed;	/* letters may be closed by now */
	struct buf row; /* as it is edited */
};

/* ---- rows ---- */

static void drop_rows(struct dead_page *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->rows[i].table);
		free(p->rows[i].key);
		free(p->rows[i].reason);
	}
	p->count = 0;
}

static void drop_letter(struct dead_page *p)
{
	json_decref(p->letter);
	json_decref(p->mysql);
	p->letter = p->mysql = NULL;
	p->top = 0;
}

/* A value as text; the caller frees. */
static char *text_of(const json_t *v)
{
	char *text = v == NULL || json_is_string(v) ? NULL : json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	return text ? text : xstrdup(json_is_string(v) ? json_string_value(v) : "");
}

static void add_row(struct dead_page *p, const json_t *o)
{
	bool group = json_object_get(o, "count") != NULL;

	xgrow(p->rows, p->count, p->cap, 64);
	p->rows[p->count++] = (struct dead_row){
		.letters = group ? json_integer_value(json_object_get(o, "count")) : 1,
		.id = json_integer_value(json_object_get(o, group ? "last_id" : "id")),
		.ms = json_integer_value(json_object_get(o, group ? "last_ms" : "at_ms")),
		.table = text_of(json_object_get(o, "table")),
		.key = text_of(json_object_get(o, "key")),
		.reason = text_of(json_object_get(o, "reason")),
	};
}

enum { COLUMN_LETTERS, COLUMN_ID, COLUMN_TIME, COLUMN_TABLE, COLUMN_KEY, COLUMN_REASON, COLUMNS };

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_LETTERS] = { "letters", 7, 0, 0 },
	[COLUMN_ID] = { "ID", 8, 0, 1 },
	[COLUMN_TIME] = { "time UTC", -19, 0, 2 },
	[COLUMN_TABLE] = { "table", -16, 1, 0 },
	[COLUMN_KEY] = { "key", -8, 1, 3 },
	[COLUMN_REASON] = { "reason", -20, 4, 0 },
};

static size_t count(const void *of)
{
	return ((const struct dead_page *)of)->count;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct dead_row *r = &((const struct dead_page *)of)->rows[row];
	char time[48];

	switch (column) {
	case COLUMN_LETTERS:
		out->role = ROLE_CRIT;
		show_exact(out->text, r->letters);
		break;
	case COLUMN_ID: snprintf(out->text, sizeof(out->text), "%lld", (long long)r->id); break;
	case COLUMN_TIME:
		time[num_iso_datetime(time, r->ms * 1000, 0, ' ')] = '\0';
		snprintf(out->text, sizeof(out->text), "%.19s", time);
		break;
	case COLUMN_TABLE: snprintf(out->text, sizeof(out->text), "%s", r->table); break;
	case COLUMN_KEY: snprintf(out->text, sizeof(out->text), "%s", r->key); break;
	default: snprintf(out->text, sizeof(out->text), "%s", r->reason); break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%lld", (long long)((const struct dead_page *)of)->rows[row].id);
}

const struct grid_source view_dead_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "",
};

/* ---- requests ---- */

static void put_which(const char *table, const char *reason, struct view_order *out)
{
	if (table[0])
		request_line_add(out->request, sizeof(out->request), "table", table);
	if (reason[0])
		request_line_add(out->request, sizeof(out->request), "reason", reason);
}

static void ask_list(struct dead_page *p, struct view_order *out)
{
	char n[16];

	drop_letter(p);
	drop_rows(p);
	p->why[0] = '\0';
	p->changed = false;
	p->running = true;
	out->lane = LANE_LIST;
	if (p->level == LEVEL_GROUPS) {
		snprintf(out->request, sizeof(out->request), "dead-groups");
		return;
	}
	snprintf(out->request, sizeof(out->request), "dead");
	put_which(p->table, p->reason, out);
	snprintf(n, sizeof(n), "%d", LETTERS_MAX);
	request_line_add(out->request, sizeof(out->request), "n", n);
}

static void page_open(void *state, const char *subject, struct view_order *out)
{
	struct dead_page *p = state;

	p->whole_table = subject[0] != '\0';
	p->level = p->whole_table ? LEVEL_LETTERS : LEVEL_GROUPS;
	snprintf(p->table, sizeof(p->table), "%s", subject);
	p->reason[0] = '\0';
	ask_list(p, out);
}

static void page_done(void *state)
{
	struct dead_page *p = state;

	buf_done(&p->row);
	drop_letter(p);
	drop_rows(p);
	free(p->rows);
}

/* ---- keys ---- */

static const struct dead_row *selected(const struct dead_page *p, const struct grid *g)
{
	size_t row;

	return grid_selected(g, &row) && row < p->count ? &p->rows[row] : NULL;
}

static void open_selected(struct dead_page *p, const struct grid *g, struct view_order *out)
{
	const struct dead_row *r = selected(p, g);
	char id[24];

	if (r == NULL || p->level == LEVEL_LETTER)
		return;
	if (p->level == LEVEL_GROUPS) {
		snprintf(p->table, sizeof(p->table), "%s", r->table);
		snprintf(p->reason, sizeof(p->reason), "%s", r->reason);
		p->level = LEVEL_LETTERS;
		ask_list(p, out);
		return;
	}
	p->level = LEVEL_LETTER;
	p->edits = false;
	p->id = r->id;
	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	snprintf(out->request, sizeof(out->request), "dead-show");
	request_line_add(out->request, sizeof(out->request), "id", id);
	out->lane = LANE_DETAIL;
}

/* Back from letters the groups are asked for again: they may be fewer now. */
static void go_back(struct dead_page *p, struct view_order *out)
{
	out->cancel |= 1 << LANE_DETAIL;
	if (p->level == LEVEL_LETTER) {
		p->level = LEVEL_LETTERS;
		out->again = true;
		if (p->changed)
			ask_list(p, out);
		else
			drop_letter(p);
	} else if (p->level == LEVEL_LETTERS && !p->whole_table) {
		p->level = LEVEL_GROUPS;
		ask_list(p, out);
	} else {
		out->cancel |= 1 << LANE_LIST;
		out->close = true;
	}
}

/* The letter, those that are marked, or all of the group under the cursor. */
static void ask_change(struct dead_page *p, const struct grid *g, const char *command, struct view_order *out)
{
	const struct dead_row *r = selected(p, g);
	char id[GRID_MARKS * 21];

	if (r == NULL)
		return;
	snprintf(out->request, sizeof(out->request), "%s", command);
	out->asks = p->changed = true;
	if (p->level == LEVEL_GROUPS) {
		put_which(r->table, r->reason, out);
		return;
	}
	if (p->level == LEVEL_LETTER || !grid_marks_join(g, ",", id, sizeof(id)) || id[0] == '\0')
		snprintf(id, sizeof(id), "%lld", (long long)(p->level == LEVEL_LETTER ? p->id : r->id));
	request_line_add(out->request, sizeof(out->request), "id", id);
}

/* ---- the row with other values ---- */

static void put_off(struct view_order *out, const char *why)
{
	out->role = ROLE_STATUS_ERROR;
	snprintf(out->toast, sizeof(out->toast), "%.390s", why);
}

static const char *message_of(const struct dead_page *p)
{
	const char *message = json_string_value(json_object_get(p->letter, "message"));

	return message ? message : "";
}

/* Its row as it stands in the message goes to the editor. */
static void edit_row(struct dead_page *p, struct view_order *out)
{
	const char *message = message_of(p);
	struct err err;

	p->edits = false;
	if (message[0] != '{') {
		put_off(out,
				message[0] ? "masked by its script: `millrace dead edit ID --unmasked`"
					   : "the letter has no row that could be edited");
		return;
	}
	err_clear(&err);
	buf_done(&p->row);
	buf_init(&p->row, ROW_MAX);
	if (engine_letter_text(&p->row, message, strlen(message), &err))
		put_off(out, err.msg);
	else
		out->edit_text = &p->row;
}

static void act_edit(struct dead_page *p, const struct grid *g, struct view_order *out)
{
	if (p->level == LEVEL_LETTERS)
		open_selected(p, g, out);
	if (p->level != LEVEL_LETTER)
		return;
	if (p->letter)
		edit_row(p, out);
	else
		p->edits = true;
}

/* What has another value now is asked for; as it costs, the screen asks first. */
static void ask_edited(struct dead_page *p, const struct buf *row, struct view_order *out)
{
	char id[24];

	snprintf(id, sizeof(id), "%lld", (long long)p->id);
	snprintf(out->request, sizeof(out->request), "dead-edit");
	request_line_add(out->request, sizeof(out->request), "id", id);
	request_line_add(out->request, sizeof(out->request), "row", row->data);
	if (strlen(out->request) + 8 < sizeof(out->request)) {
		out->asks = p->changed = true;
		return;
	}
	out->request[0] = '\0';
	put_off(out, "the new values are too long for the console; `millrace dead edit ID` takes them");
}

static void page_edited(void *state, const char *text, size_t len, struct view_order *out)
{
	struct dead_page *p = state;
	const char *message = message_of(p);
	struct buf changed;
	struct err err;

	err_clear(&err);
	buf_init(&changed, ROW_MAX);
	if (engine_letter_changed(&changed, message, strlen(message), text, len, &err))
		put_off(out, err.msg);
	else
		ask_edited(p, &changed, out);
	buf_done(&changed);
}

/* A letter that the cursor is on, or that is shown. */
static bool does(const void *state, enum action action)
{
	const struct dead_page *p = state;

	if (action == ACTION_MARK || action == ACTION_MARK_RANGE || action == ACTION_UNMARK)
		return p->level == LEVEL_LETTERS;
	return action == ACTION_EDIT ? p->level != LEVEL_GROUPS : action != ACTION_OPEN || p->level != LEVEL_LETTER;
}

static bool scroll(struct dead_page *p, enum action action)
{
	int by = action == ACTION_DOWN		     ? 1
			: action == ACTION_UP	     ? -1
			: action == ACTION_PAGE_DOWN ? 10
			: action == ACTION_PAGE_UP   ? -10
						     : 0;

	if (p->level != LEVEL_LETTER || by == 0)
		return false;
	p->top += by;
	if (p->top > p->lines - 1)
		p->top = p->lines - 1;
	if (p->top < 0)
		p->top = 0;
	return true;
}

static bool page_act(void *state, struct grid *g, enum action action, struct view_order *out)
{
	struct dead_page *p = state;

	switch (action) {
	case ACTION_OPEN: open_selected(p, g, out); return true;
	case ACTION_BACK:
	case ACTION_QUIT: go_back(p, out); return true;
	case ACTION_REPAIR: ask_change(p, g, "dead-retry", out); return true;
	case ACTION_DISCARD: ask_change(p, g, "dead-discard", out); return true;
	case ACTION_EDIT: act_edit(p, g, out); return true;
	case ACTION_DEAD:
		if (p->level != LEVEL_LETTER)
			ask_list(p, out);
		return true;
	default: return scroll(p, action);
	}
}

static void page_prompted(void *state, enum view_prompt which, const char *text, struct view_order *out)
{
	(void)state;
	(void)which;
	(void)text;
	(void)out;
}

/* ---- answers ---- */

/* The row within a message: with or without a schema, with or without an envelope. */
static json_t *row_of(const json_t *letter)
{
	const char *message = json_string_value(json_object_get(letter, "message"));
	json_t *whole = message ? json_loads(message, 0, NULL) : NULL, *row = whole, *v;

	if ((v = json_object_get(row, "payload")) != NULL)
		row = v;
	if (json_is_object(v = json_object_get(row, "after")) || json_is_object(v = json_object_get(row, "before")))
		row = v;
	json_incref(row);
	json_decref(whole);
	return row;
}

static void page_answer(void *state, enum view_lane lane, const char *line, size_t len, struct view_order *out)
{
	struct dead_page *p = state;
	json_t *o = json_loadb(line, len, 0, NULL);

	(void)out;
	if (lane == LANE_LIST && o && p->count < LETTERS_MAX) {
		add_row(p, o);
	} else if (lane == LANE_DETAIL && o) {
		drop_letter(p);
		p->letter = json_incref(o);
		p->mysql = row_of(o);
	}
	json_decref(o);
}

static void page_answer_end(void *state, enum view_lane lane, const char *why, struct view_order *out)
{
	struct dead_page *p = state;

	p->running &= lane != LANE_LIST;
	snprintf(p->why, sizeof(p->why), "%s", why);
	if (lane == LANE_DETAIL && p->edits && p->letter)
		edit_row(p, out);
}

/* ---- drawing ---- */

static void page_title(const void *state, char *out, size_t size)
{
	const struct dead_page *p = state;

	if (p->level == LEVEL_GROUPS)
		snprintf(out, size, "Dead letters that are open, by table and reason");
	else if (p->level == LEVEL_LETTERS)
		snprintf(out, size, "Dead letters > %s%s%.200s", p->table, p->reason[0] ? ": " : "", p->reason);
	else
		snprintf(out, size, "Dead letters > %s > %lld", p->table, (long long)p->id);
}

static void draw_value(struct canvas *cv, int y, int x, int width, const json_t *row, const char *name)
{
	const json_t *v = json_object_get(row, name);
	char *text = text_of(v);

	canvas_text(cv, y, x, width, v == NULL || json_is_null(v) ? ROLE_DIM : ROLE_TEXT, v ? text : "-");
	free(text);
}

/* Columns of the one row, and behind them those that only the other one has. */
static int draw_columns(const struct dead_page *p, struct canvas *cv, struct area at, int top)
{
	json_t *row = json_object_get(p->letter, "row"), *both = json_object(), *v;
	int name = at.width / 4 < 26 ? at.width / 4 : 26, half = (at.width - name - 2) / 2, n = 0;
	const char *column;

	if (json_is_object(p->mysql))
		json_object_update(both, p->mysql);
	if (json_is_object(row))
		json_object_update_missing(both, row);
	canvas_text(cv, at.y, at.x, name - 1, ROLE_HEADER, "column");
	canvas_text(cv, at.y, at.x + name, half - 1, ROLE_HEADER, "MySQL's row");
	canvas_text(cv, at.y, at.x + name + half, half, ROLE_HEADER,
			row ? "row to be loaded" : "row to be loaded: none, the script made none");
	json_object_foreach(both, column, v)
	{
		int y = at.y + 1 + n - top;

		if (n++ < top || y >= at.y + at.height)
			continue;
		canvas_text(cv, y, at.x, name - 1, ROLE_DIM, column);
		draw_value(cv, y, at.x + name, half - 1, p->mysql, column);
		draw_value(cv, y, at.x + name + half, half, row, column);
	}
	json_decref(both);
	return n;
}

static int draw_fact(const struct dead_page *p, const char *name, struct canvas *cv, struct area at, int y)
{
	char *text = text_of(json_object_get(p->letter, name));
	int lines = 0;

	if (text[0] && y < at.y + at.height) {
		canvas_text(cv, y, at.x, 11, ROLE_DIM, name);
		lines = wrap_draw(cv, text, strlen(text), y, at.x + 12,
				at.y + at.height - y < 3 ? at.y + at.height - y : 3, at.width - 12, 0, ROLE_TEXT);
		lines = lines > 3 ? 3 : lines;
	}
	free(text);
	return y + lines;
}

static void draw_letter(struct dead_page *p, struct canvas *cv, struct area at)
{
	static const char *const facts[] = { "reason", "stage", "key", "topic", "partition", "offset", "file", "pos",
		"gtid", "label" };
	int y = at.y;

	if (p->letter == NULL) {
		canvas_text(cv, at.y + 1, at.x, at.width, ROLE_DIM, p->why[0] ? p->why : "reading...");
		return;
	}
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		y = draw_fact(p, facts[i], cv, at, y);
	at.height -= y + 1 - at.y;
	at.y = y + 1;
	if (json_is_object(p->mysql) || json_object_get(p->letter, "row"))
		p->lines = draw_columns(p, cv, at, p->top);
	else
		draw_fact(p, "message", cv, at, at.y);
}

static void page_draw(void *state, struct grid *g, struct canvas *cv, struct area at)
{
	struct dead_page *p = state;
	struct area inner = { at.y, at.x + 1, at.height, at.width - 2 };

	if (p->level == LEVEL_LETTER)
		draw_letter(p, cv, inner);
	else if (p->why[0])
		wrap_draw(cv, p->why, strlen(p->why), at.y + 1, at.x + 2, at.height - 1, at.width - 4, 0,
				ROLE_STATUS_ERROR);
	else if (p->count == 0)
		canvas_text(cv, at.y + 1, at.x + 2, at.width - 4, ROLE_DIM,
				p->running ? "reading..." : "no dead letter is open");
	else
		grid_draw(g, &view_dead_source, p, cv, at.y, at.x, at.height, at.width);
}

const struct view_page view_dead_page = {
	.size = sizeof(struct dead_page),
	.subject = "TABLE",
	.alone = true,
	.done = page_done,
	.open = page_open,
	.act = page_act,
	.does = does,
	.edited = page_edited,
	.prompted = page_prompted,
	.answer = page_answer,
	.answer_end = page_answer_end,
	.title = page_title,
	.draw = page_draw,
};
