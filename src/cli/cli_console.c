/*
 * cli_console.c - the console on an engine in this process, or attached to one elsewhere.
 *
 * While curses owns the terminal nothing may be printed, so log lines go to a file in the state directory and to the
 * ring that the events screen shows.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/keeper.h"
#include "console/console.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "remote/control.h"

static int log_to_file(const struct settings *s)
{
	char *path = xasprintf("%s/millrace.log", s->state_dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);

	/* Without the file there is still the ring; the console shows it. */
	free(path);
	logline_open(fd, LOG_TEXT, (enum log_level)s->log_level);
	return fd;
}

/* Only this thread: those of the engine were started with these blocked, and a signal that one of them took would end
 * the process when no console handles it any more. */
static void take_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void leave_running(int keeper)
{
	printf("The pipeline goes on, in process %d. `millrace attach` opens the console on it, SIGTERM stops it.\n",
			(int)getpid());
	fflush(stdout);
	logline(LOG_NOTICE, "console", "left by %s; going on without a terminal", cli_session()->who);
	keeper_leave(keeper);
}

/* The terminal may go away (ssh), or be left: then the pipeline goes on headless, and `millrace attach` finds it again. */
static int console_on_engine(struct cli *cli, struct engine *e, int keeper, struct err *err)
{
	struct engine_link link;
	struct engine_session session = *cli_session();
	struct console_conf conf = { .theme = cli->settings->theme,
		.mouse = cli->settings->mouse,
		.record = cli_option(cli, "--record"),
		.in_process = true,
		.unanswered = &cli->abandoned,
		.session = &session };
	struct cli_doors *doors;
	int end;

	session.here = true;
	engine_link_local(e, &link);
	doors = cli_open_doors(cli->settings, &link, err);
	if (doors == NULL)
		return -1;
	signal(SIGHUP, SIG_IGN); /* outside the console's own handler: a lost terminal sends more than one */
	take_signals();
	end = console_run(&link, &conf, err);
	if (end == CONSOLE_HUNG_UP)
		logline(LOG_NOTICE, "console", "the terminal is gone; going on without it");
	else if (end == CONSOLE_LEFT_RUNNING)
		leave_running(keeper);
	if (end == CONSOLE_HUNG_UP || end == CONSOLE_LEFT_RUNNING)
		cli_wait_for_end(cli, e, err);
	engine_dismiss(e);
	cli->abandoned |= !cli_close_doors(doors);
	return end < 0 ? -1 : 0;
}

/* The console on a process that runs; path NULL: err says why. */
static int attach(struct cli *cli, const char *path, struct err *err)
{
	struct engine_session session = *cli_session();
	struct console_conf conf = { .session = &session,
		.record = cli_option(cli, "--record"),
		.theme = cli->settings ? cli->settings->theme : NULL,
		.mouse = cli->settings == NULL || cli->settings->mouse };
	const char *name = cli_option(cli, "--name");
	struct control_client *client;
	struct engine_link link;

	session.read_only = cli_option(cli, "--read-only") != NULL;
	if (name) {
		snprintf(session.name, sizeof(session.name), "%s", name);
		engine_session_name(&session);
	}
	logline_open(-1, LOG_TEXT, LOG_INFO);
	client = path ? control_connect(path, &link, err) : NULL;
	if (client)
		console_run(&link, &conf, err);
	control_disconnect(client);
	return err->kind == ERR_NONE ? EXIT_DONE : cli_fail(err);
}

static bool somebody_answers(const char *path)
{
	struct control_client *client;
	struct engine_link link;
	struct err err;

	err_clear(&err);
	client = control_connect(path, &link, &err);
	control_disconnect(client);
	return client != NULL;
}

static bool says_yes(const char *question)
{
	char line[80];

	fputs(question, stdout);
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) != NULL && (line[0] == '\n' || line[0] == 'y' || line[0] == 'Y');
}

/* A process runs on this state directory already, which has room for one: the console can be opened on it. false: nobody does. */
static bool attach_instead(struct cli *cli, int *code, struct err *err)
{
	char *path = cli_socket_path(cli->settings);
	bool runs = somebody_answers(path);

	if (runs) {
		fputs("A millrace already runs on ", stdout);
		cli_put_safe(stdout, cli->settings->state_dir, strlen(cli->settings->state_dir));
		if (!says_yes(". Attach to it? [Y/n] ")) {
			err_set(err, ERR_CONFIG, 0,
					"state.dir %s: another millrace runs on it; attach to it, stop it, or give this one its own",
					cli->settings->state_dir);
			*code = cli_fail(err);
		} else {
			*code = attach(cli, path, err);
		}
	}
	free(path);
	return runs;
}

int cli_console(struct cli *cli)
{
	const struct settings *s;
	enum engine_role role;
	struct engine *e;
	struct err err;
	int undrained, fd, code, keeper;

	err_clear(&err);
	s = cli_settings(cli, &err);
	if (s == NULL || cli_role(cli, &role, &err))
		return cli_fail(&err);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(&err, ERR_CONFIG, 0,
				"console: expected a terminal, found none; `millrace run` needs no terminal");
		return cli_fail(&err);
	}
	if (attach_instead(cli, &code, &err))
		return code;
	keeper = keeper_begin(&err);
	if (keeper < 0)
		return cli_fail(&err);
	logline_open(-1, LOG_TEXT, (enum log_level)s->log_level);
	close(cli_block_signals());
	e = engine_start(s, role, &err);
	if (e == NULL)
		return cli_fail(&err);
	fd = log_to_file(s);
	console_on_engine(cli, e, keeper, &err);
	fprintf(stderr, "finishing what is in flight ...\n");
	undrained = engine_stop(e, engine_drain_ms(e));
	cli->abandoned = cli->abandoned || !engine_free(e);
	logline_open(-1, LOG_TEXT, LOG_INFO);
	close(fd);
	if (err.kind != ERR_NONE)
		return cli_fail(&err);
	fprintf(stderr, undrained ? "stopped; the next start goes on where the log stands\n" : "stopped\n");
	return EXIT_DONE;
}

int cli_attach(struct cli *cli)
{
	struct err err;
	char *path = NULL;
	int code;

	err_clear(&err);
	if (cli->nwords)
		path = xstrdup(cli->words[0]);
	else if (cli_settings(cli, &err))
		path = cli_socket_path(cli->settings);
	code = attach(cli, path, &err);
	free(path);
	return code;
}
