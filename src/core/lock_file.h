/*
 * lock_file.h - one process at a time: a file that is locked as long as a descriptor of it is open, with the pid of its
 * owner in it. The lock ends with the process, however that ends, so a file that is left behind means nothing.
 */
#ifndef CORE_LOCK_FILE_H
#define CORE_LOCK_FILE_H

#include "core/err.h"

/* Makes DIR/NAME when it is missing and locks it; returns the descriptor that holds the lock. -1 with err: code
 * EWOULDBLOCK when a process has it, whose pid the text names. what: the setting that says where DIR is. */
int lock_file_take(const char *dir, const char *name, const char *what, struct err *err);

#endif
