/*
 * pattern.h - lists of regular expressions that must match the whole of a name, whatever its case: what Debezium's
 * settings hold wherever they choose databases, tables or columns.
 *
 * The expressions are POSIX extended ones; of Java's, \d \w \s and (?:...) are understood and other (?...) forms are
 * refused by name.
 */
#ifndef CORE_PATTERN_H
#define CORE_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/conf/conf.h"
#include "core/err.h"

struct pattern_list {
	regex_t *items;
	size_t count;
};

/* key: the setting, for the message. After a failure the list still has to be given to pattern_list_done(). */
int pattern_list_init(struct pattern_list *list, const char *key, const struct conf_list *texts, struct err *err);
/* The same from one text, its expressions separated by commas. */
int pattern_list_parse(struct pattern_list *list, const char *key, const char *text, struct err *err);
bool pattern_list_match(const struct pattern_list *list, const char *name);
void pattern_list_done(struct pattern_list *list);

#endif
