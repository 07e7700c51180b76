/*
 * fuzz_gtid.c - GTID sets: the first byte says text (0) or binary, and what is read has to survive printing, encoding
 * and set algebra.
 */
#include <stdlib.h>
#include <string.h>

#include "source/decode/mysql_gtid.h"
#include "tests/fuzz/fuzz_target.h"

const char fuzz_name[] = "gtid";

static void check(const struct gtid_set *set)
{
	struct gtid_set again = { 0 }, binary = { 0 }, rest = { 0 };
	struct buf text, bytes;
	struct err err;

	buf_init(&text, 1 << 20);
	buf_init(&bytes, 1 << 20);
	buf_puts(&text, "");
	gtid_set_print(set, &text);
	FUZZ_ASSERT(gtid_set_parse(&again, text.data, &err) == 0);
	FUZZ_ASSERT(gtid_set_is_subset(set, &again) && gtid_set_is_subset(&again, set));
	gtid_set_encode(set, &bytes);
	FUZZ_ASSERT(gtid_set_decode(&binary, bytes.data, bytes.len, &err) == 0);
	FUZZ_ASSERT(gtid_set_is_subset(set, &binary) && gtid_set_is_subset(&binary, set));
	FUZZ_ASSERT(gtid_set_is_subset(set, &again) && gtid_set_count(set) == gtid_set_count(&again));
	gtid_set_copy(&rest, set);
	gtid_set_subtract(&rest, set);
	FUZZ_ASSERT(gtid_set_is_empty(&rest));
	gtid_set_add_set(&rest, set);
	FUZZ_ASSERT(gtid_set_is_subset(set, &rest) && gtid_set_is_subset(&rest, set));
	gtid_set_done(&again);
	gtid_set_done(&binary);
	gtid_set_done(&rest);
	buf_done(&text);
	buf_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gtid_set set = { 0 };
	struct err err;
	int rc;

	if (size < 1)
		return 0;
	if (data[0] == 0) {
		char *text = malloc(size);

		memcpy(text, data + 1, size - 1);
		text[size - 1] = '\0';
		rc = gtid_set_parse(&set, text, &err);
		free(text);
	} else {
		rc = gtid_set_decode(&set, data + 1, size - 1, &err);
	}
	if (rc == 0)
		check(&set);
	gtid_set_done(&set);
	return 0;
}
