/* cast.c - see cast.h. It writes what changed between two canvases as a terminal of 256 colours takes it, so that nothing of the person's own terminal is in it. */
#include "console/cast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/text.h"
#include "core/xalloc.h"

enum { CAST_BYTES = 256 << 20, EVENT_BYTES = 8 << 20 };

struct cast {
	int fd;
	char *path;
	struct theme theme;
	struct canvas shown;
	struct buf text, line;
	int64_t begun_us;
	size_t written;
	bool failed;
};

bool cast_refuses(const char *request)
{
	return strstr(request, "unmasked") != NULL;
}

static int put(struct cast *c, const char *p, size_t len, struct err *err)
{
	if (c->written + len > CAST_BYTES)
		return err_set(err, ERR_RETRY, 0, "%s: %d MiB are recorded, no more is", c->path, CAST_BYTES >> 20);
	c->written += len;
	while (len) {
		ssize_t n = write(c->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(err, ERR_RETRY, errno, "%s: %s; no more is recorded", c->path, strerror(errno));
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

struct cast *cast_open(const char *path, const struct theme *theme, const struct canvas *cv, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct cast *c;

	if (fd < 0) {
		err_set(err, ERR_CONFIG, errno, "--record %s: expected a file that is not there yet: %s", path,
				strerror(errno));
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->path = xstrdup(path);
	c->theme = *theme;
	c->begun_us = clock_mono_us();
	canvas_init(&c->shown);
	canvas_resize(&c->shown, cv->rows, cv->cols);
	buf_init(&c->text, EVENT_BYTES);
	buf_init(&c->line, 2 * EVENT_BYTES);
	buf_printf(&c->line,
			"{\"version\":2,\"width\":%d,\"height\":%d,\"timestamp\":%lld,\"env\":{\"TERM\":\"xterm-256color\"}}\n",
			cv->cols, cv->rows, (long long)(clock_wall_us() / 1000000));
	if (put(c, c->line.data, c->line.len, err) == 0)
		return c;
	cast_close(c);
	return NULL;
}

void cast_close(struct cast *c)
{
	if (c == NULL)
		return;
	close(c->fd);
	canvas_done(&c->shown);
	buf_done(&c->text);
	buf_done(&c->line);
	free(c->path);
	free(c);
}

void cast_theme(struct cast *c, const struct theme *theme)
{
	c->theme = *theme;
	memset(c->shown.cells, 0, sizeof(*c->shown.cells) * (size_t)(c->shown.rows * c->shown.cols));
}

/* ---- what changed ---- */

static void put_style(struct buf *b, const struct style *s)
{
	static const struct {
		unsigned flag;
		const char *code;
	} flags[] = {
		{ STYLE_BOLD, ";1" },
		{ STYLE_DIM, ";2" },
		{ STYLE_ITALIC, ";3" },
		{ STYLE_UNDERLINE, ";4" },
		{ STYLE_REVERSE, ";7" },
	};

	buf_puts(b, "\033[0");
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (s->flags & flags[i].flag)
			buf_puts(b, flags[i].code);
	if (s->fore.rich != COLOR_DEFAULT)
		buf_printf(b, ";38;5;%d", s->fore.rich);
	if (s->back.rich != COLOR_DEFAULT)
		buf_printf(b, ";48;5;%d", s->back.rich);
	buf_putc(b, 'm');
}

static void put_cell(struct buf *b, const struct cell *cell)
{
	char text[4];

	buf_put(b, text, text_encode(text, cell->code));
	if (cell->mark)
		buf_put(b, text, text_encode(text, cell->mark));
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->code == b->code && a->mark == b->mark && a->role == b->role && a->over == b->over;
}

/* In runs: the place is told where one begins, the style where it is another. */
static void put_changes(struct cast *c, const struct canvas *cv)
{
	const struct cell *before = NULL; /* the one that was written last */
	struct style style;

	for (int y = 0; y < cv->rows; y++)
		for (int x = 0; x < cv->cols; x++) {
			const struct cell *cell = canvas_cell(cv, y, x);
			struct cell *old = canvas_cell(&c->shown, y, x);

			if (same(old, cell))
				continue;
			*old = *cell;
			if (cell->code == 0)
				continue;
			if (before == NULL || x == 0 || before != cell - 1)
				buf_printf(&c->text, "\033[%d;%dH", y + 1, x + 1);
			if (before == NULL || before->role != cell->role || before->over != cell->over) {
				style = canvas_style(&c->theme, (enum role)cell->role, (enum overlay)cell->over);
				put_style(&c->text, &style);
			}
			put_cell(&c->text, cell);
			before = cell;
		}
}

static void begin_event(struct cast *c, char kind)
{
	int64_t us = clock_mono_us() - c->begun_us;

	buf_printf(&c->line, "[%lld.%06lld,\"%c\",", (long long)(us / 1000000), (long long)(us % 1000000), kind);
}

int cast_show(struct cast *c, const struct canvas *cv, struct err *err)
{
	bool first = c->written > 0 && c->text.cap == 0;

	if (c->failed)
		return 0;
	buf_reset(&c->text);
	buf_reset(&c->line);
	if (cv->rows != c->shown.rows || cv->cols != c->shown.cols) {
		canvas_resize(&c->shown, cv->rows, cv->cols);
		begin_event(c, 'r');
		buf_printf(&c->line, "\"%dx%d\"]\n", cv->cols, cv->rows);
		first = true;
	}
	if (first) {
		memset(c->shown.cells, 0, sizeof(*c->shown.cells) * (size_t)(cv->rows * cv->cols));
		buf_puts(&c->text, "\033[?25l\033[0m\033[2J");
	}
	put_changes(c, cv);
	if (c->text.len == 0)
		return 0;
	begin_event(c, 'o');
	buf_json_string_whole(&c->line, c->text.data, c->text.len);
	buf_puts(&c->line, "]\n");
	c->failed = put(c, c->line.data, c->line.len, err) != 0;
	return c->failed ? -1 : 0;
}
