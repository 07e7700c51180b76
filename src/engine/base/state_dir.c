/*
 * state_dir.c - the folder of a process: made when it is missing, and locked before anything else is done, whatever the
 * log is. A second start by mistake must not get so far that it takes the first one's place at Kafka or MySQL.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/lock_file.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

static int make(const char *path, struct err *err)
{
	char *part = xstrdup(path);

	for (char *c = part + 1;; c++) {
		char end = *c;

		if (end != '/' && end != '\0')
			continue;
		*c = '\0';
		if (mkdir(part, 0750) && errno != EEXIST) {
			err_set(err, ERR_CONFIG, errno, "state.dir %s: expected a folder that can be made, found: %s",
					part, strerror(errno));
			free(part);
			return -1;
		}
		*c = end;
		if (end == '\0')
			break;
	}
	free(part);
	return 0;
}

int state_dir_take(const char *path, struct err *err)
{
	if (make(path, err))
		return -1;
	if (access(path, R_OK | W_OK | X_OK))
		return err_set(err, ERR_CONFIG, errno, "state.dir %s: expected to be able to write there, found: %s",
				path, strerror(errno));
	return lock_file_take(path, "lock", "state.dir", err);
}
