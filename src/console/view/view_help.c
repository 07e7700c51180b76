/* view_help.c - the key map as a list: what is printed is what works. */
#include "console/view/view.h"

#include <stdio.h>

#include "console/keys/keymap.h"

static const struct grid_column columns[] = {
	{ "key", -18, 0, 0 },
	{ "what it does", -20, 1, 0 },
};

static size_t count(const void *of)
{
	size_t n;

	keymap_table(&n);
	return n;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	size_t n;
	const struct key_binding *binding = &keymap_table(&n)[row];

	out->role = column == 0 ? ROLE_KEY : ROLE_TEXT;
	snprintf(out->text, sizeof(out->text), "%s", column == 0 ? binding->label : binding->help);
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	snprintf(out, GRID_KEY, "%zu", row);
}

const struct grid_source view_help_source = {
	.columns = columns,
	.ncolumns = 2,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "",
};
