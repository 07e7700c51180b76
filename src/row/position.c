/* position.c - copies and frees the place where capture resumes. */
#include "row/position.h"

#include <stdlib.h>

#include "core/xalloc.h"

void position_init(struct position *p)
{
	*p = (struct position){ 0 };
}

void position_done(struct position *p)
{
	free(p->gtids);
	free(p->progress);
	position_init(p);
}

void position_copy(struct position *to, const struct position *from)
{
	char *gtids = to->gtids, *progress = to->progress;

	if (to == from)
		return;
	*to = *from;
	to->gtids = xstrdup(from->gtids);
	to->progress = xstrdup(from->progress);
	free(gtids);
	free(progress);
}

bool position_is_set(const struct position *p)
{
	return p->file[0] != '\0' || (p->gtids && p->gtids[0] != '\0');
}
