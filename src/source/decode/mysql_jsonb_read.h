/*
 * mysql_jsonb_read.h - the structure of binary JSON: values and containers, bounds checked. Shared by the printer and
 * by the partial updates.
 */
#ifndef SOURCE_MYSQL_JSONB_READ_H
#define SOURCE_MYSQL_JSONB_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

enum jsonb_type {
	JSONB_SMALL_OBJECT = 0,
	JSONB_LARGE_OBJECT = 1,
	JSONB_SMALL_ARRAY = 2,
	JSONB_LARGE_ARRAY = 3,
	JSONB_LITERAL = 4,
	JSONB_INT16 = 5,
	JSONB_UINT16 = 6,
	JSONB_INT32 = 7,
	JSONB_UINT32 = 8,
	JSONB_INT64 = 9,
	JSONB_UINT64 = 10,
	JSONB_DOUBLE = 11,
	JSONB_STRING = 12,
	JSONB_OPAQUE = 15
};

struct jsonb_value {
	uint8_t type;	  /* enum jsonb_type */
	const uint8_t *p; /* behind the type byte, or inside its parent's entry */
	size_t len;	  /* from p to the end of what may belong to it */
};

struct jsonb_container {
	bool object;
	unsigned width; /* of offsets and sizes: 2 or 4 */
	uint32_t count;
	const uint8_t *p;
	size_t len;
};

bool jsonb_is_container(const struct jsonb_value *v);
/* a whole document; empty: null */
int jsonb_open(const void *p, size_t len, struct jsonb_value *out, struct err *err);
int jsonb_container_open(const struct jsonb_value *v, struct jsonb_container *out, struct err *err);
int jsonb_key(const struct jsonb_container *c, uint32_t i, const char **key, size_t *len, struct err *err);
int jsonb_element(const struct jsonb_container *c, uint32_t i, struct jsonb_value *out, struct err *err);

/* The printer's pieces. */
void jsonb_put_string(struct buf *out, const char *p, size_t len); /* quoted and escaped */

/*
 * A value with all that is in it; *budget counts values down, so that offsets that share their targets end somewhere.
 */
int jsonb_put_value(const struct jsonb_value *v, int depth, size_t *budget, struct buf *out, struct err *err);

#endif
