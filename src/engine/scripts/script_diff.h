/* script_diff.h - two versions of a script, line by line: "  " in both, "- " only in the first, "+ " only in the second; "@@ N" where lines are left out. */
#ifndef ENGINE_SCRIPT_DIFF_H
#define ENGINE_SCRIPT_DIFF_H

typedef int script_diff_line(void *arg, char mark, const char *line, unsigned len); /* nonzero: stop */
/* mark ' ', '-', '+'; '@': the line's text is the number of the next line in the second. */
void script_diff(const char *a, const char *b, script_diff_line *told, void *arg);

#endif
