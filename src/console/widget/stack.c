/* stack.c - see stack.h. */
#include "console/widget/stack.h"

#include <math.h>
#include <string.h>

static double length_of(const struct stack_part *p)
{
	return isfinite(p->value) && p->value > 0 ? p->value : 0;
}

/* The longest part of more than one column, or the shortest that there is: it gives one up. */
static void give_up(const struct stack_part *parts, size_t n, int *out)
{
	size_t longest = 0, least = n;

	for (size_t i = 0; i < n; i++) {
		longest = out[i] > out[longest] ? i : longest;
		if (out[i] && (least == n || length_of(&parts[i]) < length_of(&parts[least])))
			least = i;
	}
	out[out[longest] > 1 ? longest : least]--;
}

void stack_columns(const struct stack_part *parts, size_t n, int width, int *out)
{
	size_t longest = 0;
	double whole = 0;
	int used = 0;

	for (size_t i = 0; i < n; i++) {
		whole += length_of(&parts[i]);
		longest = length_of(&parts[i]) > length_of(&parts[longest]) ? i : longest;
	}
	for (size_t i = 0; i < n; i++) {
		double share = whole > 0 ? length_of(&parts[i]) / whole : 0;

		out[i] = width > 0 && share > 0 ? (int)lround(share * width) : 0;
		out[i] += width > 0 && share > 0 && out[i] == 0;
		used += out[i];
	}
	for (; used > width && used > 0; used--)
		give_up(parts, n, out);
	if (whole > 0 && used < width)
		out[longest] += width - used;
}

void stack_draw_part(struct canvas *cv, int y, int x, const struct stack_part *parts, const int *columns, size_t i)
{
	for (size_t k = 0; k < i; k++)
		x += columns[k];
	canvas_line(cv, y, x, columns[i], parts[i].role, 0x2588);
}

void stack_draw(struct canvas *cv, int y, int x, int width, const struct stack_part *parts, size_t n)
{
	static const uint32_t shades[2][4] = { { 0x2588, 0x2592, 0x2593, 0x2591 }, { '#', ':', '+', '.' } };
	int columns[STACK_PARTS];

	n = n > STACK_PARTS ? STACK_PARTS : n;
	stack_columns(parts, n, width, columns);
	for (size_t i = 0; i < n; i++) {
		int name = canvas_width(cv, parts[i].name, strlen(parts[i].name)) + 2;

		canvas_line(cv, y, x, columns[i], parts[i].role, shades[cv->ascii][i % 4]);
		if (columns[i] > name)
			canvas_printf(cv, y, x + (columns[i] - name) / 2, name, ROLE_STRONG, " %s ", parts[i].name);
		x += columns[i];
	}
}
