/* conf_part.h - what the files of conf share. Private to them and their test. */
#ifndef CORE_CONF_PART_H
#define CORE_CONF_PART_H

#include <stddef.h>

#include "core/conf/conf.h"

/* Sets the field of `option` in base. -1: not a value of its type; expected says what is, and nothing was changed. */
int conf_value_set(const struct conf_option *option, void *base, const char *text, char *expected, size_t size);
void conf_value_free(const struct conf_option *option, void *base);
void conf_value_pair(const struct conf_option *option, void *base, const char *key, const char *value, int line);

/* The value in the text after the =, unquoted in place; literal: ${ is no variable. NULL: expected says what is missing. */
char *conf_value_text(char *text, bool *literal, const char **expected);

/* Replaces ${VAR}. NULL: a variable is unset or a brace is missing; expected and found say it. The caller frees. */
char *conf_expand(const char *text, char *expected, char *found, size_t size);
/* The first line of a file, or of what a command prints. NULL likewise. The caller frees. */
char *conf_secret_file(const char *path, char *expected, char *found, size_t size);
char *conf_secret_command(const char *command, int timeout_ms, char *expected, char *found, size_t size);

#endif
