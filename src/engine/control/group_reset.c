/* group_reset.c - see group_reset.h. First every offset is found, then each is stored: a wish that cannot be met changes nothing. */
#include "engine/control/group_reset.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/engine_parts.h"

struct reset_step {
	const char *topic;
	int32_t partition;
	int64_t before, after; /* before -1: it has none */
	bool placed;	       /* a pipeline of millrace stores its place beside the offset */
};

struct reset {
	const struct group_wish *wish;
	struct log_topics topics;
	struct log_groups groups;
	struct reset_step *steps;
	size_t count;
	unsigned members;
};

static const struct log_group_offset *offset_of(const struct reset *r, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < r->groups.count; i++)
		if (r->groups.items[i].partition == partition && strcmp(r->groups.items[i].topic, topic) == 0)
			return &r->groups.items[i];
	return NULL;
}

static bool is_meant(const struct reset *r, const struct log_topic *t, const struct log_partition *p)
{
	const struct group_wish *wish = r->wish;

	if (wish->partition >= 0 && p->id != wish->partition)
		return false;
	return wish->topic ? strcmp(t->name, wish->topic) == 0 : offset_of(r, t->name, p->id) != NULL;
}

static int find_offset(struct log *log, const char *to, const char *topic, const struct log_partition *p, int64_t *out,
		struct err *err)
{
	struct log_from from;

	*out = p->high;
	if (strcmp(to, "end") == 0)
		return 0;
	if (log_from_parse(to, &from, err))
		return err_set(err, ERR_CONFIG, 0,
				"to: expected begin, end, an offset, a time in UTC (2026-01-31 23:59:00) or how long ago (90m), found '%.40s'",
				to);
	return log_from_offset(log, &from, topic, *p, out, err);
}

static int find_steps(struct log *log, struct reset *r, struct err *err)
{
	size_t most = 0;

	for (size_t i = 0; i < r->topics.count; i++)
		most += r->topics.items[i].npartitions;
	r->steps = xcalloc(most + 1, sizeof(*r->steps));
	for (size_t i = 0; i < r->topics.count; i++)
		for (unsigned k = 0; k < r->topics.items[i].npartitions; k++) {
			const struct log_topic *t = &r->topics.items[i];
			const struct log_group_offset *at = offset_of(r, t->name, t->partitions[k].id);
			struct reset_step *step = &r->steps[r->count];

			if (!is_meant(r, t, &t->partitions[k]))
				continue;
			*step = (struct reset_step){
				.topic = t->name,
				.partition = t->partitions[k].id,
				.before = at ? at->offset : -1,
				.placed = at && strncmp(at->metadata, "{\"to\":", 6) == 0,
			};
			if (find_offset(log, r->wish->to, t->name, &t->partitions[k], &step->after, err))
				return -1;
			r->count++;
		}
	if (r->count == 0)
		return err_set(err, ERR_CONFIG, 0,
				"group-reset: expected a group that has offsets, or a topic and partition that exist; found group '%.100s', topic '%.100s'",
				r->wish->group, r->wish->topic ? r->wish->topic : "(all of the group)");
	return 0;
}

static void tell_step(const struct reset *r, const struct reset_step *step, struct buf *b)
{
	buf_reset(b);
	buf_printf(b, "%s %d: ", step->topic, (int)step->partition);
	if (step->before < 0)
		buf_printf(b, "the group has no offset, it %s at %" PRId64, r->wish->dry ? "would begin" : "begins",
				step->after);
	else if (step->after < step->before)
		buf_printf(b, "from %" PRId64 " back to %" PRId64 ", %" PRId64 " messages are read again", step->before,
				step->after, step->before - step->after);
	else if (step->after > step->before)
		buf_printf(b, "from %" PRId64 " on to %" PRId64 ", %" PRId64 " messages are left out", step->before,
				step->after, step->after - step->before);
	else
		buf_printf(b, "it is at %" PRId64 " already", step->after);
}

static void say(engine_emit *emit, void *arg, const char *text)
{
	emit(arg, text, strlen(text));
}

/* What else follows from it. */
static void tell_rest(const struct reset *r, engine_emit *emit, void *arg, struct buf *b)
{
	bool placed = false;

	for (size_t i = 0; i < r->count; i++)
		placed |= r->steps[i].placed;
	if (placed)
		say(emit, arg, "a pipeline of millrace loads by this group: what it reads again it loads under other labels, and rows show older values until it has caught up; what is left out it tells as offsets-moved. `millrace replay` on that pipeline is the safer way");
	buf_reset(b);
	if (r->members)
		buf_printf(b, "%u members are in the group: it is refused until they are stopped", r->members);
	else
		buf_puts(b, r->wish->dry ? "nobody is in the group: it can be reset" : "the group goes on there");
	emit(arg, b->data, b->len);
}

static int carry_out(struct log *log, struct reset *r, engine_emit *emit, void *arg, struct err *err)
{
	struct buf line;
	int rc = 0;

	if (r->members && !r->wish->dry)
		return err_set(err, ERR_CONFIG, 0,
				"group-reset: group '%.100s': expected that nobody is in it, found %u members; stop them first, they would store their own offsets over it",
				r->wish->group, r->members);
	buf_init(&line, 1 << 12);
	for (size_t i = 0; rc == 0 && i < r->count; i++) {
		const struct reset_step *step = &r->steps[i];

		if (!r->wish->dry)
			rc = log_group_store(log, r->wish->group, step->topic, step->partition, step->after, err);
		if (rc)
			break;
		tell_step(r, step, &line);
		emit(arg, line.data, line.len);
	}
	if (rc == 0)
		tell_rest(r, emit, arg, &line);
	buf_done(&line);
	return rc;
}

int group_reset(struct log *log, const struct group_wish *wish, engine_emit *emit, void *arg, struct err *err)
{
	struct reset r = { .wish = wish };
	int rc;

	if (strcmp(wish->group, wish->own) == 0)
		return err_set(err, ERR_CONFIG, 0,
				"group-reset: '%.100s' is the group of this pipeline, whose offsets are part of the labels of its loads: `millrace replay TABLE --from ..` sets them, and `do replay-plan` says to where",
				wish->group);
	rc = log_topics(log, &r.topics, err) || log_groups(log, wish->group, &r.groups, err) ||
			log_group_members(log, wish->group, &r.members, err) || find_steps(log, &r, err) ||
			carry_out(log, &r, emit, arg, err);
	free(r.steps);
	log_groups_free(&r.groups);
	log_topics_free(&r.topics);
	return rc ? -1 : 0;
}
