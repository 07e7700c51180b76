/*
 * starrocks_refused.c - rows that our own check passed and StarRocks refuses. Those that its error log names are left out and the
 * rest goes out again; what is refused still is cut in halves until the bad rows stand alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "sink/starrocks/starrocks_load.h"

#define REFUSED_MAX 100 /* bad rows found by halving: more means that the table is wrong, not the rows */
#define LOGGED_MAX 200	/* rows of one error log that are looked at */
#define LOGS_MAX 2	/* of one call; then halves */

struct logged { /* a row that an error log names; in the log */
	const char *row;
	size_t len;
	const char *why;
	int why_len;
};

/* NULL: there is none, or it cannot be reached, which is not tried again in this call. */
static const char *fetch_log(struct stream_load *l, const struct starrocks_answer *answer)
{
	struct buf *log = &l->s->log;
	struct err ignored = { .kind = ERR_NONE };

	buf_reset(log);
	if (l->no_log || strncmp(answer->error_url, "http", 4) != 0)
		return NULL;
	if (starrocks_http_fetch(l->s->http, answer->error_url, log, &ignored) != 0) {
		l->no_log = true;
		return NULL;
	}
	buf_putc(log, '\0');
	return log->failed || log->len < 2 ? NULL : log->data;
}

static void refused_note(struct stream_load *l, const struct load_piece *part, const struct starrocks_answer *answer)
{
	const char *log = fetch_log(l, answer);
	size_t len = log ? strcspn(log, "\n") : 0;
	char reason[240];

	snprintf(reason, sizeof(reason), "StarRocks: %.*s", (int)(len && len < 200 ? len : 200),
			len ? log : answer->message); /* no log: the message has to do */
	for (size_t i = 0; i < part->count; i++)
		sink_bads_add(&l->s->base.bads, part->index[i], reason);
	l->refused += (unsigned)part->count;
}

static enum sink_outcome half_load(struct stream_load *l, struct load_piece half)
{
	struct starrocks_answer answer;
	enum sink_outcome outcome;

	half.whole = false;
	if (starrocks_part_write(l, &half))
		return SINK_REFUSED;
	outcome = starrocks_part_send(l, &half, &answer);
	if (outcome == SINK_REFUSED && l->err->kind == ERR_DATA)
		return starrocks_part_refused(l, &half, &answer);
	return outcome;
}

static enum sink_outcome too_many_refused(struct stream_load *l)
{
	err_wrap(l->err, "table %s: StarRocks refuses more than %d rows of one load", l->schema->table, REFUSED_MAX);
	l->err->kind = ERR_CONFIG;
	return SINK_REFUSED;
}

/* The part was refused because of rows in it. Depth: log2 of its rows. */
static enum sink_outcome part_halve(struct stream_load *l, const struct load_piece *part,
		const struct starrocks_answer *answer)
{
	struct load_piece half = *part;
	enum sink_outcome outcome;

	if (part->count == 1) {
		refused_note(l, part, answer);
		return l->refused <= REFUSED_MAX ? SINK_LOADED : too_many_refused(l);
	}
	half.count = part->count / 2;
	outcome = half_load(l, half);
	if (outcome != SINK_LOADED && outcome != SINK_DUPLICATE)
		return outcome;
	half.index = part->index + half.count;
	half.count = part->count - half.count;
	return half_load(l, half);
}

/* "Error: why. Row: the row's text", a line each, as long as the log lasts. */
static bool next_logged(const char **at, struct logged *out)
{
	static const char mark[] = ". Row: ";
	const char *line = *at, *end, *row;

	for (; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		row = memmem(line, (size_t)(end - line), mark, sizeof(mark) - 1);
		if (row == NULL || row[sizeof(mark) - 1] != '{')
			continue;
		*out = (struct logged){ row + sizeof(mark) - 1, (size_t)(end - row) - (sizeof(mark) - 1), line,
			(int)(row - line < 200 ? row - line : 200) };
		*at = *end ? end + 1 : end;
		return true;
	}
	return false;
}

static const struct logged *find_logged(const struct logged *logged, size_t n, const char *row, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (logged[i].len == len && memcmp(logged[i].row, row, len) == 0)
			return &logged[i];
	return NULL;
}

/* The row's text as it was sent: it has its key, so no other row has the same. */
static const struct logged *log_has(struct stream_load *l, const struct load_piece *part, uint32_t row,
		const struct logged *logged, size_t n)
{
	struct starrocks_body *body = &l->s->body;

	starrocks_body_begin(body);
	if (starrocks_body_add(body, part->target, part->present, &l->rows[row]) != ROW_ADDED)
		return NULL;
	return find_logged(logged, n, body->buf.data + 1, body->buf.len - 1);
}

/* Notes the rows that the error log names; the others are the part then. How many were named. */
static size_t leave_out_logged(struct stream_load *l, struct load_piece *part, const struct starrocks_answer *answer)
{
	uint32_t *index = l->s->part + (part->index - l->s->part);
	struct logged *logged = xcalloc(LOGGED_MAX, sizeof(*logged));
	size_t n = 0, kept = 0, count = part->count;
	const char *at = fetch_log(l, answer);

	while (at && n < LOGGED_MAX && next_logged(&at, &logged[n]))
		n++;
	for (size_t i = 0; n > 0 && i < count; i++) {
		const struct logged *is = log_has(l, part, index[i], logged, n);
		char reason[240];

		if (is == NULL) {
			index[kept++] = index[i];
			continue;
		}
		snprintf(reason, sizeof(reason), "StarRocks: %.*s", is->why_len, is->why);
		sink_bads_add(&l->s->base.bads, index[i], reason);
	}
	free(logged);
	if (n == 0)
		return 0;
	part->count = kept;
	l->refused += (unsigned)(count - kept);
	return count - kept;
}

enum sink_outcome starrocks_part_refused(struct stream_load *l, const struct load_piece *part,
		const struct starrocks_answer *answer)
{
	struct load_piece rest = *part;

	if (part->count == 1 || l->logs >= LOGS_MAX || leave_out_logged(l, &rest, answer) == 0)
		return part_halve(l, part, answer);
	l->logs++;
	if (l->refused > REFUSED_MAX)
		return too_many_refused(l);
	return rest.count ? half_load(l, rest) : SINK_LOADED;
}
