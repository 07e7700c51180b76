/*
 * changes.h - what somebody or something has changed, and what therefore may be the cause of whatever comes after it: DDL that altered a target, another
 * version of a script, other settings, a start, an action of an operator. Here the newest of each kind are kept
 * however many other lines come, and over a restart by the recorder. @thread any
 */
#ifndef CORE_CHANGES_H
#define CORE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/logline.h"

enum change_kind { CHANGED_TABLE, CHANGED_SCRIPT, CHANGED_SETTINGS, CHANGED_PROCESS, CHANGED_ACTION, CHANGED_KINDS };
enum { CHANGES_A_KIND = 16, CHANGES_MOST = CHANGED_KINDS * CHANGES_A_KIND };

struct change_entry {
	int64_t wall_us;
	enum change_kind kind;
	char part[24]; /* as the line has it */
	char text[160];
};

const char *change_kind_name(enum change_kind kind); /* "ddl", "script", "settings", "start", "action" */
bool change_kind_parse(const char *name, enum change_kind *out);

/* A line of the log, which is kept. */
void changes_tell(enum change_kind kind, enum log_level level, const char *part, const char *fmt, ...)
		__attribute__((format(printf, 4, 5)));
/* The same without a line, for what is told elsewhere. */
void changes_keep(enum change_kind kind, const char *part, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* One of before the start; of what is kept already nothing is kept twice. */
void changes_restore(const struct change_entry *c);
size_t changes_read(struct change_entry out[CHANGES_MOST]); /* oldest first */

#endif
