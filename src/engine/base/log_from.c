/* log_from.c - from where on a topic is read, as a person says it: begin, an offset, a time in UTC or how long ago. */
#include <string.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "engine/engine_parts.h"

int log_from_parse(const char *text, struct log_from *out, struct err *err)
{
	if (strcmp(text, "begin") == 0)
		out->kind = FROM_BEGIN;
	else if (num_parse_i64(text, strlen(text), &out->value) && out->value >= 0)
		out->kind = FROM_OFFSET;
	else if (num_parse_moment_ms(text, clock_wall_us() / 1000, &out->value))
		out->kind = FROM_TIME;
	else
		return err_set(err, ERR_CONFIG, 0,
				"from: expected begin, an offset, a time in UTC (2026-01-31 23:59:00) or how long ago (90m), found '%.40s'",
				text);
	return 0;
}

int log_from_offset(struct log *log, const struct log_from *from, const char *topic, struct log_partition at,
		int64_t *offset, struct err *err)
{
	*offset = from->kind == FROM_OFFSET ? from->value : at.low;
	if (from->kind == FROM_TIME && log_offset_at(log, topic, at.id, from->value, offset, err))
		return -1;
	*offset = *offset < at.low ? at.low : *offset > at.high ? at.high : *offset;
	return 0;
}
