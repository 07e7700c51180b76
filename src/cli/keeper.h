/*
 * keeper.h - so that the console can be left while the pipeline goes on: the pipeline and its console are a child from the start, and the
 * parent waits for it in the shell's place. When the console is left the child takes leave of the terminal, and the parent ends.
 *
 * The parent hands SIGTERM on and ends as the child ends; keys that make signals reach the child by the terminal. @thread the main one,
 * before there are others
 */
#ifndef CLI_KEEPER_H
#define CLI_KEEPER_H

#include "core/err.h"

/* Returns in the child only: a descriptor for keeper_leave(), or -1 with err, in the process that has no parent then. */
int keeper_begin(struct err *err);
/* The terminal is no longer ours: a session without one, and nothing at the standard descriptors. */
void keeper_leave(int keeper);

#endif
