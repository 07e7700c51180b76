/* seek.h - where reading a topic begins: "o:1200", "-100" (the newest 100 of each partition), "@time", "begin", "end". */
#ifndef ENGINE_SEEK_H
#define ENGINE_SEEK_H

#include "core/err.h"
#include "log/log.h"

enum seek_kind { AT_BEGIN, AT_END, AT_OFFSET, AT_LAST, AT_TIME };
struct seek {
	enum seek_kind kind;
	int64_t value; /* an offset, how many, or ms since the epoch */
};
#define SEEK_FORMS \
	"o:OFFSET, -N (the newest N of each partition), @TIME (UTC: 2026-01-31 23:59, 23:59, or how long ago: 90m), begin or end"

int seek_parse(struct seek *out, const char *text, int64_t now_ms, struct err *err);
/* The offset to begin with, in [low, high]. */
int seek_offset(const struct seek *s, struct log *log, const char *topic, const struct log_partition *p,
		int64_t *offset, struct err *err);

#endif
