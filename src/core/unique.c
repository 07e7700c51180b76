/* unique.c - see unique.h. */
#include "core/unique.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

int64_t unique_number(void)
{
	uint64_t n = 0;
	ssize_t got;

	do {
		got = getrandom(&n, sizeof n, 0); /* 8 bytes come whole, or not at all */
		if (got < 0 && errno != EINTR) {
			perror("getrandom");
			abort();
		}
		n >>= 2;
	} while (got != (ssize_t)sizeof n || n < 10);
	return (int64_t)n;
}
