/*
 * routine_convert.h - the text of CREATE ROUTINE LOAD statements into a millrace.conf and, where expressions need it, a script,
 * for whoever lets millrace load what jobs load now.
 */
#ifndef ENGINE_ROUTINE_CONVERT_H
#define ENGINE_ROUTINE_CONVERT_H

#include "core/buf.h"
#include "core/err.h"

bool routine_convert_takes(const char *text, size_t len); /* it begins as a statement does, comments aside */
/* Each clause, column and property becomes a line, or a comment that says why it does not. *lost: how many could not be
 * carried over; their comments begin with an exclamation mark. Secrets are not copied. -1: it is no such text. */
int routine_convert(const char *text, size_t len, struct buf *out, unsigned *lost, struct err *err);

#endif
