/* cli_common.c - what several commands need: the configuration, a running process, who asks. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/xalloc.h"
#include "remote/control.h"

const char *cli_option(const struct cli *cli, const char *name)
{
	const struct cli_option *o = cli->command->options;

	for (int i = 0; o && o[i].name; i++)
		if (strcmp(o[i].name, name) == 0)
			return cli->options[i];
	return NULL;
}

int cli_fail(const struct err *err)
{
	fputs("millrace: ", stderr);
	cli_put_safe(stderr, err->msg, strlen(err->msg));
	fputc('\n', stderr);
	switch (err->kind) {
	case ERR_CONFIG:
	case ERR_DENIED: return EXIT_USAGE;
	case ERR_UNREACHABLE:
	case ERR_RETRY: return EXIT_UNREACHABLE;
	default: return EXIT_PROBLEMS;
	}
}

const struct settings *cli_settings(struct cli *cli, struct err *err)
{
	static const char *const places[] = { "./millrace.conf", SYSCONFDIR "/millrace/millrace.conf" };
	const char *path = cli->conf_path;

	if (cli->settings)
		return cli->settings;
	for (size_t i = 0; path == NULL && i < sizeof(places) / sizeof(*places); i++)
		if (access(places[i], F_OK) == 0)
			path = places[i];
	if (path == NULL) {
		err_set(err, ERR_CONFIG, 0,
				"no configuration: expected ./millrace.conf or " SYSCONFDIR
				"/millrace/millrace.conf, found neither; "
				"write one (the README begins with one), or name it with -c FILE");
		return NULL;
	}
	cli->settings = settings_new();
	if (settings_load(cli->settings, path, err) == 0) {
		if (cli->settings->core_dumps)
			prctl(PR_SET_DUMPABLE, 1);
		return cli->settings;
	}
	settings_free(cli->settings);
	cli->settings = NULL;
	return NULL;
}

int cli_role(const struct cli *cli, enum engine_role *out, struct err *err)
{
	static const char *const names[] = { [ROLE_ALL] = "all", [ROLE_CAPTURE] = "capture", [ROLE_LOAD] = "load" };
	const char *role = cli_option(cli, "--role");

	*out = ROLE_ALL;
	if (role == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], role) == 0) {
			*out = (enum engine_role)i;
			return 0;
		}
	return err_set(err, ERR_CONFIG, 0, "--role: expected all, capture or load, found '%.40s'", role);
}

char *cli_socket_path(const struct settings *s)
{
	return xasprintf("%s/control.sock", s->state_dir);
}

int cli_call(struct cli *cli, struct cli_call *call, struct err *err)
{
	const struct settings *s = cli_settings(cli, err);
	char *path;

	if (s == NULL)
		return -1;
	path = cli_socket_path(s);
	call->client = control_connect(path, &call->link, err);
	free(path);
	return call->client ? 0 : -1;
}

void cli_hang_up(struct cli_call *call)
{
	control_disconnect(call->client);
}

const struct engine_session *cli_session(void)
{
	static struct engine_session session;
	const struct passwd *user = getpwuid(getuid());
	const char *terminal = ttyname(STDERR_FILENO), *behind = getenv("SUDO_USER");

	if (terminal && strncmp(terminal, "/dev/", 5) == 0)
		terminal += 5;
	if (session.who[0] == '\0') {
		snprintf(session.user, sizeof(session.user), "%s", user ? user->pw_name : "unknown");
		snprintf(session.terminal, sizeof(session.terminal), "%s", terminal ? terminal : "");
		if (getuid() == 0 && behind)
			snprintf(session.name, sizeof(session.name), "%s", behind);
		engine_session_name(&session);
	}
	return &session;
}
