/* unique.h - numbers that nobody else has: identities of things that are made once and compared for ever. @thread any */
#ifndef CORE_UNIQUE_H
#define CORE_UNIQUE_H

#include <stdint.h>

/* 62 random bits of the kernel, never 0 to 9: fits into any decimal reader, and no small number is one. */
int64_t unique_number(void);

#endif
