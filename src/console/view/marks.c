/* marks.c - see marks.h. */
#include "console/view/marks.h"

#include <stdio.h>

static const struct {
	char sign;
	const char *word;
} signs[CHANGED_KINDS] = {
	[CHANGED_TABLE] = { 'D', "DDL" },
	[CHANGED_SCRIPT] = { 'S', "script" },
	[CHANGED_SETTINGS] = { 'C', "settings" },
	[CHANGED_PROCESS] = { 'R', "start" },
	[CHANGED_ACTION] = { 'A', "action" },
};

size_t marks_find(const struct status *s, struct timeline_mark out[MARKS_MOST])
{
	size_t n = 0;

	/* Of those that share a column the last one is seen: what a person did explains less than what came of it. */
	for (int kind = CHANGED_KINDS - 1; kind >= 0; kind--)
		for (size_t i = 0; i < s->nchanges && n < MARKS_MOST; i++)
			if (s->changes[i].kind == (enum change_kind)kind)
				out[n++] = (struct timeline_mark){ s->changes[i].wall_us, signs[kind].sign };
	return n;
}

const char *marks_legend(const struct status *s, int64_t seconds, char out[MARKS_LEGEND])
{
	unsigned there = 0;
	size_t len = 0;

	for (size_t i = 0; i < s->nchanges; i++)
		if (s->changes[i].wall_us >= s->wall_us - seconds * 1000000)
			there |= 1U << s->changes[i].kind;
	out[0] = '\0';
	for (int kind = 0; kind < CHANGED_KINDS; kind++)
		if (there & 1U << kind)
			len += (size_t)snprintf(out + len, MARKS_LEGEND - len, "%s%c=%s", len ? " " : "",
					signs[kind].sign, signs[kind].word);
	return out;
}
