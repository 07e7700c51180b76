/*
 * messages_detail.c - one message: the row before and after side by side, key, headers, where it comes from, the value as it stands, its bytes.
 */
#include "console/view/messages_page.h"

#include <limits.h>
#include <string.h>

#include "console/widget/show.h"
#include "console/widget/wrap.h"
#include "core/num/num.h"
#include "core/text.h"

enum { COPY_MAX = 56000, HEX_LINE = 16 };

static const char *const tab_names[TAB_COUNT] = { "row", "key", "headers", "source", "value", "hex" };

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static long long number_of(const json_t *o, const char *name)
{
	return (long long)json_integer_value(json_object_get(o, name));
}

static const char *element(const json_t *pair, size_t i)
{
	return json_string_value(json_array_get(pair, i));
}

void messages_detail_close(struct messages_page *p)
{
	json_decref(p->detail.o);
	p->detail.o = NULL;
	p->detail.open = false;
	p->detail.why[0] = '\0';
	p->detail.top = 0;
}

/* "0000  7b 22 69 64  {"id" */
static void hex_lines(struct buf *b, const char *hex)
{
	size_t n = strlen(hex) / 2;

	for (size_t at = 0; at < n; at += HEX_LINE) {
		char bytes[HEX_LINE + 1] = "";

		buf_printf(b, "%04zx ", at);
		for (size_t i = at; i < at + HEX_LINE; i++) {
			unsigned code = 0;

			if (i >= n) {
				buf_puts(b, "   ");
				continue;
			}
			sscanf(hex + 2 * i, "%2x", &code);
			buf_printf(b, " %02x", code);
			bytes[i - at] = (char)(code >= 0x20 && code < 0x7f ? code : '.');
		}
		buf_printf(b, "  %s\n", bytes);
	}
}

void messages_detail_answer(struct messages_page *p, const char *line, size_t len)
{
	json_decref(p->detail.o);
	p->detail.o = json_loadb(line, len, 0, NULL);
	p->detail.top = 0;
	p->detail.why[0] = '\0';
	if (p->detail.hex.max == 0)
		buf_init(&p->detail.hex, 1 << 20);
	buf_reset(&p->detail.hex);
	hex_lines(&p->detail.hex, text_of(p->detail.o, "hex"));
}

/* ---- keys ---- */

/* The value as it may be pasted: one line, nothing that acts in a terminal. */
static void copy_value(struct messages_page *p, struct view_order *out)
{
	const char *value = text_of(p->detail.o, p->detail.tab == TAB_KEY ? "key" : "value");
	char piece[TEXT_PIECE];
	size_t len = strlen(value), taken;

	buf_reset(&p->copied);
	for (size_t i = 0; i < len && p->copied.len < COPY_MAX; i += taken)
		buf_put(&p->copied, piece, text_piece(piece, value + i, len - i, &taken));
	out->copy = &p->copied;
	if (p->copied.len < COPY_MAX)
		return;
	out->role = ROLE_WARN;
	snprintf(out->toast, sizeof(out->toast), "only the first %d bytes are copied; Ctrl-S saves all", COPY_MAX);
}

static bool scroll(struct messages_page *p, enum action action)
{
	static const struct {
		enum action action;
		int by;
	} moves[] = {
		{ ACTION_UP, -1 },
		{ ACTION_DOWN, 1 },
		{ ACTION_PAGE_UP, -20 },
		{ ACTION_PAGE_DOWN, 20 },
		{ ACTION_HALF_UP, -10 },
		{ ACTION_HALF_DOWN, 10 },
		{ ACTION_FIRST, -INT_MAX / 2 },
		{ ACTION_LAST, INT_MAX / 2 },
	};

	for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
		if (moves[i].action == action) {
			p->detail.top = p->detail.top < -moves[i].by ? 0 : p->detail.top + moves[i].by;
			return true;
		}
	return false;
}

bool messages_detail_act(struct messages_page *p, enum action action, struct view_order *out)
{
	if (action == ACTION_NEXT_TAB || action == ACTION_PREVIOUS_TAB) {
		p->detail.tab = (enum detail_tab)(
				(p->detail.tab + (action == ACTION_NEXT_TAB ? 1 : TAB_COUNT - 1)) % TAB_COUNT);
		p->detail.top = 0;
		return true;
	}
	if (action == ACTION_WHOLE) {
		p->detail.whole = !p->detail.whole;
		return true;
	}
	if (action == ACTION_COPY) {
		copy_value(p, out);
		return true;
	}
	return action == ACTION_OPEN || scroll(p, action);
}

/* ---- drawing ---- */

/* Two columns of text for each pair. */
static int draw_pairs(const json_t *pairs, struct canvas *cv, struct area at, int top)
{
	int name = at.width / 3 < 28 ? at.width / 3 : 28;

	for (int i = top; i < (int)json_array_size(pairs) && i - top < at.height; i++) {
		const json_t *pair = json_array_get(pairs, (size_t)i);
		const char *value = element(pair, 1);

		canvas_text(cv, at.y + i - top, at.x, name - 1, ROLE_DIM, element(pair, 0) ? element(pair, 0) : "");
		canvas_text(cv, at.y + i - top, at.x + name, at.width - name, value ? ROLE_TEXT : ROLE_DIM,
				value ? value : "null");
	}
	return (int)json_array_size(pairs);
}

static void draw_value(struct canvas *cv, int y, int x, int width, const char *value, bool changed)
{
	canvas_text(cv, y, x, width, value == NULL ? ROLE_DIM : changed ? ROLE_STRONG : ROLE_TEXT, value ? value : "-");
}

static int draw_row(const json_t *o, struct canvas *cv, struct area at, int top)
{
	const json_t *fields = json_object_get(o, "fields");
	int name = at.width / 4 < 26 ? at.width / 4 : 26, half = (at.width - name - 3) / 2;

	if (json_array_size(fields) == 0) {
		const char *value = json_object_get(o, "value") == NULL || json_is_null(json_object_get(o, "value"))
				? "a tombstone: no value"
				: text_of(o, "value");

		return wrap_draw(cv, value, strlen(value), at.y, at.x, at.height, at.width, top, ROLE_TEXT);
	}
	canvas_text(cv, at.y, at.x + 2 + name, half, ROLE_HEADER,
			text_of(o, "left")[0] ? text_of(o, "left") : "before");
	canvas_text(cv, at.y, at.x + 3 + name + half, half, ROLE_HEADER,
			text_of(o, "left")[0] ? text_of(o, "right") : "after");
	for (int i = top; i < (int)json_array_size(fields) && i - top < at.height - 1; i++) {
		const json_t *f = json_array_get(fields, (size_t)i);
		bool changed = json_is_true(json_array_get(f, 3));
		int y = at.y + 1 + i - top;

		canvas_text(cv, y, at.x, 1, ROLE_WARN, changed ? "~" : " ");
		canvas_text(cv, y, at.x + 2, name - 1, changed ? ROLE_WARN : ROLE_DIM,
				element(f, 0) ? element(f, 0) : "");
		draw_value(cv, y, at.x + 2 + name, half - 1, element(f, 1), changed);
		draw_value(cv, y, at.x + 3 + name + half, half, element(f, 2), changed);
	}
	return (int)json_array_size(fields) + 1;
}

static int draw_text(const char *text, struct canvas *cv, struct area at, int top)
{
	return wrap_draw(cv, text, strlen(text), at.y, at.x, at.height, at.width, top, ROLE_TEXT);
}

static int draw_tab(struct messages_page *p, struct canvas *cv, struct area at)
{
	const json_t *o = p->detail.o;
	int top = p->detail.top;

	switch (p->detail.tab) {
	case TAB_KEY:
		return draw_text(json_is_string(json_object_get(o, "key")) ? text_of(o, "key") : "no key", cv, at, top);
	case TAB_HEADERS: return draw_pairs(json_object_get(o, "headers"), cv, at, top);
	case TAB_SOURCE: return draw_pairs(json_object_get(o, "source"), cv, at, top);
	case TAB_VALUE: return draw_text(text_of(o, "value"), cv, at, top);
	case TAB_HEX: return draw_text(p->detail.hex.data ? p->detail.hex.data : "", cv, at, top);
	default: return draw_row(o, cv, at, top);
	}
}

static int draw_tabs(const struct messages_page *p, struct canvas *cv, int y, int x, int width)
{
	int end = x + width;

	for (int i = 0; i < TAB_COUNT; i++)
		x += canvas_printf(cv, y, x, end - x, i == (int)p->detail.tab ? ROLE_TAB_CURRENT : ROLE_TAB, " %s ",
				tab_names[i]);
	return x + 2;
}

static void draw_place(const json_t *o, struct canvas *cv, int y, int x, int width)
{
	char time[48];

	time[num_iso_datetime(time, number_of(o, "timestamp_ms") * 1000, 3, ' ')] = '\0';
	canvas_printf(cv, y, x, width, ROLE_TITLE, " p%lld %lld  %s  %s UTC ", number_of(o, "partition"),
			number_of(o, "offset"), text_of(o, "op"), time);
}

void messages_detail_draw(struct messages_page *p, struct canvas *cv, struct area at)
{
	const json_t *o = p->detail.o;
	struct area body = { at.y + 1, at.x + 1, at.height - 1, at.width - 2 };
	int x;

	canvas_fill(cv, at.y, at.x, at.height, at.width, ROLE_TEXT);
	canvas_line(cv, at.y, at.x, at.width, ROLE_BORDER, 0x2500);
	x = draw_tabs(p, cv, at.y, at.x + 1, at.width - 2);
	if (o == NULL) {
		canvas_text(cv, body.y + 1, body.x + 1, body.width - 1, p->detail.why[0] ? ROLE_STATUS_ERROR : ROLE_DIM,
				p->detail.why[0] ? p->detail.why : "reading...");
		return;
	}
	if (text_of(o, "left")[0])
		canvas_text(cv, at.y, x, at.x + at.width - 1 - x, ROLE_TITLE, " difference of two messages ");
	else
		draw_place(o, cv, at.y, x, at.x + at.width - 1 - x);
	p->detail.lines = draw_tab(p, cv, body);
	if (p->detail.top > p->detail.lines - body.height)
		p->detail.top = p->detail.lines > body.height ? p->detail.lines - body.height : 0;
}
