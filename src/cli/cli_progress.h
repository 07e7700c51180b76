/*
 * cli_progress.h - one line on a terminal for work that takes longer than a second: it is drawn by a thread of its own,
 * because the work is busy asking servers. Where stderr is no terminal nothing is drawn and no thread started.
 */
#ifndef CLI_CLI_PROGRESS_H
#define CLI_CLI_PROGRESS_H

#include <stddef.h>

struct cli_progress;

struct cli_progress *cli_progress_start(const char *what); /* "counting rows" */
void cli_progress_say(void *progress, const char *name, size_t done, size_t total);
void cli_progress_end(struct cli_progress *p); /* takes the line away */

#endif
