/* problem_left.c - see problem_left.h. Which clock runs against a problem is a row of the table; a problem without one loses nothing by waiting. */
#include "engine/status/problem_left.h"

#include <math.h>
#include <string.h>

enum limit { LIMIT_NONE, LIMIT_BINLOG, LIMIT_SNAPSHOT, LIMIT_LOG, LIMIT_UNLOADED, LIMIT_DISK, LIMIT_COUNT };

static const char *const words[LIMIT_COUNT] = {
	[LIMIT_NONE] = "",
	[LIMIT_BINLOG] = "until MySQL may purge binlog that capture has not read",
	[LIMIT_SNAPSHOT] = "until MySQL may purge the binlog that has to follow the snapshot",
	[LIMIT_LOG] = "until Kafka may remove messages that are not loaded",
	[LIMIT_UNLOADED] = "until the log removes messages that are not loaded, at the rate of the last minutes",
	[LIMIT_DISK] = "until the disk is full, at the rate of the last minutes",
};

static const unsigned char limits[PROBLEM_COUNT] = {
	[PROBLEM_CAPTURE_STOPPED] = LIMIT_BINLOG,
	[PROBLEM_CAPTURE_RETRYING] = LIMIT_BINLOG,
	[PROBLEM_CAPTURE_PAUSED] = LIMIT_BINLOG,
	[PROBLEM_CAPTURE_STUCK] = LIMIT_BINLOG,
	[PROBLEM_SNAPSHOT_LATE] = LIMIT_SNAPSHOT,
	[PROBLEM_LOAD_STOPPED] = LIMIT_LOG,
	[PROBLEM_LOAD_RETRYING] = LIMIT_LOG,
	[PROBLEM_LOAD_PAUSED] = LIMIT_LOG,
	[PROBLEM_LOAD_STUCK] = LIMIT_LOG,
	[PROBLEM_LAG_GROWS] = LIMIT_LOG,
	[PROBLEM_TABLE_STOPPED] = LIMIT_LOG,
	[PROBLEM_TABLE_RETRYING] = LIMIT_LOG,
	[PROBLEM_TABLE_PAUSED] = LIMIT_LOG,
	[PROBLEM_SCHEMA_UNKNOWN] = LIMIT_LOG,
	[PROBLEM_LOG_UNLOADED] = LIMIT_UNLOADED,
	[PROBLEM_DISK_LOW] = LIMIT_DISK,
};

enum { SMOOTH_S = 120 };

void problem_room_note(struct problem_room *r, double left, double seconds)
{
	double rate = seconds > 0 && r->left >= 0 && left >= 0 ? (r->left - left) / seconds : 0;

	r->per_s += (r->known ? 1 - exp(-seconds / SMOOTH_S) : 1) * (rate - r->per_s);
	r->known = r->left >= 0 && left >= 0 && seconds > 0;
	r->left = left;
}

/* What does not shrink is never full. */
static int64_t room_ms(const struct problem_room *r)
{
	double ms = r->known && r->per_s >= 1 ? r->left / r->per_s * 1000 : -1;

	return ms < 0 || ms > 1e15 ? -1 : (int64_t)ms;
}

/* How old the oldest change is that waits: at least as old as the problem. */
static int64_t age_ms(const struct status *s, const struct status_problem *p, int64_t lag_ms)
{
	int64_t age = (s->wall_us - p->since_us) / 1000;

	return lag_ms > age ? lag_ms : age > 0 ? age : 0;
}

static const struct status_table *table_of(const struct status *s, const struct status_problem *p)
{
	for (size_t i = 0; strcmp(p->kind, "table") == 0 && i < s->ntables; i++)
		if (strcmp(s->tables[i].name, p->subject) == 0)
			return &s->tables[i];
	return NULL;
}

static int64_t lag_of(const struct status *s, const struct status_problem *p)
{
	const struct status_table *t = table_of(s, p);

	return t ? t->lag_ms : strcmp(p->subject, "capture") == 0 ? s->capture.lag_ms : s->load.lag_ms;
}

/* Against what does not wait in the log no retention runs. */
static bool none_waits(const struct status *s, const struct status_problem *p)
{
	const struct status_table *t = table_of(s, p);

	return t && t->lag_rows == 0;
}

static int64_t kept(int64_t keeps_ms, int64_t age)
{
	return keeps_ms <= 0 ? -1 : keeps_ms > age ? keeps_ms - age : 0;
}

static enum problem_code code_of(const struct status_problem *p)
{
	enum problem_code i = 0;

	while (i < PROBLEM_COUNT && strcmp(problem_kind(i)->name, p->code) != 0)
		i++;
	return i;
}

void problem_left(const struct problem_facts *f, const struct status *s, struct status_problem *p)
{
	enum problem_code code = code_of(p);
	enum limit limit = code < PROBLEM_COUNT ? (enum limit)limits[code] : LIMIT_NONE;
	int64_t age = age_ms(s, p, lag_of(s, p));

	if ((limit == LIMIT_BINLOG && f->binlog_ms == 0) || (limit == LIMIT_LOG && (f->log_ms < 0 || none_waits(s, p))))
		limit = LIMIT_NONE;
	p->limit = words[limit];
	switch (limit) {
	case LIMIT_BINLOG: p->left_ms = kept(f->binlog_ms, age); break;
	case LIMIT_LOG: p->left_ms = kept(f->log_ms, age); break;
	case LIMIT_SNAPSHOT: p->left_ms = s->capture.snapshot.keeps_ms; break;
	case LIMIT_UNLOADED: p->left_ms = room_ms(&f->unloaded); break;
	case LIMIT_DISK: p->left_ms = room_ms(&f->disk); break;
	default: p->left_ms = -1; break;
	}
}
