/* test_column_type.c - the table of types (row/column_type.h): each row says what the others rely on, and every name is found. */
#include <string.h>

#include "row/column_type.h"
#include "tests/tap.h"

static void rows(void)
{
	bool whole = true, found = true, twins = true;
	enum column_type type;

	for (int t = 0; t < COL_UNKNOWN; t++) {
		const struct column_type_facts *f = &column_types[t];

		whole = whole && f->name && f->class != CLASS_UNKNOWN && f->stored != VALUE_ABSENT && f->jdbc != 0;
		found = found && column_type_find(f->name, strlen(f->name), &type) && type == (enum column_type)t;
		twins = twins && column_type_of_text(column_type_of_bytes(type)) == column_type_of_text(type);
	}
	ok(whole, "every type has a name, a class, a kind of cells and a number");
	ok(found, "every type is found by its name");
	ok(twins, "a type of text is one of bytes, and back");
	is_int(type_class(COL_UNKNOWN), CLASS_UNKNOWN, "what is unknown has no class");
	is_str(column_type_name(COL_COUNT), "unknown", "and so has what is no type");
}

static void names(void)
{
	enum column_type type = COL_UNKNOWN;

	ok(column_type_find("Long VarBinary", 14, &type) && type == COL_MEDIUMBLOB, "a name of two words, in any case");
	ok(column_type_find("integers", 7, &type) && type == COL_INT, "a name that ends before the text does");
	ok(!column_type_find("integers", 8, &type) && type == COL_INT, "no type");
	ok(!column_type_find("", 0, &type), "no name");
	ok(!column_type_find("unknown", 7, &type), "unknown is no type of MySQL");
}

static void widths(void)
{
	is_int(column_type_holding(CLASS_TEXT, 0), COL_TINYTEXT, "an empty text is a TINYTEXT");
	is_int(column_type_holding(CLASS_TEXT, 255), COL_TINYTEXT, "255 bytes are");
	is_int(column_type_holding(CLASS_TEXT, 256), COL_TEXT, "256 are a TEXT");
	is_int(column_type_holding(CLASS_BLOB, 65536), COL_MEDIUMBLOB, "65,536 a MEDIUMBLOB");
	is_int(column_type_holding(CLASS_BLOB, 1ull << 40), COL_LONGBLOB, "what no type holds is the largest");
}

static void bytes(void)
{
	is_int(column_type_of_bytes(COL_CHAR), COL_BINARY, "CHAR of bytes is BINARY");
	is_int(column_type_of_bytes(COL_LONGTEXT), COL_LONGBLOB, "LONGTEXT is LONGBLOB");
	is_int(column_type_of_bytes(COL_ENUM), COL_ENUM, "ENUM stays");
	is_int(column_type_of_text(COL_TINYBLOB), COL_TINYTEXT, "TINYBLOB of text is TINYTEXT");
}

int main(void)
{
	rows();
	names();
	widths();
	bytes();
	return tap_done();
}
