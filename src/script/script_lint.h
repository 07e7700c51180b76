/* script_lint.h - between the files of the linter. */
#ifndef SCRIPT_SCRIPT_LINT_H
#define SCRIPT_SCRIPT_LINT_H

#include "script/script_code.h"
#include "script/script_part.h"

struct lint {
	lua_State *L; /* with the script's globals on top */
	const struct script *s;
	const struct schema *schema; /* NULL: not known */
	script_tell *tell;
	void *arg;
	struct arena arena; /* the compiled script */
};

__attribute__((format(printf, 4, 5))) void lint_tell(const struct lint *l, bool error, int line, const char *fmt, ...);
bool lint_is_upvalue(const struct code *c, unsigned up, const char *name);
/* Whether the register holds the variable of that name, or an upvalue of that name was just put there. */
bool lint_holds(const struct code *c, unsigned at, unsigned reg, const char *name);
/* The line in which the main function sets a global; 0: none. */
int lint_line_of_global(const struct code *main, const char *wanted);

/* script_lint_idle.c: what is written and does nothing */
void lint_idle(const struct lint *l, const struct code *main);

#endif
