/*
 * seek.c - see seek.h. The newest N messages are not the last N offsets: transaction markers take offsets, and compaction leaves
 * gaps. So they are counted, in a window at the end of the partition that grows until it holds enough.
 */
#include "engine/messages/seek.h"

#include <stdlib.h>
#include <string.h>

#include "core/num/num.h"
#include "core/xalloc.h"

enum { LAST_MAX = 1000000 };

int seek_parse(struct seek *out, const char *text, int64_t now_ms, struct err *err)
{
	const char *moment = text + 1 + (text[0] == '@' && text[1] == '-');

	*out = (struct seek){ .kind = AT_BEGIN };
	if (strcmp(text, "begin") == 0)
		return 0;
	if (strcmp(text, "end") == 0)
		out->kind = AT_END;
	else if (strncmp(text, "o:", 2) == 0 && num_parse_i64(text + 2, strlen(text + 2), &out->value) &&
			out->value >= 0)
		out->kind = AT_OFFSET;
	else if (text[0] == '-' && num_parse_i64(text + 1, strlen(text + 1), &out->value) && out->value >= 0 &&
			out->value <= LAST_MAX)
		out->kind = AT_LAST;
	else if (text[0] == '@' && num_parse_moment_ms(moment, now_ms, &out->value))
		out->kind = AT_TIME;
	else
		return err_set(err, ERR_CONFIG, 0, "expected " SEEK_FORMS ", found '%.40s'", text);
	return 0;
}

struct last { /* the offsets of the newest messages, in a ring */
	int64_t *offsets, count;
	size_t room;
};

static int count_one(void *arg, const struct record *r)
{
	struct last *l = arg;

	l->offsets[(size_t)l->count++ % l->room] = r->offset;
	return 0;
}

static int last_offset(int64_t n, struct log *log, const char *topic, const struct log_partition *p, int64_t *offset,
		struct err *err)
{
	struct last l = { .room = (size_t)n, .offsets = xcalloc((size_t)n, sizeof(int64_t)) };
	int64_t window = n + n / 8 + 16, from;
	int rc;

	do {
		from = p->high - window > p->low ? p->high - window : p->low;
		l.count = 0;
		rc = log_scan(log, topic, p->id, from, p->high, count_one, &l, err);
		window *= 4;
	} while (rc == 0 && l.count < n && from > p->low);
	*offset = l.count < n ? p->low : l.offsets[(size_t)(l.count - n) % l.room];
	free(l.offsets);
	return rc;
}

int seek_offset(const struct seek *s, struct log *log, const char *topic, const struct log_partition *p,
		int64_t *offset, struct err *err)
{
	switch (s->kind) {
	case AT_BEGIN: *offset = p->low; return 0;
	case AT_END: *offset = p->high; return 0;
	case AT_OFFSET: *offset = s->value < p->low ? p->low : s->value > p->high ? p->high : s->value; return 0;
	case AT_LAST:
		*offset = p->high;
		return s->value == 0 || p->low == p->high ? 0 : last_offset(s->value, log, topic, p, offset, err);
	case AT_TIME: return log_offset_at(log, topic, p->id, s->value, offset, err);
	}
	return 0;
}
