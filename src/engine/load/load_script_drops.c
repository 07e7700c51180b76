/* load_script_drops.c - what a table's script has dropped, by reason, and its version, for the status. @thread script */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/load/load_script_parts.h"

enum { REASONS = 8 };			/* the first of a table; rows with others are counted together */

struct table_drops {
	struct { char text[64]; uint64_t rows; } reasons[REASONS + 1];
	unsigned count;
};

static void note(void *arg, const struct script_drop *drop)
{
	struct table_drops *d = arg;
	char text[64];
	unsigned i = 0;

	snprintf(text, sizeof(text), *drop->reason ? "%.60s" : "return nil in %.40s", *drop->reason ? drop->reason : drop->script);
	while (i < d->count && strcmp(d->reasons[i].text, text) != 0)
		i++;
	if (i == d->count && i < REASONS)
		memcpy(d->reasons[d->count++].text, text, sizeof(text));
	d->reasons[i].rows += drop->rows;
}

void drops_note(struct table_drops **d, struct script *script)
{
	if (*d == NULL)
		*d = xcalloc(1, sizeof(**d));
	script_drops_fresh(script, note, *d);
}

void drops_print(const struct table_drops *d, char *out, size_t size)
{
	size_t n = 0;

	*out = '\0';
	for (unsigned i = 0; d && i <= REASONS && n < size; i++)
		if (d->reasons[i].rows)
			n += (size_t)snprintf(out + n, size - n, "%s%s %llu", n ? ", " : "", i < REASONS ? d->reasons[i].text : "other reasons",
					      (unsigned long long)d->reasons[i].rows);
}
