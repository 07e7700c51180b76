/* mysql_resume.c - see mysql_resume.h. */
#include "config.h"
#include "source/stream/mysql_resume.h"

#include <stdlib.h>
#include <string.h>

int mysql_resume_init(struct mysql_resume *r, const struct position *from, const char *server_uuid, struct err *err)
{
	*r = (struct mysql_resume){ .state = RESUME_NONE };
	position_init(&r->from);
	position_copy(&r->from, from);
	free(r->from.progress);
	r->from.progress = NULL; /* snapshots go on beside the stream: theirs is not ours to hold */
	if (from->event == 0 && from->row == 0 && from->changes == 0)
		return 0;
	r->state = RESUME_AWAITED;
	r->by_changes = from->server_uuid[0] && strcasecmp(from->server_uuid, server_uuid) != 0;
	return from->gtid[0] ? gtid_parse(&r->gtid, from->gtid, err) : 0;
}

void mysql_resume_done(struct mysql_resume *r)
{
	position_done(&r->from);
}

static bool same_gtid(const struct gtid *a, const struct gtid *b)
{
	return a->gno == b->gno && memcmp(a->source.uuid, b->source.uuid, sizeof(a->source.uuid)) == 0 &&
			strcmp(a->source.tag, b->source.tag) == 0;
}

int mysql_resume_begin(struct mysql_resume *r, const struct gtid *gtid, const char *file, uint64_t pos, bool compressed,
		uint64_t *changes, struct err *err)
{
	bool here = pos == r->from.pos && strcmp(file, r->from.file) == 0;

	*changes = 0;
	if (r->state != RESUME_AWAITED)
		return 0;
	if (r->gtid.gno > 0 && gtid->gno > 0 ? !same_gtid(&r->gtid, gtid) : r->by_changes)
		return err_set(err, ERR_FATAL, 0,
				"binlog %s, position %llu: the log holds a part of transaction %s, but another one came "
				"first: take a new snapshot",
				file, (unsigned long long)pos, r->from.gtid);
	if (r->from.server_uuid[0] == '\0' && (!here || compressed)) {
		r->state = RESUME_OVER;
		return 0;
	}
	r->state = RESUME_INSIDE;
	*changes = r->by_changes ? 0 : r->from.changes;
	return 0;
}

bool mysql_resume_awaits(const struct mysql_resume *r, const struct gtid *gtid)
{
	return r->state == RESUME_AWAITED && (r->gtid.gno == 0 || same_gtid(&r->gtid, gtid));
}

void mysql_resume_end(struct mysql_resume *r)
{
	if (r->state == RESUME_INSIDE)
		r->state = RESUME_OVER;
}

bool mysql_resume_holds(const struct mysql_resume *r, uint64_t event, uint64_t row, uint64_t changes)
{
	if (r->state == RESUME_AWAITED)
		return true;
	if (r->state != RESUME_INSIDE)
		return false;
	return r->by_changes ? changes < r->from.changes
			     : event < r->from.event || (event == r->from.event && row < r->from.row);
}
