/*
 * golden.h - what a test prints, held against a file of tests/golden; `TEST --write` writes the file.
 */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "tests/tap.h"

static void golden_is(const char *file, bool write, void (*print)(struct buf *out), const char *what)
{
	const char *top = getenv("top_srcdir");
	struct buf got, want;
	char path[512], piece[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/golden/%s", top ? top : ".", file);
	buf_init(&got, 1 << 20);
	buf_init(&want, 1 << 20);
	print(&got);
	f = fopen(path, write ? "w" : "r");
	if (write && f) {
		fwrite(got.data, 1, got.len, f);
	} else if (f) {
		while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
			buf_put(&want, piece, n);
		is_str(got.data, want.data, "%s is as in tests/golden/%s", what, file);
	}
	ok(f != NULL, "the golden file is there");
	if (f)
		fclose(f);
	buf_done(&got);
	buf_done(&want);
}

#endif
