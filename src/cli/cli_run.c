/*
 * cli_run.c - the pipeline without a screen. The main thread only waits: for signals, which every other thread has
 * blocked, and for the engine to end by itself.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/notify.h"
#include "core/changes.h"
#include "core/logline.h"

static int apply_log_options(struct cli *cli, const struct settings *s, struct err *err)
{
	const char *format = cli_option(cli, "--log-format");
	enum log_format f = (enum log_format)s->log_format;

	if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0)
		return err_set(err, ERR_CONFIG, 0, "--log-format: expected text or json, found '%.40s'", format);
	if (format)
		f = strcmp(format, "json") == 0 ? LOG_JSON : LOG_TEXT;
	logline_open(STDERR_FILENO, f, (enum log_level)s->log_level);
	return 0;
}

static void reload(struct cli *cli, struct engine *e)
{
	struct settings *fresh = settings_new();
	struct err err;

	err_clear(&err);
	if (settings_load(fresh, cli->settings->path, &err) || engine_reload(e, fresh, "SIGHUP", &err)) {
		logline(LOG_ERROR, "engine", "reload refused, nothing has changed: %s", err.msg);
		settings_free(fresh);
	} else {
		changes_tell(CHANGED_SETTINGS, LOG_NOTICE, "engine", "reloaded %s", cli->settings->path);
	}
}

int cli_block_signals(void)
{
	sigset_t pipe, set;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigprocmask(SIG_BLOCK, &pipe, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool ended(struct engine *e, int wake_fd, struct err *err)
{
	uint64_t count;

	return read(wake_fd, &count, sizeof(count)) > 0 && engine_ended(e, err);
}

void cli_wait_for_end(struct cli *cli, struct engine *e, struct err *err)
{
	int signals = cli_block_signals();
	struct notify notify;

	notify_open(&notify);
	signal(SIGHUP, SIG_DFL); /* blocked now, and no longer ignored: it reloads */
	for (;;) {
		struct pollfd pfd[2] = {
			{ .fd = signals, .events = POLLIN },
			{ .fd = engine_wake_fd(e), .events = POLLIN },
		};
		struct signalfd_siginfo info;

		notify_look(&notify, e);
		if ((poll(pfd, 2, -1) < 0 && errno != EINTR) || (pfd[1].revents && ended(e, pfd[1].fd, err)))
			break;
		if (pfd[0].revents == 0 || read(signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo != SIGHUP) {
			logline(LOG_NOTICE, "engine", "%s: finishing what is in flight, for at most %d s",
					strsignal((int)info.ssi_signo), engine_drain_ms(e) / 1000);
			break;
		}
		reload(cli, e);
	}
	notify_stopping(&notify);
	notify_close(&notify);
	close(signals);
}

static int serve(struct cli *cli, struct engine *e, struct err *err)
{
	struct engine_link link;
	struct cli_doors *doors;

	engine_link_local(e, &link);
	doors = cli_open_doors(cli->settings, &link, err);
	if (doors == NULL)
		return -1;
	cli_wait_for_end(cli, e, err);
	engine_dismiss(e);
	cli->abandoned = !cli_close_doors(doors);
	return 0;
}

int cli_run(struct cli *cli)
{
	const struct settings *s;
	enum engine_role role;
	struct engine *e;
	struct err err;
	int undrained;

	err_clear(&err);
	s = cli_settings(cli, &err);
	if (s == NULL || cli_role(cli, &role, &err) || apply_log_options(cli, s, &err))
		return cli_fail(&err);
	close(cli_block_signals());
	e = engine_start(s, role, &err);
	if (e == NULL)
		return cli_fail(&err);
	serve(cli, e, &err);
	undrained = engine_stop(e, engine_drain_ms(e));
	logline(undrained ? LOG_WARNING : LOG_NOTICE, "engine",
			undrained ? "stopped; the next start goes on where the log stands" : "stopped");
	cli->abandoned = cli->abandoned || !engine_free(e);
	return err.kind == ERR_NONE ? EXIT_DONE : cli_fail(&err);
}
