/* term_child.c - see term_child.h. */
#include "console/term/term_child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"

enum { LOOK_MS = 200 };

extern char **environ;

static int start(int tty, const char *path, pid_t *pid)
{
	static char shell[] = "sh", option[] = "-c", command[] = "exec ${VISUAL:-${EDITOR:-vi}} \"$1\"";
	char *argv[] = { shell, option, command, shell, strdup(path), NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd <= 2; fd++)
		posix_spawn_file_actions_adddup2(&files, tty, fd);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	rc = posix_spawnp(pid, shell, &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(argv[4]);
	return rc;
}

/* The terminal stops whoever hands it over from behind; blocked, that signal is none. */
static void hand_over(int tty, pid_t group)
{
	sigset_t stop, before;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &stop, &before);
	tcsetpgrp(tty, group);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* One that is stopped (Ctrl-Z) goes on: there is no shell here that could bring it back. */
static bool has_ended(pid_t pid)
{
	int status;
	pid_t got = waitpid(pid, &status, WNOHANG | WUNTRACED);

	if (got == pid && WIFSTOPPED(status)) {
		kill(-pid, SIGCONT);
		return false;
	}
	return got == pid || (got < 0 && errno != EINTR);
}

int term_child_edit(int tty, const char *path, bool ended(void), struct err *err)
{
	pid_t pid, ours = tcgetpgrp(tty);
	int rc = start(tty, path, &pid);

	if (rc)
		return err_set(err, ERR_CONFIG, rc, "expected an editor in $VISUAL or $EDITOR, found: %s",
				strerror(rc));
	hand_over(tty, pid);
	while (!has_ended(pid)) {
		if (ended())
			kill(-pid, SIGHUP);
		clock_sleep_ms(LOOK_MS);
	}
	hand_over(tty, ours);
	return 0;
}
