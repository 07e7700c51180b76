/*
 * console_term.c - opens the terminal, reads its keys, gives it back. Hard is giving the terminal back: a crash may happen in any
 * thread and in the middle of curses, so the way out is prepared at the start as plain bytes and a termios, and the
 * handler does nothing but write them, say which signal it was, and let the old handler have it.
 */
#include "console/term/console_term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "console/term/term_child.h"
#include "console/term/term_parts.h"
#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define PASTE_PAUSE_US 1000000
enum { KEY_PASTE_BEGIN = KEY_MAX + 1, KEY_PASTE_END, KEY_REPORT };

static const int caught[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGWINCH };
static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
#define NCAUGHT (sizeof(caught) / sizeof(caught[0]))
#define NCRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct {
	bool open, utf8, pasting, mouse;
	int64_t pasted_us; /* when the last key came */
	SCREEN *screen;
	WINDOW *keys; /* reading from a pad never paints */
	FILE *in, *out;
	int tty;
	int signals[2]; /* self-pipe */
	struct sigaction old_caught[NCAUGHT], old_crashes[NCRASHES];
	/* the way out, prepared for signal handlers */
	struct termios saved;
	char leave[128];
	size_t leave_len;
} term = { .tty = -1, .signals = { -1, -1 } };

static const struct {
	int key;
	uint32_t code;
} curses_keys[] = {
	{ KEY_UP, KEYCODE_UP },
	{ KEY_DOWN, KEYCODE_DOWN },
	{ KEY_LEFT, KEYCODE_LEFT },
	{ KEY_RIGHT, KEYCODE_RIGHT },
	{ KEY_PPAGE, KEYCODE_PAGE_UP },
	{ KEY_NPAGE, KEYCODE_PAGE_DOWN },
	{ KEY_HOME, KEYCODE_HOME },
	{ KEY_END, KEYCODE_END },
	{ KEY_BTAB, KEYCODE_BACKTAB },
	{ KEY_F(1), KEYCODE_F1 },
	{ KEY_BACKSPACE, KEYCODE_BACKSPACE },
	{ KEY_DC, KEYCODE_BACKSPACE },
	{ KEY_ENTER, KEYCODE_ENTER },
};

/* ---- the way out; async-signal-safe ---- */

static void term_emergency(void)
{
	if (!term.open)
		return;
	term.open = false;
	term_write(term.tty, term.leave, term.leave_len);
	tcsetattr(term.tty, TCSANOW, &term.saved);
	term_errors_emergency();
}

static void on_crash(int signo)
{
	static const char text[] = "millrace: crashed; the terminal was restored\n";

	term_emergency();
	term_write(STDERR_FILENO, text, sizeof(text) - 1);
	for (size_t i = 0; i < NCRASHES; i++)
		sigaction(crashes[i], &term.old_crashes[i], NULL);
	raise(signo);
}

static void on_signal(int signo)
{
	int saved = errno;
	char byte = (char)signo;

	term_write(term.signals[1], &byte, 1);
	errno = saved;
}

static void signals_take(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigaction crash = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK | (int)SA_NODEFER };

	for (size_t i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &action, &term.old_caught[i]);
	for (size_t i = 0; i < NCRASHES; i++)
		sigaction(crashes[i], &crash, &term.old_crashes[i]);
	xalloc_on_fatal(term_emergency);
}

static void signals_give_back(void)
{
	for (size_t i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &term.old_caught[i], NULL);
	for (size_t i = 0; i < NCRASHES; i++)
		sigaction(crashes[i], &term.old_crashes[i], NULL);
	xalloc_on_fatal(NULL);
}

static void prepare_leave(void)
{
	static const char *const capabilities[] = { "rmkx", "sgr0", "cnorm", "rmcup" };

	term.leave_len = (size_t)snprintf(term.leave, sizeof(term.leave), "%s%s%s", PASTE_OFF,
			term.mouse ? term_mouse_off : "", term_is_plain() ? "" : term_sync_off);
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++) {
		char *text = tigetstr(capabilities[i]);

		if (text == NULL || text == (char *)-1 || term.leave_len + strlen(text) >= sizeof(term.leave))
			continue;
		term.leave_len += (size_t)sprintf(term.leave + term.leave_len, "%s", text);
	}
}

/* ---- open and close ---- */

static void curses_start(void)
{
	raw();
	noecho();
	nonl();
	curs_set(0);
	set_escdelay(25);
	term.keys = newpad(1, 1);
	keypad(term.keys, TRUE);
	nodelay(term.keys, TRUE);
	define_key("\033[200~", KEY_PASTE_BEGIN);
	define_key("\033[201~", KEY_PASTE_END);
	if (term.mouse)
		define_key("\033[<", KEY_REPORT);
}

/* What it is to tell while the console has it. */
static void tell_on(void)
{
	term_write(term.tty, PASTE_ON, sizeof(PASTE_ON) - 1);
	if (term.mouse)
		term_write(term.tty, term_mouse_on, strlen(term_mouse_on));
}

static void tell_off(void)
{
	term_write(term.tty, PASTE_OFF, sizeof(PASTE_OFF) - 1);
	if (term.mouse)
		term_write(term.tty, term_mouse_off, strlen(term_mouse_off));
}

static void exit_close(void)
{
	term_close();
}

static int tty_open(struct err *err)
{
	term.tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (term.tty < 0 || tcgetattr(term.tty, &term.saved) != 0)
		return err_set(err, ERR_CONFIG, errno, "no terminal: %s; use 'run' for a process without a screen",
				strerror(errno));
	term.in = fdopen(dup(term.tty), "r");
	term.out = fdopen(dup(term.tty), "w");
	if (term.in == NULL || term.out == NULL || pipe2(term.signals, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_set(err, ERR_CONFIG, errno, "terminal: %s", strerror(errno));
	return 0;
}

static void tty_close(void)
{
	if (term.in)
		fclose(term.in);
	if (term.out)
		fclose(term.out);
	for (int i = 0; i < 2; i++)
		if (term.signals[i] >= 0)
			close(term.signals[i]);
	if (term.tty >= 0)
		close(term.tty);
	term.in = term.out = NULL;
	term.tty = term.signals[0] = term.signals[1] = -1;
}

int term_open(const struct theme *theme, bool mouse, struct err *err)
{
	static bool registered;

	term.mouse = mouse;
	setlocale(LC_CTYPE, "");
	term.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (tty_open(err)) {
		tty_close();
		return -1;
	}
	term.screen = newterm(NULL, term.out, term.in);
	if (term.screen == NULL)
		term.screen = newterm("vt100", term.out, term.in); /* an unknown TERM: what every emulator can do */
	if (term.screen == NULL) {
		tty_close();
		return err_set(err, ERR_CONFIG, 0, "terminal: curses does not know '%s'; set TERM",
				getenv("TERM") ? getenv("TERM") : "");
	}
	prepare_leave();
	signals_take();
	curses_start();
	term_paint_open(theme);
	term_errors_hold();
	tell_on();
	if (!term_is_plain()) /* which prints what it does not understand */
		term_sync_ask(term.tty);
	term.open = true;
	if (!registered)
		atexit(exit_close);
	registered = true;
	return 0;
}

void term_theme(const struct theme *theme)
{
	term_paint_theme(theme);
	term_repaint();
}

void term_close(void)
{
	if (term.screen == NULL)
		return;
	term.open = false;
	tell_off();
	delwin(term.keys);
	endwin();
	delscreen(term.screen);
	term.screen = NULL;
	tcsetattr(term.tty, TCSANOW, &term.saved);
	signals_give_back();
	term_errors_release();
	tty_close();
	term_paint_close();
}

bool term_is_utf8(void)
{
	return term.utf8;
}

bool term_is_plain(void)
{
	const char *name = getenv("TERM");

	return name != NULL && strcmp(name, "linux") == 0;
}

int term_fd(void)
{
	return term.tty;
}

int term_signal_fd(void)
{
	return term.signals[0];
}

int term_signal(void)
{
	char byte;

	return read(term.signals[0], &byte, 1) == 1 ? byte : 0;
}

/* ---- keys ---- */

/* A paste whose end got lost must not leave the keyboard dead: Esc or a pause ends it too. */
static bool still_pasting(wint_t key)
{
	int64_t now_us = clock_mono_us();

	if (key == KEYCODE_ESCAPE || now_us - term.pasted_us > PASTE_PAUSE_US)
		term.pasting = false;
	term.pasted_us = now_us;
	return term.pasting;
}

uint32_t term_key(bool *pasted)
{
	for (;;) {
		wint_t key;
		uint32_t told;
		int kind = wget_wch(term.keys, &key);

		if (kind == ERR)
			return KEYCODE_NONE;
		*pasted = still_pasting(key);
		if (kind == OK && term_mouse_take(key, &told)) {
			if (told != KEYCODE_NONE && !*pasted)
				return told;
			continue;
		}
		if (kind == OK)
			return key == '\n' ? KEYCODE_ENTER : key == '\b' ? KEYCODE_BACKSPACE : (uint32_t)key;
		if (key == KEY_PASTE_BEGIN || key == KEY_PASTE_END)
			term.pasting = key == KEY_PASTE_BEGIN;
		if (key == KEY_REPORT)
			term_mouse_begin();
		if (kind == KEY_CODE_YES && term_sync_take((int)key))
			continue;
		for (size_t i = 0; i < sizeof(curses_keys) / sizeof(curses_keys[0]); i++)
			if ((wint_t)curses_keys[i].key == key)
				return curses_keys[i].code;
	}
}

void term_show(const struct canvas *cv)
{
	term_sync_begin(term.tty);
	term_paint(cv);
	term_sync_end(term.tty);
}

bool term_resize(int *rows, int *cols)
{
	struct winsize size = { 0 };
	int old_rows = *rows, old_cols = *cols;

	if (ioctl(term.tty, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
		*rows = LINES;
		*cols = COLS;
	} else {
		*rows = size.ws_row;
		*cols = size.ws_col;
		if (*rows != LINES || *cols != COLS)
			resizeterm(*rows, *cols);
	}
	return *rows != old_rows || *cols != old_cols;
}

void term_copy(const char *text, size_t len)
{
	char *out = xmalloc((len + 2) / 3 * 4);
	size_t n = num_base64(out, text, len);

	term_write(term.tty, "\033]52;c;", 7);
	term_write(term.tty, out, n);
	term_write(term.tty, "\a", 1);
	free(out);
}

static void step_aside(void)
{
	tell_off();
	def_prog_mode();
	endwin();
	tcsetattr(term.tty, TCSANOW, &term.saved);
}

static void step_back(void)
{
	reset_prog_mode();
	tell_on();
	term_repaint();
}

void term_suspend(void)
{
	step_aside();
	kill(getpid(), SIGSTOP);
	step_back();
}

/* What wants this process to end; it is kept for the loop. */
static int ending;

static bool has_to_end(void)
{
	int signo;

	while ((signo = term_signal()) != 0)
		if (signo != SIGWINCH)
			ending = signo;
	return ending != 0;
}

int term_edit(const char *path, struct err *err)
{
	int rc;

	ending = 0;
	step_aside();
	rc = term_child_edit(term.tty, path, has_to_end, err);
	step_back();
	raise(SIGWINCH);
	if (ending)
		raise(ending);
	return rc;
}
