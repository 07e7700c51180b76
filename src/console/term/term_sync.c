/*
 * term_sync.c - a frame that a terminal shows at once and not half of it (DEC private mode 2026), where it says that it can. The answer to the question
 * comes in as keys do; until then, and where none comes, frames are written without.
 */
#include <curses.h>
#include <string.h>

#include "console/term/term_parts.h"

#define ASK "\033[?2026$p"
#define BEGIN "\033[?2026h"

const char term_sync_off[] = "\033[?2026l";
static bool known;

void term_sync_ask(int tty)
{
	/* 1: set, 2: reset: it has the mode; 0, 3, 4: it has not, or keeps it as it is */
	static const char *const answers[] = { "\033[?2026;1$y", "\033[?2026;2$y", "\033[?2026;0$y", "\033[?2026;3$y",
		"\033[?2026;4$y" };

	known = false;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		define_key(answers[i], i < 2 ? TERM_KEY_SYNC : TERM_KEY_NO_SYNC);
	term_write(tty, ASK, sizeof(ASK) - 1);
}

bool term_sync_take(int key)
{
	if (key == TERM_KEY_SYNC)
		known = true;
	return key == TERM_KEY_SYNC || key == TERM_KEY_NO_SYNC;
}

void term_sync_begin(int tty)
{
	if (known)
		term_write(tty, BEGIN, sizeof(BEGIN) - 1);
}

void term_sync_end(int tty)
{
	if (known)
		term_write(tty, term_sync_off, strlen(term_sync_off));
}
