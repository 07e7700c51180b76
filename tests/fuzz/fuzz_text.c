/*
 * fuzz_text.c - a row of a SELECT in the text protocol, read as every type. The first line is the table as DDL writes
 * it, the rest is the packet.
 */
#include <string.h>

#include "source/catalog/mysql_catalog.h"
#include "source/decode/mysql_text.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "text";

static void read_row(struct schema *s, const uint8_t *p, size_t len)
{
	struct text_reader reader;
	struct arena arena;
	struct value *row;
	struct err err = { 0 };
	char text[64];

	arena_init(&arena, 4096);
	row = arena_alloc(&arena, (s->ncolumns + 1u) * sizeof(*row));
	if (text_reader_init(&reader, s, &err) == 0 && text_row(&reader, &arena, p, len, row, &err) == 0)
		for (unsigned i = 0; i < s->ncolumns; i++) {
			FUZZ_ASSERT(value_hash(&row[i], 0) == value_hash(&row[i], 0));
			if (!value_has_bytes(&row[i])) {
				FUZZ_ASSERT(value_print_bound(&row[i]) <= sizeof(text));
				value_print(&row[i], text);
			}
		}
	text_reader_done(&reader);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	struct catalog *c;
	struct schema *s;
	struct err err = { 0 };

	if (line == NULL)
		return 0;
	c = catalog_new(255, false);
	s = catalog_read_table(c, "d", (const char *)data, (size_t)(line - data), 0, &err);
	if (s)
		read_row(s, line + 1, (size_t)(data + size - line - 1));
	catalog_free(c);
	return 0;
}
