/* rule.c - see rule.h. */
#include "console/widget/rule.h"

#include <string.h>

void rule_draw(struct canvas *cv, int y, int x, int width, const char *title, const char *right)
{
	int len = canvas_width(cv, right, strlen(right));

	canvas_line(cv, y, x, width, ROLE_BORDER, 0x2500);
	canvas_printf(cv, y, x + 2, width - 4, ROLE_TITLE, " %s ", title);
	if (len && canvas_width(cv, title, strlen(title)) + len + 12 < width)
		canvas_printf(cv, y, x + width - len - 4, len + 2, ROLE_DIM, " %s ", right);
}
