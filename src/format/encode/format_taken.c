/*
 * format_taken.c - names that a message would hold twice: a column that is called like a field which flat messages add
 * (__deleted, and those of add.fields), and two columns that field.name.adjustment.mode makes one.
 */
#include <stdlib.h>
#include <string.h>

#include "format/cell/format_name.h"
#include "format/encode/format_encoder.h"

static char *field_name(const struct format_encoder *e, const struct column *c)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	format_name_field(&b, e->conf, c->name);
	buf_putc(&b, '\0');
	return buf_take(&b);
}

static bool is_added(const struct format_encoder *e, const char *name)
{
	if (!e->flat)
		return false;
	for (unsigned i = 0; i < e->add.count; i++)
		if (strcmp(e->add.items[i].name, name) == 0)
			return true;
	return e->rewrite && strcmp(name, "__deleted") == 0;
}

/* Adjusted names only: those of MySQL differ, but for case, which JSON minds. */
static bool is_twice(const struct format_encoder *e, const struct schema *s, unsigned column, const char *name)
{
	bool twice = false;

	for (unsigned i = 0; i < column && !twice; i++) {
		char *other = field_name(e, &s->columns[i]);

		twice = other && strcmp(other, name) == 0;
		free(other);
	}
	return twice;
}

const char *format_name_taken(const struct format_encoder *e, const struct schema *s, unsigned column)
{
	char *name = field_name(e, &s->columns[column]);
	const char *why = NULL;

	if (name && is_added(e, name))
		why = "flat messages have a field of this name of their own";
	else if (name && e->conf->field_name_mode != 0 && is_twice(e, s, column, name))
		why = "field.name.adjustment.mode gives another column the same name";
	free(name);
	return why;
}
