/* script_diff.c - see script_diff.h. The longest common subsequence of what is between an equal beginning and an equal end; what is too long for it is told as replaced. */
#include "engine/scripts/script_diff.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

enum { TABLE_MAX = 4 << 20, CONTEXT = 3 };

struct lines {
	const char **at; /* the last is the end of the text */
	size_t count;
};

static struct lines split(const char *text)
{
	struct lines l = { .count = 0 };
	size_t cap = 2;

	for (const char *p = text; *p; p++)
		cap += *p == '\n';
	l.at = xcalloc(cap, sizeof(*l.at));
	while (*text) {
		const char *end = strchr(text, '\n');

		l.at[l.count++] = text;
		text = end ? end + 1 : text + strlen(text);
	}
	l.at[l.count] = text;
	return l;
}

static unsigned length(const struct lines *l, size_t i)
{
	size_t n = (size_t)(l->at[i + 1] - l->at[i]);

	return (unsigned)(n && l->at[i][n - 1] == '\n' ? n - 1 : n);
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t k)
{
	return length(a, i) == length(b, k) && memcmp(a->at[i], b->at[k], length(a, i)) == 0;
}

struct script_diff {
	struct lines a, b;
	size_t head, tail;	 /* lines that are equal there */
	unsigned short *longest; /* of what is between, from line i and line k on; NULL: too long */
	size_t width;
	char *marks; /* of all lines in the order told */
	size_t nmarks;
};

static void compare(struct script_diff *d)
{
	size_t n, m;

	while (d->head < d->a.count && d->head < d->b.count && same(&d->a, d->head, &d->b, d->head))
		d->head++;
	while (d->tail < d->a.count - d->head && d->tail < d->b.count - d->head &&
			same(&d->a, d->a.count - 1 - d->tail, &d->b, d->b.count - 1 - d->tail))
		d->tail++;
	n = d->a.count - d->head - d->tail;
	m = d->b.count - d->head - d->tail;
	if (n > 60000 || m > 60000 || (n + 1) * (m + 1) > TABLE_MAX)
		return;
	d->width = m + 1;
	d->longest = xcalloc((n + 1) * (m + 1), sizeof(*d->longest));
	for (size_t i = n; i-- > 0;)
		for (size_t k = m; k-- > 0;) {
			unsigned short *at = &d->longest[i * d->width + k], below = at[d->width], right = at[1];

			if (same(&d->a, d->head + i, &d->b, d->head + k))
				*at = (unsigned short)(at[d->width + 1] + 1);
			else
				*at = below > right ? below : right;
		}
}

static void mark(struct script_diff *d)
{
	size_t n = d->a.count - d->head - d->tail, m = d->b.count - d->head - d->tail, i = 0, k = 0;

	d->marks = xcalloc(d->a.count + d->b.count + 1, 1);
	for (; d->nmarks < d->head; d->nmarks++)
		d->marks[d->nmarks] = ' ';
	while (i < n || k < m) {
		char what = '+';

		if (i < n && k < m && d->longest && same(&d->a, d->head + i, &d->b, d->head + k))
			what = ' ';
		else if (i < n &&
				(k == m || d->longest == NULL ||
						d->longest[(i + 1) * d->width + k] >= d->longest[i * d->width + k + 1]))
			what = '-';
		i += what != '+';
		k += what != '-';
		d->marks[d->nmarks++] = what;
	}
	memset(d->marks + d->nmarks, ' ', d->tail);
	d->nmarks += d->tail;
}

/* Whether a line is near one that differs. */
static bool is_near(const struct script_diff *d, size_t i)
{
	for (size_t k = i > CONTEXT ? i - CONTEXT : 0; k <= i + CONTEXT && k < d->nmarks; k++)
		if (d->marks[k] != ' ')
			return true;
	return false;
}

static void tell(const struct script_diff *d, script_diff_line *told, void *arg)
{
	bool gap = true;

	for (size_t i = 0, a = 0, b = 0; i < d->nmarks; i++) {
		bool near = is_near(d, i), old = d->marks[i] == '-';
		char number[24];

		if (near && gap && told(arg, '@', number, (unsigned)snprintf(number, sizeof(number), "%zu", b + 1)))
			return;
		if (near &&
				told(arg, d->marks[i], old ? d->a.at[a] : d->b.at[b],
						old ? length(&d->a, a) : length(&d->b, b)))
			return;
		gap = !near;
		a += d->marks[i] != '+';
		b += !old;
	}
}

void script_diff(const char *a, const char *b, script_diff_line *told, void *arg)
{
	struct script_diff d = { .a = split(a), .b = split(b) };

	compare(&d);
	mark(&d);
	tell(&d, told, arg);
	free(d.longest);
	free(d.marks);
	free(d.a.at);
	free(d.b.at);
}
