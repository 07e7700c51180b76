/*
 * conf_secret.c - values that do not stand in the file: environment variables, and the first line of a file or of what
 * a command prints. A command is an outside call: it has a time limit, its own process group so that all of it can be
 * ended, and no way to print anything to the terminal.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf/conf_part.h"
#include "core/xalloc.h"

#define SECRET_MAX 65536

extern char **environ;

/* One ${NAME} at *p; appends its value and moves *p behind it. */
static int expand_variable(const char **p, struct buf *out, char *expected, char *found, size_t size)
{
	size_t n = 2;
	char *name;
	const char *value;

	while (isalnum((unsigned char)(*p)[n]) || (*p)[n] == '_')
		n++;
	if ((*p)[n] != '}' || n == 2) {
		snprintf(expected, size, "${NAME} (a plain ${ is written $${)");
		snprintf(found, size, "a '${' without a name and '}'");
		return -1;
	}
	name = xstrndup(*p + 2, n - 2);
	value = getenv(name);
	if (value == NULL) {
		snprintf(expected, size, "${%s} set in the environment", name);
		snprintf(found, size, "it unset");
	} else {
		buf_puts(out, value);
	}
	free(name);
	*p += n + 1;
	return value ? 0 : -1;
}

char *conf_expand(const char *text, char *expected, char *found, size_t size)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	buf_puts(&out, "");
	while (*text) {
		if (strncmp(text, "$${", 3) == 0) {
			buf_puts(&out, "${");
			text += 3;
		} else if (strncmp(text, "${", 2) == 0) {
			if (expand_variable(&text, &out, expected, found, size) != 0) {
				buf_done(&out);
				return NULL;
			}
		} else {
			buf_putc(&out, *text++);
		}
	}
	if (out.failed) {
		snprintf(expected, size, "less than 1 MB");
		snprintf(found, size, "more");
		buf_done(&out);
		return NULL;
	}
	return out.data ? buf_take(&out) : xstrdup("");
}

static char *first_line(char *text, size_t len, char *expected, char *found, size_t size)
{
	size_t n = 0;
	char *line;

	while (n < len && text[n] != '\n' && text[n] != '\0')
		n++;
	if (n && text[n - 1] == '\r')
		n--;
	line = n ? xstrndup(text, n) : NULL;
	explicit_bzero(text, len);
	if (line == NULL) {
		snprintf(expected, size, "the value on the first line");
		snprintf(found, size, "an empty first line");
	}
	return line;
}

char *conf_secret_file(const char *path, char *expected, char *found, size_t size)
{
	char text[SECRET_MAX];
	struct stat st;
	ssize_t n = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us */

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, sizeof(text));
	else if (fd >= 0)
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (n < 0) {
		snprintf(expected, size, "a readable file");
		snprintf(found, size, "'%s': %s", path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return n < 0 ? NULL : first_line(text, (size_t)n, expected, found, size);
}

static int command_spawn(const char *command, pid_t *pid, int *out)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int fds[2], rc;

	*out = -1;
	if (pipe2(fds, O_CLOEXEC) != 0)
		return errno;
	sigfillset(&all);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, fds[1], 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setsigmask(&attr, &none);
	rc = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	close(fds[1]);
	if (rc != 0)
		close(fds[0]);
	*out = fds[0];
	return rc;
}

/* Reads until the end of the output. Returns the length; -1: the time is over or there is too much. */
static ssize_t command_read(int fd, char *text, size_t size, int64_t deadline_us)
{
	size_t len = 0;

	for (;;) {
		int64_t left_ms = (deadline_us - clock_mono_us()) / 1000;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) == 0 || len == size)
			return -1;
		n = read(fd, text + len, size - len);
		if (n == 0)
			return (ssize_t)len;
		if (n < 0 && errno != EINTR)
			return -1;
		len += n > 0 ? (size_t)n : 0;
	}
}

/* Waits for the end of the command; ends it, with all that it started, when the time is over. -1: it had to. */
static int command_wait(pid_t pid, int64_t deadline_us, bool in_time)
{
	int status = 0;
	pid_t done = 0;

	while (in_time && (done = waitpid(pid, &status, WNOHANG)) == 0 && clock_mono_us() < deadline_us)
		clock_sleep_ms(5);
	if (done == pid)
		return status;
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return -1;
}

char *conf_secret_command(const char *command, int timeout_ms, char *expected, char *found, size_t size)
{
	int64_t deadline_us = clock_mono_us() + (int64_t)timeout_ms * 1000;
	char text[SECRET_MAX];
	int fd = -1, status, rc;
	pid_t pid;
	ssize_t n;

	snprintf(expected, size, "a command that ends with status 0 within %d s", (timeout_ms + 999) / 1000);
	rc = command_spawn(command, &pid, &fd);
	if (rc != 0) {
		snprintf(found, size, "it could not be started: %s", strerror(rc));
		return NULL;
	}
	n = command_read(fd, text, sizeof(text), deadline_us);
	close(fd);
	status = command_wait(pid, deadline_us, n >= 0);
	if (n >= 0 && status == 0)
		return first_line(text, (size_t)n, expected, found, size);
	if (status == -1)
		snprintf(found, size, "it still running or printing");
	else if (WIFSIGNALED(status))
		snprintf(found, size, "signal %d", WTERMSIG(status));
	else
		snprintf(found, size, "status %d", WEXITSTATUS(status));
	explicit_bzero(text, sizeof(text));
	return NULL;
}
