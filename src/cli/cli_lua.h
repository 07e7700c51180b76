/* cli_lua.h - between the files of the command lua. */
#ifndef CLI_CLI_LUA_H
#define CLI_CLI_LUA_H

#include <jansson.h>

#include "cli/cli.h"

/* Lines of script_trial.h, printed for a person. */
struct lua_answer {
	bool json;	/* as they come */
	unsigned shown; /* rows that were shown */
	bool reasons;	/* so far the rows have been before them */
	bool profile;	/* only the lines of the script, gathered in: */
	json_t *lines;
	json_int_t dead, different;
};
int cli_lua_line(void *arg, const char *line, size_t len); /* arg: struct lua_answer */
/* The limits of the configuration when there is one, else the defaults; and what its section tells the script. */
struct script *cli_lua_open(struct cli *cli, const char *path, struct err *err);
const char *cli_lua_text(const json_t *o, const char *name); /* "" when it is none */

/* Each is the exit code; word: what follows its name, or NULL. */
int cli_lua_profile(struct cli *cli, const char *word, struct err *err);
int cli_lua_repl(struct cli *cli, const char *word, struct err *err);
int cli_lua_test(struct cli *cli, const char *word, struct err *err);
int cli_lua_versions(struct cli *cli, const char *word, struct err *err);
int cli_lua_diff(struct cli *cli, const char *word, struct err *err);
int cli_lua_apply(struct cli *cli, const char *word, struct err *err);
int cli_lua_rollback(struct cli *cli, const char *word, struct err *err);

#endif
