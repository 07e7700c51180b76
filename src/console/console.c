/*
 * console.c - the loop: waits for a key, a signal, a status or an answer, and draws at most once each time. Nothing
 * here waits for the engine, and the engine never waits for this.
 */
#include "console/console.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cast.h"
#include "console/feed.h"
#include "console/screen.h"
#include "console/settle.h"
#include "console/term/console_term.h"
#include "core/clock.h"

#define TICK_MS 1000 /* a toast goes away without help */
#define AT_REST_MS 10000

enum { POLL_KEYS, POLL_SIGNALS, POLL_FEED, POLL_ERRORS, POLLS };

struct console {
	struct screen screen;
	struct canvas canvas;
	struct feed *feed;
	struct cast *cast; /* NULL: it is not recorded */
	struct status status;
	bool dirty;
	struct settle sized;		     /* the terminal has another size */
	const char *theme;		     /* of the configuration; lent */
	char theme_shown[64];		     /* what was chosen since; "" nothing */
	bool theme_wrong;		     /* it is none, and nobody was told: its name is being typed */
	bool running[FEED_JOBS + 1];	     /* by number */
	enum view_lane lanes[FEED_JOBS + 1]; /* of the page that its answer is for; LANE_NONE: of nobody */
	int shown;			     /* the job whose answer is in the overlay; 0: none */
	int end;			     /* enum console_end, or -1 while it runs */
};

static void console_show(struct console *c)
{
	struct err err;

	screen_draw(&c->screen, &c->canvas);
	term_show(&c->canvas);
	err_clear(&err);
	if (c->cast && cast_show(c->cast, &c->canvas, &err))
		screen_toast(&c->screen, ROLE_STATUS_ERROR, "%s", err.msg);
}

/* A window that is dragged has a hundred sizes a second: one frame for many. */
static void console_size(struct console *c)
{
	int rows = c->canvas.rows, cols = c->canvas.cols;

	if (settle_left(&c->sized, clock_mono_us()) != 0)
		return;
	c->sized = (struct settle){ 0 };
	if (term_resize(&rows, &cols)) {
		canvas_resize(&c->canvas, rows, cols);
		term_repaint();
	}
	c->dirty = true;
}

static void show_lines(struct console *c, const struct buf *lines)
{
	for (size_t at = 0; at < lines->len;) {
		const char *newline = memchr(lines->data + at, '\n', lines->len - at);
		size_t len = newline ? (size_t)(newline - lines->data) - at : lines->len - at;

		screen_answer(&c->screen, lines->data + at, len);
		at += len + 1;
	}
}

static void page_lines(struct console *c, enum view_lane lane, const struct buf *lines)
{
	for (size_t at = 0; at < lines->len;) {
		const char *newline = memchr(lines->data + at, '\n', lines->len - at);
		size_t len = newline ? (size_t)(newline - lines->data) - at : lines->len - at;

		screen_lane_answer(&c->screen, lane, lines->data + at, len);
		at += len + 1;
	}
	screen_refresh(&c->screen);
}

/* The request of a page: a failure is shown there. */
static void page_answer(struct console *c, int job, const struct buf *lines, bool done, const char *why)
{
	page_lines(c, c->lanes[job], lines);
	if (!done)
		return;
	c->running[job] = false;
	screen_lane_end(&c->screen, c->lanes[job], why);
	c->lanes[job] = LANE_NONE;
}

/* No more of its answer is shown, so the engine need not make it. */
static void end_shown(struct console *c)
{
	feed_cancel(c->feed, c->shown);
	screen_answer_end(&c->screen, NULL);
	c->shown = 0;
}

/* What one job has answered. Of those that are not shown only the end is told: what failed, or that it is done. */
static void console_answer(struct console *c, int job)
{
	bool shown = job == c->shown && c->screen.asked, done;
	struct buf lines;
	char why[512];

	buf_init(&lines, FEED_ANSWER_MAX);
	done = feed_answer(c->feed, job, &lines, why);
	if (c->lanes[job]) {
		page_answer(c, job, &lines, done, done ? why : "");
		buf_done(&lines);
		return;
	}
	if (shown)
		show_lines(c, &lines);
	buf_done(&lines);
	if (!done) {
		if (shown && c->screen.full)
			end_shown(c);
		return;
	}
	c->running[job] = false;
	if (shown)
		screen_answer_end(&c->screen, why[0] ? why : NULL);
	else if (why[0])
		screen_toast(&c->screen, ROLE_STATUS_ERROR, "%s", why);
	if (job == c->shown)
		c->shown = 0;
}

static void console_answers(struct console *c)
{
	for (int job = 1; job <= FEED_JOBS; job++)
		if (c->running[job])
			console_answer(c, job);
	c->dirty = true;
}

/* Its answer is nobody's from here on. */
static void end_lane(struct console *c, enum view_lane lane)
{
	for (int job = 1; job <= FEED_JOBS; job++)
		if (c->running[job] && c->lanes[job] == lane) {
			feed_cancel(c->feed, job);
			c->lanes[job] = LANE_NONE;
		}
}

static void console_ask(struct console *c)
{
	enum view_lane lane = c->screen.request_lane;
	struct err err;
	int job;

	for (enum view_lane l = LANE_LIST; l < LANE_COUNT; l++)
		if (c->screen.cancel & 1u << l || (l == lane && c->screen.request[0]))
			end_lane(c, l);
	c->screen.cancel = 0;
	c->screen.request_lane = LANE_NONE;
	if (c->screen.request[0] == '\0')
		return;
	err_clear(&err);
	if (c->cast && cast_refuses(c->screen.request))
		job = err_set(&err, ERR_CONFIG, 0, "this session is recorded: what is masked stays masked");
	else
		job = feed_ask(c->feed, c->screen.request, &err);
	c->screen.request[0] = '\0';
	if (job < 0) {
		if (lane)
			screen_lane_end(&c->screen, lane, err.msg);
		else
			screen_toast(&c->screen, ROLE_STATUS_ERROR, "%s", err.msg);
		c->screen.asked &= lane != LANE_NONE;
		return;
	}
	c->running[job] = true;
	c->lanes[job] = lane;
	if (c->screen.asked && lane == LANE_NONE)
		c->shown = job;
}

static bool terminal_is_there(void)
{
	struct pollfd tty = { .fd = term_fd() };

	return poll(&tty, 1, 0) == 0 || !(tty.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* A terminal that goes away sends it, and so does a person who wants a reload. */
static void console_hang_up(struct console *c)
{
	if (!c->screen.in_process || !terminal_is_there()) {
		c->end = CONSOLE_HUNG_UP;
		return;
	}
	snprintf(c->screen.request, sizeof(c->screen.request), "reload");
	c->screen.request_lane = LANE_NONE;
	c->screen.asked = false;
	console_ask(c);
	c->dirty = true;
}

static void console_signals(struct console *c)
{
	int signo;

	while ((signo = term_signal())) {
		if (signo == SIGHUP)
			console_hang_up(c);
		else if (signo == SIGWINCH)
			settle_note(&c->sized, clock_mono_us());
		else
			c->end = CONSOLE_TERMINATED;
	}
}

static void console_feed(struct console *c)
{
	char trouble[512];

	feed_clear(c->feed);
	if (!c->screen.frozen && feed_status(c->feed, &c->status, trouble)) {
		screen_status(&c->screen, trouble[0] ? NULL : &c->status, trouble[0] ? trouble : NULL);
		c->dirty = true;
	}
	console_answers(c);
	console_ask(c); /* what an answer makes a page ask */
}

static void console_theme(const char *name, struct theme *theme, struct err *err)
{
	const char *home = getenv("HOME");
	char own[512];
	const char *dirs[] = { own, DATADIR "/themes", "themes", NULL };

	snprintf(own, sizeof(own), "%s/.config/millrace/themes", home ? home : "");
	err_clear(err);
	theme_load(theme, name ? name : "harbor", dirs, err);
}

/* What is being typed may be no theme yet. */
static void console_retheme(struct console *c)
{
	struct screen *s = &c->screen;
	struct theme theme;
	struct err wrong;

	if (strcmp(s->theme, c->theme_shown) == 0 && !(c->theme_wrong && s->mode != MODE_COMMAND))
		return;
	strcpy(c->theme_shown, s->theme);
	console_theme(s->theme[0] ? s->theme : c->theme, &theme, &wrong);
	c->theme_wrong = wrong.kind != ERR_NONE && s->mode == MODE_COMMAND;
	if (wrong.kind == ERR_NONE) {
		term_theme(&theme);
		if (c->cast)
			cast_theme(c->cast, &theme);
	} else if (s->mode != MODE_COMMAND) {
		screen_toast(s, ROLE_STATUS_ERROR, "%s", wrong.msg);
	}
}

static void console_edit(struct console *c, bool text)
{
	struct err err;
	int rc;

	err_clear(&err);
	rc = text ? term_edit_text(&c->screen.edit_text, &err) : term_edit(c->screen.edit, &err);
	screen_edited(&c->screen, rc ? err.msg : NULL);
	console_ask(c);
}

static void console_wish(struct console *c)
{
	enum screen_wish wish = c->screen.wish;

	c->screen.wish = WISH_NONE;
	if (c->screen.clip.len) {
		term_copy(c->screen.clip.data, c->screen.clip.len);
		buf_reset(&c->screen.clip);
	}
	switch (wish) {
	case WISH_EDIT:
	case WISH_EDIT_TEXT: console_edit(c, wish == WISH_EDIT_TEXT); break;
	case WISH_LEAVE: c->end = CONSOLE_LEFT; break;
	case WISH_LEAVE_RUNNING: c->end = CONSOLE_LEFT_RUNNING; break;
	case WISH_REPAINT: term_repaint(); break;
	case WISH_SUSPEND: term_suspend(); break;
	case WISH_NONE: break;
	}
}

static void console_mouse(struct console *c, uint32_t what)
{
	int y, x;

	term_mouse(&y, &x);
	screen_mouse(&c->screen, what, y, x);
}

static void console_keys(struct console *c)
{
	uint32_t key;
	bool pasted;

	while (c->end < 0 && (key = term_key(&pasted)) != KEYCODE_NONE) {
		bool listening = c->screen.asked;

		if (key == KEYCODE_CLICK || key == KEYCODE_WHEEL_UP || key == KEYCODE_WHEEL_DOWN)
			console_mouse(c, key);
		else
			screen_key(&c->screen, key, pasted);
		console_ask(c);
		console_wish(c);
		console_retheme(c);
		if (listening && !c->screen.asked && c->shown) {
			feed_cancel(c->feed, c->shown);
			c->shown = 0;
		}
		c->dirty = true;
	}
}

static void console_errors(struct console *c)
{
	char line[512];

	if (term_error_take(line, sizeof(line)) == 0)
		return;
	screen_toast(&c->screen, ROLE_WARN, "stderr: %s", line);
	c->dirty = true;
}

static int console_timeout(const struct console *c)
{
	int64_t now_us = clock_mono_us(), left_us[] = { settle_left(&c->sized, now_us), screen_old_in(&c->screen) };
	int rest_ms = now_us < c->screen.toast_until_us || c->screen.stale ? TICK_MS : AT_REST_MS;

	for (size_t i = 0; i < sizeof(left_us) / sizeof(left_us[0]); i++)
		if (left_us[i] >= 0 && left_us[i] / 1000 < rest_ms)
			rest_ms = (int)(left_us[i] / 1000) + 1;
	return rest_ms;
}

static void console_loop(struct console *c)
{
	struct status_wish wish;
	struct pollfd fds[POLLS] = {
		[POLL_KEYS] = { .fd = term_fd(), .events = POLLIN },
		[POLL_SIGNALS] = { .fd = term_signal_fd(), .events = POLLIN },
		[POLL_FEED] = { .fd = feed_fd(c->feed), .events = POLLIN },
		[POLL_ERRORS] = { .fd = term_error_fd(), .events = POLLIN },
	};

	while (c->end < 0) {
		if (c->dirty) {
			screen_look(&c->screen, &wish);
			feed_look(c->feed, &wish);
			console_show(c);
			c->dirty = false;
		}
		if (poll(fds, POLLS, console_timeout(c)) == 0 && c->sized.first_us == 0)
			c->dirty = true;
		if (fds[POLL_SIGNALS].revents)
			console_signals(c);
		console_size(c);
		c->dirty |= screen_look_at_age(&c->screen);
		if (fds[POLL_KEYS].revents & POLLIN)
			console_keys(c);
		else if (fds[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
			c->end = CONSOLE_HUNG_UP;
		if (fds[POLL_FEED].revents)
			console_feed(c);
		if (fds[POLL_ERRORS].revents & POLLIN)
			console_errors(c);
		for (int i = 0; i < POLLS; i++)
			fds[i].revents = 0;
	}
}

/* The keys of the person who sits here; what is wrong with them is told, and those of the program hold. */
static void console_own_keys(struct screen *s)
{
	const char *home = getenv("HOME");
	char path[1024];
	struct err err;

	snprintf(path, sizeof(path), "%s/.config/millrace/keys", home ? home : "");
	err_clear(&err);
	if (home && keymap_load(path, &err))
		screen_toast(s, ROLE_STATUS_ERROR, "%s", err.msg);
}

int console_run(struct engine_link *link, const struct console_conf *conf, struct err *err)
{
	struct console c = { .end = -1, .dirty = true };
	struct theme theme;
	struct err wrong;
	int rows = 0, cols = 0;

	c.theme = conf->theme;
	console_theme(conf->theme, &theme, &wrong);
	if (term_open(&theme, conf->mouse, err))
		return -1;
	status_init(&c.status);
	canvas_init(&c.canvas);
	c.canvas.ascii = conf->ascii || theme.charset == CHARSET_ASCII || !term_is_utf8();
	c.canvas.plain = term_is_plain();
	term_resize(&rows, &cols);
	canvas_resize(&c.canvas, rows, cols);
	c.cast = conf->record ? cast_open(conf->record, &theme, &c.canvas, err) : NULL;
	if (conf->record && c.cast == NULL) {
		term_close();
		canvas_done(&c.canvas);
		status_done(&c.status);
		return -1;
	}
	screen_init(&c.screen, conf->in_process, link->where, engine_request_docs());
	c.screen.read_only = conf->session && conf->session->read_only;
	console_own_keys(&c.screen);
	if (wrong.kind != ERR_NONE)
		screen_toast(&c.screen, ROLE_STATUS_ERROR, "%s", wrong.msg);
	console_show(&c);
	c.feed = feed_start(link, conf->session);
	console_loop(&c);
	if (!feed_stop(c.feed) && conf->unanswered)
		*conf->unanswered = true;
	term_close();
	cast_close(c.cast);
	screen_done(&c.screen);
	canvas_done(&c.canvas);
	status_done(&c.status);
	return c.end;
}
