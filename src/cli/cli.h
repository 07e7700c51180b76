/*
 * cli.h - the commands: a row in the table of cli.c and a function in a file of its own. --help and the manual page are
 * printed from the same rows.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "engine/engine.h"
#include "engine/settings/settings.h"

enum { EXIT_DONE = 0, EXIT_PROBLEMS = 1, EXIT_USAGE = 2, EXIT_UNREACHABLE = 3 };

struct cli_option {
	const char *name;  /* "--role" or "-n" */
	const char *value; /* what it takes, for help: "all|capture|load"; NULL: a flag */
	const char *help;
};

#define CLI_MAX_OPTIONS 12
#define CLI_MAX_WORDS 8

struct cli {
	const struct cli_command *command;
	const char *conf_path;		      /* -c, or NULL */
	const char *options[CLI_MAX_OPTIONS]; /* by row of the command's options; flags: "" ; NULL: not given */
	const char *words[CLI_MAX_WORDS];
	int nwords;
	struct settings *settings; /* loaded on demand by cli_settings() */
	bool abandoned;		   /* a thread of the engine did not end in time, and still runs */
};

struct cli_command {
	const char *name, *words, *summary,
			*about;		  /* words: "capture|load|TABLE"; about: more lines for the manual, or NULL */
	const struct cli_option *options; /* ends with name NULL; NULL: none */
	int min_words, max_words;
	int (*run)(struct cli *cli); /* returns the exit code */
};

const struct cli_command *cli_commands(void); /* ends with name NULL; the first one is what runs without a command */
int cli_main(int argc, char **argv);

/* ---- for the commands ---- */
const char *cli_option(const struct cli *cli, const char *name); /* NULL: not given */
/* An option without a value, as the argument of a request. */
static inline const char *cli_given(const struct cli *cli, const char *name)
{
	return cli_option(cli, name) ? "yes" : NULL;
}
int cli_fail(const struct err *err); /* one line on stderr; the exit code that fits the kind */
const struct settings *cli_settings(struct cli *cli, struct err *err); /* NULL: err */
int cli_role(const struct cli *cli, enum engine_role *out, struct err *err);
char *cli_socket_path(const struct settings *s); /* state.dir/control.sock; the caller frees */
/* A running process of this configuration; struct is freed by cli_hang_up(). */
struct cli_call {
	struct engine_link link;
	void *client;
};
int cli_call(struct cli *cli, struct cli_call *call, struct err *err);
void cli_hang_up(struct cli_call *call);
int cli_ask(struct cli *cli, struct engine_request *r, engine_emit *emit,
		struct err *err); /* one request, in the user's name */
int cli_ask_to(struct cli *cli, struct engine_request *r, engine_emit *emit, void *arg,
		struct err *err); /* the same, with an argument for emit */
/* SIGTERM, SIGINT, SIGHUP, SIGPIPE. Threads started later inherit the mask: only the descriptor, a signalfd, sees them. */
int cli_block_signals(void);
/* What a running engine is reached by: the control socket and, where it is configured, HTTP. NULL: err */
struct cli_doors *cli_open_doors(const struct settings *s, struct engine_link *link, struct err *err);
/* NULL: nothing. false: a request waits for a system that does not answer, and goes on: the engine is not to be freed. */
bool cli_close_doors(struct cli_doors *doors);
void cli_wait_for_end(struct cli *cli, struct engine *e,
		struct err *err);			     /* SIGTERM, SIGINT, or the engine ended; SIGHUP reloads */
struct log *cli_own_log(struct cli *cli, struct err *err);   /* where no process answers; NULL: err */
int cli_print_line(void *arg, const char *line, size_t len); /* engine_emit: to stdout */
void cli_put_json(const char *line, size_t len);       /* to stdout: what must not be shown is escaped as JSON does */
void cli_put_safe(FILE *f, const char *s, size_t len); /* control characters and bad bytes as \xNN */
void cli_put_name(const char *name,
		int room); /* to stdout, and blanks up to the next column; a longer one pushes its line */
/* Who runs the command, for the events that it causes: "ana@pts/3". */
const struct engine_session *cli_session(void);
size_t cli_duration(char *out, size_t size, int64_t ms); /* 850 ms, 4.2 s, 3m 10s, 2h 5m, 3d 4h; "-" when negative */
size_t cli_micros(char *out, size_t size, int64_t us);

int cli_console(struct cli *cli); /* cli_console.c; also attach */
int cli_attach(struct cli *cli);
int cli_run(struct cli *cli);
int cli_check(struct cli *cli);
int cli_status(struct cli *cli);
void cli_print_problems(const struct status *s); /* cli_problems.c */
void cli_print_problem_page(void);
void cli_print_readings(const struct status *s); /* cli_status_snapshot.c */
int cli_pause(struct cli *cli);			 /* also resume */
int cli_acknowledge(struct cli *cli);
int cli_bundle(struct cli *cli);
int cli_problem(struct cli *cli); /* cli_problem.c */
int cli_do(struct cli *cli);	  /* cli_do.c */
int cli_dump(struct cli *cli);	  /* cli_dump.c */
int cli_history(struct cli *cli); /* cli_history.c */
int cli_snapshot(struct cli *cli);
int cli_replay(struct cli *cli);
int cli_verify(struct cli *cli);
int cli_topics(struct cli *cli);
int cli_messages(struct cli *cli); /* cli_messages.c; also trace */
int cli_trace(struct cli *cli);
int cli_dead(struct cli *cli);					      /* cli_dead.c */
char *cli_dead_row(struct cli *cli, const char *id, struct err *err); /* cli_dead_edit.c; NULL: err */
int cli_tap(struct cli *cli);
int cli_ddl(struct cli *cli);
int cli_routine(struct cli *cli);				       /* cli_routine.c */
int cli_file_read(const char *path, struct buf *out, struct err *err); /* - is standard input */
/* To standard output. statements: it is CREATE ROUTINE LOAD, whatever it looks like. 1: some of it could not be carried over; -1: err */
int cli_convert_file(const char *path, bool statements, struct err *err);
int cli_convert(struct cli *cli);				     /* cli_convert.c */
int cli_lua(struct cli *cli);					     /* cli_lua.c */
int cli_lua_new(struct cli *cli, const char *path, struct err *err); /* cli_lua_new.c; the exit code */
int cli_lua_run(struct cli *cli, const char *path, struct err *err); /* cli_lua_run.c; the exit code */
struct schema;
int cli_lua_table(struct cli *cli, const char *name, struct schema **out,
		struct err *err);			      /* as the server has it now */
int cli_print_completion(const char *shell, struct err *err); /* cli_completion.c */
void cli_print_version(void);				      /* cli_version.c */
int cli_manual(struct cli *cli);

#endif
