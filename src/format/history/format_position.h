/*
 * format_position.h - Connect's offset JSON, shared by the offsets topic and the schema history. Reading goes through
 * jansson, whose names clash with core/json.h: no file includes both.
 */
#ifndef FORMAT_FORMAT_POSITION_H
#define FORMAT_FORMAT_POSITION_H

#include "core/err.h"
#include "row/position.h"

struct position_member { /* one member of the offset, in Debezium's order */
	const char *name;
	const char *text; /* NULL: the number */
	uint64_t number;
};

#define POSITION_MEMBERS 8

unsigned format_position_members(const struct position *p, struct position_member out[POSITION_MEMBERS]);
struct json_t;
/* out is initialised */
int format_position_from_json(const struct json_t *object, struct position *out, struct err *err);

#endif
