/*
 * owner.c - two pipelines never share topics, consumer groups or target tables unnoticed. Each of these remembers the name of
 * the pipeline that has used it: topics by their schema history, groups beside the offset, target tables by a comment.
 */
#include <string.h>

#include "engine/engine_parts.h"

int owner_check(const struct settings *s, const char *owner, const char *what, const char *otherwise, struct err *err)
{
	if (owner[0] == '\0' || strcmp(owner, s->name) == 0 || (s->take_over && strcmp(owner, s->take_over) == 0))
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"%s: the pipeline '%s' uses it, and this one is '%s'. Set %s to another one here; or, when '%s' runs no "
			"more, set [millrace] take.over = %s",
			what, owner, s->name, otherwise, owner, owner);
}
