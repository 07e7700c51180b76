/*
 * sink_cell.h - one text for each value, however it is spelled: what a target answers and what a load would have written
 * are compared as bytes afterwards. 1.50 and 1.5 are one decimal, 2024-01-01 00:00:00 and 2024-01-01 00:00:00.000 one time,
 * {"b":1,"a":2} and {"a": 2, "b": 1.0} one JSON document. Pure; a text that is not of its kind stays as it is.
 *
 * Results live in the arena, or are the input.
 */
#ifndef SINK_SINK_CELL_H
#define SINK_SINK_CELL_H

#include "core/arena.h"
#include "sink/sink.h"

struct sink_cell cell_null(void);
struct sink_cell cell_text(const char *p, size_t len);
struct sink_cell cell_hex(struct arena *a, const void *p, size_t len);	 /* bytes, lower case */
struct sink_cell cell_lower(struct arena *a, const char *p, size_t len); /* hex digits of either case */
struct sink_cell cell_decimal(struct arena *a, const char *p, size_t len);
struct sink_cell cell_double(struct arena *a, double d);
struct sink_cell cell_float(struct arena *a, float f);
struct sink_cell cell_double_text(struct arena *a, const char *p, size_t len, bool is_float);
struct sink_cell cell_datetime(struct arena *a, const char *p, size_t len);
struct sink_cell cell_json(struct arena *a, const char *p, size_t len);

#endif
