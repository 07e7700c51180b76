/*
 * fuzz_jsonb.c - a binary JSON document and the differences of a partial update. Input: two bytes length of the
 * document, it, the rest.
 */
#include "source/decode/mysql_jsonb.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "jsonb";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct buf out;
	struct err err;
	size_t len;

	if (size < 2)
		return 0;
	len = (size_t)(data[0] | data[1] << 8);
	if (len > size - 2)
		len = size - 2;
	buf_init(&out, 4 << 20);
	arena_init(&arena, 0);
	if (jsonb_print(data + 2, len, &out, &err) == 0)
		FUZZ_ASSERT(out.len > 0);
	buf_reset(&out);
	if (jsonb_print_updated(data + 2, len, data + 2 + len, size - 2 - len, &arena, &out, &err) == 0)
		FUZZ_ASSERT(out.len > 0);
	arena_done(&arena);
	buf_done(&out);
	return 0;
}
