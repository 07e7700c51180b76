/* fuzz_target.h - what a fuzz target gives. It must not fail, read out of bounds, or take long, whatever the bytes. */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

extern const char fuzz_name[]; /* folder of its seeds */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant that a decoder promises. */
#define FUZZ_ASSERT(cond) \
	do { \
		if (!(cond)) \
			__builtin_trap(); \
	} while (0)

#endif
