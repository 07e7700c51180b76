/*
 * load_csv.c - the rows of a CSV body: separators of several bytes, enclose, escape, trim_space, \N for NULL. Not the
 * hot path; it is here so that a loader which chooses CSV is served as truly as one that chooses JSON.
 */
#include <stdio.h>
#include <string.h>

#include "load/double_load.h"

struct csv {
	const struct plan *p;
	const char *at, *end;
	struct arena *scratch;
};

static bool starts(const struct csv *c, const char *with, size_t len)
{
	return (size_t)(c->end - c->at) >= len && memcmp(c->at, with, len) == 0;
}

static bool at_row_end(const struct csv *c)
{
	return c->at == c->end || starts(c, c->p->delimiter, c->p->delimiter_len);
}

static struct cell read_field(struct csv *c)
{
	const struct plan *p = c->p;
	char *out = NULL;
	size_t len = 0;
	const char *start;
	bool enclosed;

	while (p->trim_space && c->at < c->end && *c->at == ' ')
		c->at++;
	enclosed = p->enclose != '\0' && c->at < c->end && *c->at == p->enclose;
	c->at += enclosed;
	start = c->at;
	if (enclosed || p->escape != '\0')
		out = arena_reserve(c->scratch, (size_t)(c->end - c->at));
	for (; c->at < c->end; c->at++) {
		if (p->escape != '\0' && *c->at == p->escape && c->at + 1 < c->end) {
			c->at++;
		} else if (enclosed && *c->at == p->enclose) {
			if (c->at + 1 == c->end || c->at[1] != p->enclose)
				break;
			c->at++;
		} else if (!enclosed && (starts(c, p->separator, p->separator_len) || at_row_end(c))) {
			break;
		}
		if (out != NULL)
			out[len] = *c->at;
		len++;
	}
	if (out != NULL)
		arena_commit(c->scratch, len);
	c->at += enclosed && c->at < c->end;
	if (!enclosed && c->at - start == 2 && memcmp(start, "\\N", 2) == 0)
		return (struct cell){ .kind = CELL_NULL };
	start = out != NULL ? out : start;
	while (p->trim_space && !enclosed && len > 0 && start[len - 1] == ' ')
		len--;
	return cell_text(start, len);
}

/* One line into cells; returns how many fields it has. */
static unsigned read_line(struct csv *c, struct cell *cells)
{
	unsigned n = 0;

	for (;;) {
		struct cell cell = read_field(c);

		if (n < c->p->nsources)
			cells[n] = cell;
		n++;
		while (!at_row_end(c) && !starts(c, c->p->separator, c->p->separator_len))
			c->at++; /* what stands between a closing quote and the separator */
		if (at_row_end(c))
			return n;
		c->at += c->p->separator_len;
	}
}

int load_csv(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err)
{
	struct csv c = { .p = p, .at = body, .end = body + len, .scratch = &p->scratch };
	char problem[128];

	for (int64_t line = 0; c.at < c.end; line++) {
		const char *start = c.at;
		unsigned n = read_line(&c, load->cells);
		size_t raw_len = (size_t)(c.at - start);

		c.at += c.at < c.end ? p->delimiter_len : 0;
		if (line < p->skip_header || raw_len == 0)
			continue;
		if (n != p->nsources) {
			snprintf(problem, sizeof(problem),
					"Value count does not match column count. Expect %u, but got %u", p->nsources,
					n);
			load_filter(load, problem, start, raw_len);
			arena_reset(&p->scratch);
		} else if (load_row(p, load, part, start, raw_len, err) != 0) {
			return -1;
		}
	}
	return 0;
}
