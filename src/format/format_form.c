/* format_form.c - the form of a column's values in messages, and what deletes look like there, for whoever reads them without us. */
#include "format/cell/format_type.h"
#include "format/encode/format_encoder.h"
#include "format/format.h"

enum value_form format_form_of(const struct format_conf *conf, const struct column *c)
{
	static const enum value_form forms[CELL_SHAPES] = {
		[CELL_BOOLEAN] = FORM_BOOLEAN,
		[CELL_INT] = FORM_PLAIN,
		[CELL_LONG_UNSIGNED] = FORM_WRAPPED,
		[CELL_FLOAT] = FORM_REAL,
		[CELL_DOUBLE] = FORM_REAL,
		[CELL_DECIMAL] = FORM_DECIMAL_BYTES,
		[CELL_DECIMAL_DOUBLE] = FORM_DECIMAL_REAL,
		[CELL_DECIMAL_STRING] = FORM_PLAIN,
		[CELL_UNSIGNED_DECIMAL] = FORM_BIGINT_BYTES,
		[CELL_TEXT] = FORM_PLAIN,
		[CELL_BASE64] = FORM_BASE64,
		[CELL_BASE64_URL] = FORM_BASE64_URL,
		[CELL_HEX] = FORM_HEX,
		[CELL_BITS] = FORM_BITS,
		[CELL_DATE] = FORM_DAYS,
		[CELL_MICRO_TIME] = FORM_TIME,
		[CELL_MILLI_TIME] = FORM_TIME,
		[CELL_MILLIS] = FORM_MILLIS,
		[CELL_MICROS] = FORM_MICROS,
		[CELL_ZONED] = FORM_ZONED,
		[CELL_GEOMETRY] = FORM_STRUCT,
		[CELL_POINT] = FORM_STRUCT,
		[CELL_VECTOR] = FORM_STRUCT,
		[CELL_NANO_TIME] = FORM_TIME,
		[CELL_NANOS] = FORM_NONE,
	};
	struct format_modes modes = format_modes_of(conf);
	struct format_type type;

	return format_type_of(c, &modes, &type) == 0 ? forms[type.shape] : FORM_NONE;
}

enum format_deletes format_deletes_of(const struct format_encoder *e)
{
	if (!e->flat)
		return DELETES_OP;
	return e->rewrite ? DELETES_FIELD : DELETES_LOST;
}

bool format_has_tombstones(const struct format_encoder *e)
{
	return e->tombstones;
}
