/* term_errors.c - what others write to file descriptor 2 while the screen is shown is held: it would stand in the middle of it. It is told in a line, and
 * written when the terminal is given back. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/term/console_term.h"
#include "console/term/term_parts.h"

enum { HELD_MAX = 16384 };

static struct {
	int ends[2], old_stderr;
	char held[HELD_MAX];
	size_t held_len;
} errors = { .ends = { -1, -1 }, .old_stderr = -1 };

void term_write(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

void term_errors_hold(void)
{
	fflush(stderr);
	if (pipe2(errors.ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return;
	errors.old_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(errors.ends[1], STDERR_FILENO);
	errors.held_len = 0;
}

static bool errors_read(void)
{
	char text[4096];
	bool some = false;
	ssize_t n;

	while ((n = read(errors.ends[0], text, sizeof(text))) > 0) {
		size_t len = (size_t)n, keep = errors.held_len;

		if (keep + len > HELD_MAX) {
			keep = HELD_MAX - len; /* the newest is worth most */
			memmove(errors.held, errors.held + errors.held_len - keep, keep);
		}
		memcpy(errors.held + keep, text, len);
		errors.held_len = keep + len;
		some = true;
	}
	return some;
}

void term_errors_release(void)
{
	if (errors.old_stderr < 0)
		return;
	fflush(stderr);
	errors_read();
	dup2(errors.old_stderr, STDERR_FILENO);
	close(errors.old_stderr);
	close(errors.ends[0]);
	close(errors.ends[1]);
	errors.old_stderr = errors.ends[0] = errors.ends[1] = -1;
	term_write(STDERR_FILENO, errors.held, errors.held_len);
}

void term_errors_emergency(void)
{
	if (errors.old_stderr >= 0)
		dup2(errors.old_stderr, STDERR_FILENO);
}

int term_error_fd(void)
{
	return errors.ends[0];
}

size_t term_error_take(char *line, size_t size)
{
	size_t end, start;

	if (!errors_read())
		return 0;
	end = errors.held_len;
	while (end > 0 && errors.held[end - 1] == '\n')
		end--;
	for (start = end; start > 0 && errors.held[start - 1] != '\n'; start--)
		;
	return (size_t)snprintf(line, size, "%.*s", (int)(end - start), errors.held + start);
}
