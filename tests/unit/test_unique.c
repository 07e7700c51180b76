/* test_unique.c - numbers that nobody else has. */
#include "tests/tap.h"

#include "core/unique.h"

int main(void)
{
	enum { COUNT = 1000 };
	static int64_t seen[COUNT];
	int twice = 0, small = 0;

	for (int i = 0; i < COUNT; i++) {
		seen[i] = unique_number();
		small += seen[i] < 10;
		for (int k = 0; k < i; k++)
			twice += seen[k] == seen[i];
	}
	is_int(twice, 0, "no number comes twice");
	is_int(small, 0, "none is negative or small");
	return tap_done();
}
