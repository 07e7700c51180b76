/*
 * screen_save.c - the list that is shown, written to a file: what the filter leaves, in its order, a row a line. A file that exists is never written
 * over. @thread ui
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "console/screen_parts.h"

enum { LINES_MAX = 64 << 20 };

static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n > m && strcmp(path + n - m, end) == 0;
}

static void put_lines(const struct screen *s, bool json, struct buf *out)
{
	const struct grid *g = &s->grids[s->view];

	for (size_t i = 0; i < g->count; i++) {
		view_get(s->view)->save(s->status, g->order[i], json, out);
		buf_putc(out, '\n');
	}
}

static int write_file(const char *path, const struct buf *b, struct err *err)
{
	FILE *f = fopen(path, "wxe");
	bool failed;

	if (f == NULL)
		return err_set(err, ERR_CONFIG, errno,
				"%.200s: expected a file that does not exist yet and can be written: %s", path,
				strerror(errno));
	failed = b->len && fwrite(b->data, 1, b->len, f) != b->len;
	failed |= fclose(f) != 0;
	return failed ? err_set(err, ERR_DATA, errno, "%.200s: it cannot be written: %s", path, strerror(errno)) : 0;
}

int screen_save(const struct screen *s, const char *path, struct err *err)
{
	struct buf b;
	int rc;

	if (view_get(s->view)->save == NULL)
		return err_set(err, ERR_CONFIG, 0, "%s cannot be saved; events can", view_get(s->view)->name);
	buf_init(&b, LINES_MAX);
	put_lines(s, ends_in(path, ".jsonl"), &b);
	rc = write_file(path, &b, err);
	buf_done(&b);
	return rc;
}
