/* dump.c - what a view shows, drawn once on a canvas that no terminal shows; as JSON the same texts, a row of its list each. */
#include "console/dump.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/screen.h"
#include "core/conf/conf.h"
#include "core/json.h"
#include "core/xalloc.h"

enum { AROUND_LIST = 8, ROWS_LEAST = 40 };	/* header, tabs, status line and hints; without --size */

const char *dump_view_name(int i)
{
	static char names[VIEW_COUNT][24];

	if (i < 0 || i >= VIEW_COUNT)
		return NULL;
	snprintf(names[i], sizeof(names[i]), "%s", view_get((enum view_id)i)->name);
	for (char *c = names[i]; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return names[i];
}

static int find_view(const char *name, enum view_id *id, struct err *err)
{
	const char *names[VIEW_COUNT], *near;

	for (int i = 0; i < VIEW_COUNT; i++) {
		names[i] = dump_view_name(i);
		*id = (enum view_id)i;
		if (strcasecmp(names[i], name) == 0)
			return 0;
	}
	near = conf_nearest(name, names, VIEW_COUNT);
	return err_set(err, ERR_CONFIG, 0, "view '%.40s' is unknown%s%s; `millrace dump` lists them", name, near ? "; nearest: " : "", near ? near : "");
}

/* ---- as text ---- */

static void draw(struct screen *s, const struct dump_conf *conf, struct buf *out)
{
	int needed = (int)(s->grids[s->view].count < CANVAS_MAX ? s->grids[s->view].count : CANVAS_MAX) + AROUND_LIST;
	struct canvas cv;

	canvas_init(&cv);
	cv.ascii = conf->ascii;
	canvas_resize(&cv, conf->rows ? conf->rows : needed > ROWS_LEAST ? needed : ROWS_LEAST, conf->cols);
	screen_draw(s, &cv);
	canvas_dump(&cv, out);
	canvas_done(&cv);
}

/* ---- as JSON ---- */

static void put_row(const struct screen *s, const struct grid_source *source, size_t row, struct buf *out)
{
	struct grid_text cell;

	buf_putc(out, '{');
	for (int i = 0; i < source->ncolumns; i++) {
		memset(&cell, 0, sizeof(cell));
		source->cell(s->status, row, i, &cell);
		if (i)
			buf_putc(out, ',');
		buf_json_str(out, source->columns[i].title);
		buf_putc(out, ':');
		buf_json_str(out, cell.text);
	}
	buf_putc(out, '}');
}

static void put_list(const struct screen *s, struct buf *out)
{
	const struct grid_source *source = view_get(s->view)->source;
	const struct grid *g = &s->grids[s->view];

	buf_puts(out, "{\"view\":");
	buf_json_str(out, dump_view_name((int)s->view));
	buf_printf(out, ",\"at_us\":%" PRId64 ",\"rows\":[", s->status->wall_us);
	for (size_t i = 0; i < g->count; i++) {
		if (i)
			buf_putc(out, ',');
		put_row(s, source, g->order[i], out);
	}
	buf_puts(out, "]}\n");
}

/* ---- both ---- */

int dump_view(struct engine_link *link, const struct dump_conf *conf, struct buf *out, struct err *err)
{
	struct status status;
	struct screen *s;
	enum view_id id;

	if (find_view(conf->view, &id, err))
		return -1;
	status_init(&status);
	if (link->status(link->self, &status, err)) {
		status_done(&status);
		return -1;
	}
	s = xcalloc(1, sizeof(*s));
	screen_init(s, false, link->where, engine_request_docs());
	s->view = id;
	screen_status(s, &status, NULL);
	if (conf->json)
		put_list(s, out);
	else
		draw(s, conf, out);
	screen_done(s);
	free(s);
	status_done(&status);
	return out->failed ? err_set(err, ERR_DATA, 0, "dump: the view would be longer than %zu bytes", out->max) : 0;
}
