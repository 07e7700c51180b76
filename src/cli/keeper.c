/* keeper.c - see keeper.h */
#include "cli/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static void hand_on(int signo)
{
	kill(child, signo);
}

/* Ctrl-C and Ctrl-\ are for the child, which gets them too; Ctrl-Z it refuses. A terminal that goes away ends the parent, not the child. */
static void take_signals(void)
{
	struct sigaction forward = { .sa_handler = hand_on };

	sigaction(SIGTERM, &forward, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
}

/* As the child has ended. */
static void end_like(int status)
{
	if (WIFSIGNALED(status)) {
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void keep(int told)
{
	int status = 0;
	ssize_t n;
	char left;

	take_signals();
	while ((n = read(told, &left, 1)) < 0 && errno == EINTR)
		;
	if (n == 1)
		_exit(0);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	end_like(status);
}

int keeper_begin(struct err *err)
{
	int pipe_fd[2];

	if (pipe2(pipe_fd, O_CLOEXEC))
		return err_set(err, ERR_FATAL, errno, "console: no pipe: %s", strerror(errno));
	child = fork();
	if (child < 0) {
		close(pipe_fd[0]);
		close(pipe_fd[1]);
		return err_set(err, ERR_FATAL, errno, "console: no process: %s", strerror(errno));
	}
	close(pipe_fd[child ? 1 : 0]);
	if (child)
		keep(pipe_fd[0]);
	return pipe_fd[1];
}

void keeper_leave(int keeper)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && nothing >= 0; fd++)
		dup2(nothing, fd);
	if (nothing > STDERR_FILENO)
		close(nothing);
	while (write(keeper, "l", 1) < 0 && errno == EINTR)
		;
	close(keeper);
}
