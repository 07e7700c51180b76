/* dump.c - what a view shows, drawn once on a canvas that no terminal shows; as JSON the same texts, a row of its list each. */
#include "console/dump.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "console/screen_parts.h"
#include "console/keys/request_line.h"
#include "core/clock.h"
#include "core/conf/conf.h"
#include "core/json.h"
#include "core/xalloc.h"

enum { AROUND_LIST = 8, ROWS_LEAST = 40, REQUESTS_MOST = 4 }; /* header, tabs, status line and hints; without --size */

static const char *plain_name(int i)
{
	static char names[VIEW_COUNT][24];

	snprintf(names[i], sizeof(names[i]), "%s", view_get((enum view_id)i)->name);
	for (char *c = names[i]; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return names[i];
}

static const char *subject_of(enum view_id id)
{
	const struct view_page *page = view_get(id)->page;

	return page ? page->subject : NULL;
}

static bool is_alone(enum view_id id)
{
	return view_get(id)->page && view_get(id)->page->alone;
}

const char *dump_view_name(int i)
{
	static char names[VIEW_COUNT][40];

	const char *subject;

	if (i < 0 || i >= VIEW_COUNT)
		return NULL;
	subject = subject_of((enum view_id)i);
	snprintf(names[i], sizeof(names[i]),
			is_alone((enum view_id)i) ? "%s[/%s]"
					: subject ? "%s/%s"
						  : "%s%s",
			plain_name(i), subject ? subject : "");
	return names[i];
}

/* "problems/CODE" is the page that Enter opens on a line of problems. */
static bool find_deeper(enum view_id *id, const char *rest)
{
	const struct view *view = view_get(*id);

	if (view->subject == NULL || rest[0] != '/' || rest[1] == '\0')
		return false;
	*id = view->opens;
	return true;
}

static int find_view(const char *name, enum view_id *id, struct err *err)
{
	const char *names[VIEW_COUNT], *near;
	size_t len = strcspn(name, "/");

	for (int i = 0; i < VIEW_COUNT; i++) {
		names[i] = plain_name(i);
		*id = (enum view_id)i;
		if (strlen(names[i]) != len || strncasecmp(names[i], name, len) != 0)
			continue;
		if ((subject_of(*id) != NULL) == (name[len] == '/' && name[len + 1] != '\0') ||
				(name[len] == '\0' && is_alone(*id)) || find_deeper(id, name + len))
			return 0;
		return err_set(err, ERR_CONFIG, 0, "dump: expected %s, found '%.60s'", dump_view_name(i), name);
	}
	near = conf_nearest(name, names, VIEW_COUNT);
	return err_set(err, ERR_CONFIG, 0, "view '%.40s' is unknown%s%s; `millrace dump` lists them", name,
			near ? "; nearest: " : "", near ? near : "");
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
		source->cell(screen_of(s), row, i, &cell);
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
	buf_json_str(out, plain_name((int)s->view));
	buf_printf(out, ",\"at_us\":%" PRId64 ",\"rows\":[", s->status->wall_us);
	for (size_t i = 0; i < g->count; i++) {
		if (i)
			buf_putc(out, ',');
		put_row(s, source, g->order[i], out);
	}
	buf_puts(out, "]}\n");
}

/* ---- views that ask for what they show ---- */

struct dump_lane {
	struct screen *s;
	enum view_lane id;
};

static int take_line(void *arg, const char *line, size_t len)
{
	struct dump_lane *lane = arg;

	if (len)
		screen_lane_answer(lane->s, lane->id, line, len);
	return 0;
}

/* What is there now: nobody waits here for what comes. */
static void do_not_follow(struct engine_request *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nargs; i++)
		if (strcmp(r->args[i].name, "follow") != 0)
			r->args[n++] = r->args[i];
	r->nargs = n;
}

static int ask(struct screen *s, struct engine_link *link, struct err *err)
{
	static const struct engine_session session = { .who = "dump", .read_only = true };
	struct dump_lane lane = { .s = s, .id = s->request_lane };
	struct request_line *parsed = xcalloc(1, sizeof(*parsed));
	int rc = request_line_parse(parsed, s->request, s->docs, err);

	if (rc == 0) {
		do_not_follow(&parsed->request);
		parsed->request.session = &session;
		rc = link->request(link->self, &parsed->request, take_line, &lane, err);
	}
	s->request[0] = '\0';
	screen_lane_end(s, lane.id, rc ? err->msg : "");
	free(parsed);
	return rc;
}

/* An answer may make it ask for more. */
static int open_page(struct screen *s, struct engine_link *link, enum view_id id, const char *subject, struct err *err)
{
	int rc = 0;

	screen_page_open(s, id, subject);
	s->depth = 0; /* nobody came from anywhere */
	for (int i = 0; i < REQUESTS_MOST && rc == 0 && s->request[0]; i++)
		rc = ask(s, link, err);
	return rc;
}

/* ---- as it was ---- */

static int take_status(void *arg, const char *line, size_t len)
{
	struct err err;

	return len && status_from_json(arg, line, len, &err);
}

static int read_status(struct engine_link *link, const struct dump_conf *conf, struct status *out, struct err *err)
{
	static const struct engine_session session = { .who = "dump", .read_only = true };
	struct request_line *parsed;
	char line[200];
	int64_t wall_s;
	int rc;

	if (conf->at == NULL)
		return link->status(link->self, out, err);
	if (!past_moment(conf->at, clock_wall_us(), &wall_s))
		return err_set(err, ERR_CONFIG, 0,
				"--at: expected a time (14:02, 2026-01-31 23:59, 90m), found '%.40s'", conf->at);
	past_request(line, sizeof(line), wall_s, NULL);
	parsed = xcalloc(1, sizeof(*parsed));
	rc = request_line_parse(parsed, line, engine_request_docs(), err);
	parsed->request.session = &session;
	rc = rc ? rc : link->request(link->self, &parsed->request, take_status, out, err);
	free(parsed);
	return rc;
}

/* ---- both ---- */

static int fill(struct screen *s, struct engine_link *link, const struct dump_conf *conf, enum view_id id,
		const struct status *status, struct err *err)
{
	const char *subject = strchr(conf->view, '/');

	if (view_get(id)->page == NULL) {
		screen_status(s, status, NULL);
		screen_show(s, id);
		return 0;
	}
	screen_status(s, status, NULL);
	return open_page(s, link, id, subject ? subject + 1 : "", err);
}

int dump_view(struct engine_link *link, const struct dump_conf *conf, struct buf *out, struct err *err)
{
	struct status status;
	struct screen *s;
	enum view_id id;
	int rc;

	if (find_view(conf->view, &id, err))
		return -1;
	if (conf->at && view_get(id)->page && !view_get(id)->page->past)
		return err_set(err, ERR_CONFIG, 0, "--at: %s is not recorded; expected another view", conf->view);
	status_init(&status);
	if (read_status(link, conf, &status, err)) {
		status_done(&status);
		return -1;
	}
	s = xcalloc(1, sizeof(*s));
	screen_init(s, false, link->where, engine_request_docs());
	if (conf->at)
		screen_past_show(s, &status);
	rc = fill(s, link, conf, id, conf->at ? &s->past : &status, err);
	if (rc == 0 && conf->filter)
		screen_filter(s, conf->filter);
	if (rc == 0 && conf->save)
		rc = screen_save(s, conf->save, err);
	else if (rc == 0 && conf->json)
		put_list(s, out);
	else if (rc == 0)
		draw(s, conf, out);
	screen_done(s);
	free(s);
	status_done(&status);
	return rc ? rc
			: out->failed
			? err_set(err, ERR_DATA, 0, "dump: the view would be longer than %zu bytes", out->max)
			: 0;
}
