/*
 * mysql_refusal.h - what the server means when it ends a binlog stream. Error 1236 stands for a dozen different things,
 * from "come again" to "what you want is gone for ever", and only its words tell them apart.
 */
#ifndef SOURCE_MYSQL_REFUSAL_H
#define SOURCE_MYSQL_REFUSAL_H

#include <stddef.h>

#include "core/err.h"
#include "core/report.h"

enum { BINLOG_GONE = 1236 }; /* err.code when the server no longer has, or never had, what was asked for */

/* code and text: the server's error packet. Fills err with kind, words and remedy; -1. */
void mysql_refusal_remedies(struct report *r); /* a line for each of its meanings */
int mysql_refusal(const char *server, unsigned code, const char *text, struct err *err);

#endif
