/*
 * grid.c - orders, filters, scrolls and draws rows. Hard is that the rows change under the cursor once a second: the
 * cursor is kept by the row's name, and only when the row is gone by its place. Only visible rows are asked for texts,
 * unless a filter has to see all.
 */
#include "console/widget/grid.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { COLUMNS_MOST = 16 };

struct sorting {
	const struct grid_source *source;
	const void *of;
	const struct grid *grid;
};

void grid_init(struct grid *g, int sort)
{
	*g = (struct grid){ .sort = sort, .at_end = true };
}

void grid_done(struct grid *g)
{
	free(g->order);
	free(g->marks);
	*g = (struct grid){ 0 };
}

static bool row_matches(const struct grid *g, const struct grid_source *source, const void *of, size_t row)
{
	bool inverse = g->filter[0] == '!';
	const char *wanted = g->filter + inverse;
	struct grid_text text;

	if (*wanted == '\0')
		return true;
	for (int column = 0; column < source->ncolumns; column++) {
		source->cell(of, row, column, &text);
		if (strcasestr(text.text, wanted))
			return !inverse;
	}
	return inverse;
}

static int row_compare(const void *a, const void *b, void *arg)
{
	const struct sorting *sorting = arg;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int order = sorting->source->compare(sorting->of, sorting->grid->sort, x, y);

	if (order == 0)
		return (x > y) - (x < y);
	return sorting->grid->inverted ? -order : order;
}

static void cursor_set(struct grid *g, const struct grid_source *source, const void *of, size_t cursor)
{
	if (g->count == 0) {
		g->cursor = 0;
		return;
	}
	g->cursor = cursor < g->count ? cursor : g->count - 1;
	g->at_end = g->cursor == g->count - 1;
	source->key(of, g->order[g->cursor], g->key);
}

static void cursor_restore(struct grid *g, const struct grid_source *source, const void *of)
{
	char key[GRID_KEY];

	if (source->follow && g->at_end) {
		cursor_set(g, source, of, g->count);
		return;
	}
	if (source->lead && g->cursor == 0) {
		cursor_set(g, source, of, 0);
		return;
	}
	for (size_t i = 0; g->key[0] && i < g->count; i++) {
		source->key(of, g->order[i], key);
		if (strcmp(key, g->key) == 0) {
			g->top += source->lead && i > g->cursor ? i - g->cursor : 0;
			cursor_set(g, source, of, i);
			return;
		}
	}
	cursor_set(g, source, of, g->cursor);
}

/* Which mark the row has; nmarks: none. */
static size_t mark_of(const struct grid *g, const char *key)
{
	size_t i = 0;

	while (i < g->nmarks && strcmp(g->marks[i], key) != 0)
		i++;
	return i;
}

static bool is_marked(const struct grid *g, const struct grid_source *source, const void *of, size_t row)
{
	char key[GRID_KEY];

	if (g->nmarks == 0)
		return false;
	source->key(of, row, key);
	return mark_of(g, key) < g->nmarks;
}

static void drop_mark(struct grid *g, size_t i)
{
	memmove(g->marks[i], g->marks[i + 1], (g->nmarks - i - 1) * GRID_KEY);
	g->nmarks--;
}

/*
 * A row that is gone, or that the filter hides, is not marked any more: what acts on marks acts on what is seen. Where there are more rows than came,
 * one that is not here has only moved: it keeps its mark.
 */
static void drop_lost_marks(struct grid *g, const struct grid_source *source, const void *of)
{
	bool seen[GRID_MARKS] = { false };
	char key[GRID_KEY];

	if (g->partial && g->filter[0] == '\0')
		return;
	for (size_t i = 0; g->nmarks && i < g->count; i++) {
		size_t m;

		source->key(of, g->order[i], key);
		m = mark_of(g, key);
		if (m < g->nmarks)
			seen[m] = true;
	}
	for (size_t m = g->nmarks; m-- > 0;)
		if (!seen[m])
			drop_mark(g, m);
}

/* false: there are marks enough. */
static bool add_mark(struct grid *g, const char *key)
{
	if (g->nmarks == GRID_MARKS)
		return false;
	if (g->marks == NULL)
		g->marks = xcalloc(GRID_MARKS, GRID_KEY);
	snprintf(g->marks[g->nmarks++], GRID_KEY, "%s", key);
	return true;
}

void grid_mark(struct grid *g, const struct grid_source *source, const void *of)
{
	size_t i = mark_of(g, g->key);

	if (g->count == 0)
		return;
	if (i < g->nmarks) {
		drop_mark(g, i);
	} else {
		add_mark(g, g->key);
	}
	grid_move(g, source, of, 1);
}

/* Where the row that was marked last stands; without one, where the cursor is. */
static size_t marked_last(const struct grid *g, const struct grid_source *source, const void *of)
{
	char key[GRID_KEY];

	for (size_t i = 0; g->nmarks && i < g->count; i++) {
		source->key(of, g->order[i], key);
		if (strcmp(key, g->marks[g->nmarks - 1]) == 0)
			return i;
	}
	return g->cursor;
}

bool grid_mark_range(struct grid *g, const struct grid_source *source, const void *of)
{
	size_t from = marked_last(g, source, of), to = g->cursor;
	char key[GRID_KEY];

	for (size_t i = from;; i += from < to ? 1 : (size_t)-1) {
		if (i >= g->count)
			return true;
		source->key(of, g->order[i], key);
		if (mark_of(g, key) == g->nmarks && !add_mark(g, key))
			return false;
		if (i == to)
			return true;
	}
}

void grid_unmark(struct grid *g)
{
	g->nmarks = 0;
}

bool grid_marks_join(const struct grid *g, const char *between, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < g->nmarks && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%s", i ? between : "", g->marks[i]);
	return len < size;
}

void grid_update(struct grid *g, const struct grid_source *source, const void *of)
{
	g->total = source->count(of);
	if (g->total > g->cap) {
		g->cap = g->total + g->total / 2 + 16;
		g->order = xrealloc(g->order, g->cap * sizeof(g->order[0]));
	}
	g->count = 0;
	for (size_t i = 0; i < g->total; i++)
		if (row_matches(g, source, of, i))
			g->order[g->count++] = i;
	if (g->sort >= 0 && source->compare && g->count > 1) {
		struct sorting sorting = { source, of, g };

		qsort_r(g->order, g->count, sizeof(g->order[0]), row_compare, &sorting);
	}
	drop_lost_marks(g, source, of);
	cursor_restore(g, source, of);
}

void grid_move(struct grid *g, const struct grid_source *source, const void *of, long by)
{
	size_t cursor = g->cursor;

	if (by == LONG_MIN)
		cursor = 0;
	else if (by == LONG_MAX)
		cursor = g->count;
	else if (by < 0)
		cursor = (size_t)-by > cursor ? 0 : cursor - (size_t)-by;
	else
		cursor += (size_t)by;
	cursor_set(g, source, of, cursor);
}

bool grid_click(struct grid *g, const struct grid_source *source, const void *of, int y, int x)
{
	if (y < g->y || y >= g->y + g->drawn || x < g->x || x > g->x + g->width + 1 ||
			g->top + (size_t)(y - g->y) >= g->count)
		return false;
	cursor_set(g, source, of, g->top + (size_t)(y - g->y));
	return true;
}

bool grid_find(struct grid *g, const struct grid_source *source, const void *of, const char *text, int step)
{
	struct grid_text cell;

	for (size_t i = 1; i <= g->count; i++) {
		size_t at = (g->cursor + (step > 0 ? i : g->count - i)) % g->count;

		for (int column = 0; column < source->ncolumns; column++) {
			source->cell(of, g->order[at], column, &cell);
			if (strcasestr(cell.text, text) == NULL)
				continue;
			cursor_set(g, source, of, at);
			return true;
		}
	}
	return false;
}

void grid_reset(struct grid *g)
{
	g->filter[0] = g->key[0] = '\0';
	g->nmarks = 0;
	g->cursor = g->top = g->count = 0;
	g->at_end = true;
}

bool grid_selected(const struct grid *g, size_t *row)
{
	if (g->count == 0)
		return false;
	*row = g->order[g->cursor];
	return true;
}

static int column_least(const struct grid *g, const struct grid_source *source, int column)
{
	int width = abs(source->columns[column].width);

	return source->fitted == column + 1 && g->fit > width ? g->fit : width;
}

void grid_hide(struct grid *g, int column)
{
	if (column > 0)
		g->hidden ^= 1u << column;
}

/* The first column stays; those that are moved out to the left take no room. */
static bool is_out(const struct grid *g, int column)
{
	return column > 0 && (column <= g->left || g->hidden & 1u << column);
}

static int count_hidden(const struct grid *g, const struct grid_source *source, const int *widths)
{
	int n = 0;

	for (int i = 0; i < source->ncolumns; i++)
		n += widths[i] == 0 && !is_out(g, i);
	return n;
}

/* Widths of the columns in a line of `width`; 0 for those that do not fit. Moved to the right, what comes first stays, whatever it is worth. */
static void grid_layout(struct grid *g, const struct grid_source *source, int width, int *widths)
{
	int need = 0, shares = 0, drop = 0, left;

	for (int i = 0; i < source->ncolumns; i++)
		drop = source->columns[i].drop > drop ? source->columns[i].drop : drop;
	for (; drop >= 0; drop--) {
		need = shares = 0;
		for (int i = 0; i < source->ncolumns; i++) {
			const struct grid_column *column = &source->columns[i];

			widths[i] = column->drop > drop || is_out(g, i) ? 0 : column_least(g, source, i);
			need += widths[i] ? widths[i] + 1 : 0;
			shares += widths[i] ? column->share : 0;
		}
		if (need - 1 <= width)
			break;
	}
	left = width - need + 1;
	for (int i = 0; i < source->ncolumns && left > 0 && shares > 0; i++) {
		int more = widths[i] ? left * source->columns[i].share / shares : 0;

		widths[i] += more;
		left -= more;
		shares -= widths[i] ? source->columns[i].share : 0;
	}
}

void grid_shift(struct grid *g, const struct grid_source *source, int by)
{
	int widths[COLUMNS_MOST] = { 0 };

	grid_layout(g, source, g->width, widths);
	if (by < 0 ? g->left > 0 : count_hidden(g, source, widths) > 0)
		g->left += by;
}

static void grid_draw_header(const struct grid *g, const struct grid_source *source, struct canvas *cv, int y, int x,
		int width, const int *widths)
{
	canvas_fill(cv, y, x, 1, width, ROLE_HEADER);
	for (int i = 0; i < source->ncolumns; i++) {
		const struct grid_column *column = &source->columns[i];
		enum role role = i == g->sort ? ROLE_HEADER_SORT : ROLE_HEADER;
		int end = x + widths[i];

		if (widths[i] == 0)
			continue;
		if (column->width < 0) {
			end = x + canvas_text(cv, y, x, widths[i], role, column->title);
			end += cv->ascii && end + 1 < x + widths[i]; /* a letter is no sign right behind a word */
		} else {
			canvas_right(cv, y, x, widths[i], role, column->title);
		}
		if (i == g->sort)
			canvas_glyph(cv, y, end, ROLE_HEADER_SORT, g->inverted ? 0x25b2 : 0x25bc);
		x += widths[i] + 1;
	}
}

static void grid_draw_row(const struct grid_source *source, const void *of, size_t row, struct canvas *cv, int y, int x,
		const int *widths)
{
	struct grid_text text;

	for (int i = 0; i < source->ncolumns; i++) {
		if (widths[i] == 0)
			continue;
		if (source->paint && source->painted == i) {
			source->paint(of, row, cv, y, x, widths[i]);
			x += widths[i] + 1;
			continue;
		}
		text.role = ROLE_TEXT;
		source->cell(of, row, i, &text);
		if (source->columns[i].width < 0)
			canvas_text(cv, y, x, widths[i], text.role, text.text);
		else
			canvas_right(cv, y, x, widths[i], text.role, text.text);
		x += widths[i] + 1;
	}
}

static void grid_scroll(struct grid *g, size_t height)
{
	if (g->cursor < g->top)
		g->top = g->cursor;
	if (g->cursor >= g->top + height)
		g->top = g->cursor - height + 1;
	if (g->count < g->top + height)
		g->top = g->count > height ? g->count - height : 0;
}

static void measure(struct grid *g, const struct grid_source *source, const void *of, const struct canvas *cv,
		size_t rows)
{
	struct grid_text text;

	g->fit = 0;
	for (size_t i = 0; source->fitted && i < rows && g->top + i < g->count; i++) {
		int width;

		text.text[0] = '\0';
		source->cell(of, g->order[g->top + i], source->fitted - 1, &text);
		width = canvas_width(cv, text.text, strlen(text.text));
		g->fit = width > g->fit ? width : g->fit;
	}
}

void grid_draw(struct grid *g, const struct grid_source *source, const void *of, struct canvas *cv, int y, int x,
		int height, int width)
{
	int widths[COLUMNS_MOST] = { 0 };
	size_t rows = height > 1 ? (size_t)height - 1 : 1;

	g->width = width - 2;
	g->y = y + 1;
	g->x = x;
	g->drawn = (int)rows;
	grid_scroll(g, rows);
	measure(g, source, of, cv, rows);
	grid_layout(g, source, g->width, widths);
	grid_draw_header(g, source, cv, y, x + 1, width - 1, widths);
	if (g->count == 0) {
		if (g->filter[0])
			canvas_printf(cv, y + 2, x + 2, width - 4, ROLE_DIM,
					"no line of %zu matches '%s' (Esc shows all)", g->total, g->filter);
		else
			canvas_text(cv, y + 2, x + 2, width - 4, ROLE_DIM, source->empty);
		return;
	}
	for (size_t i = 0; i < rows && g->top + i < g->count; i++) {
		int line = y + 1 + (int)i;

		grid_draw_row(source, of, g->order[g->top + i], cv, line, x + 1, widths);
		if (is_marked(g, source, of, g->order[g->top + i]))
			canvas_glyph(cv, line, x, ROLE_KEY, '*');
		else if (g->top + i == g->cursor)
			canvas_glyph(cv, line, x, ROLE_STRONG, '>');
		if (g->top + i == g->cursor) {
			canvas_over(cv, line, x, 1, width, OVER_CURSOR);
		}
	}
}
