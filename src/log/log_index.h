/*
 * log_index.h - from a partition to its place in an array that its user keeps, plus one; 0: it has none. A look costs the same
 * however many topics there are. Owned like the array that it belongs to.
 */
#ifndef LOG_LOG_INDEX_H
#define LOG_LOG_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "core/name_map.h"

struct log_index { /* all zero is empty */
	struct name_map topics;
};

size_t log_index_get(const struct log_index *x, const char *interned, int32_t partition);
void log_index_set(struct log_index *x, const char *interned, int32_t partition, size_t place);
void log_index_done(struct log_index *x);

#endif
