/* wrap.c - see wrap.h. */
#include "console/widget/wrap.h"

#include <string.h>

/* How many bytes go into a line: as many words as fit, or as much of a word that is longer than a line. */
static size_t line_fit(const struct canvas *cv, const char *text, size_t len, int width)
{
	size_t fits = canvas_fit(cv, text, len, width), n = fits;

	if (fits == len)
		return len;
	while (n > fits / 2 && text[n] != ' ' && text[n - 1] != ' ')
		n--;
	return n > fits / 2 ? n : fits;
}

int wrap_draw(struct canvas *cv, const char *text, size_t len, int y, int x, int height, int width, int top,
		enum role role)
{
	int line = 0;

	for (size_t i = 0; i < len;) {
		const char *newline = memchr(text + i, '\n', len - i);
		size_t end = newline ? (size_t)(newline - text) : len;

		do {
			size_t n = line_fit(cv, text + i, end - i, width);

			if (line >= top && line - top < height)
				canvas_text_n(cv, y + line - top, x, width, role, text + i, n);
			line++;
			i += n;
			i += i < end && text[i] == ' ';
		} while (i < end);
		i = end + 1;
	}
	return line;
}
