/*
 * load_state.c - what the scripts of a partition keep (state.set()), in state.dir/scripts/state. It is on disk before the rows that
 * wrote it go on, so it is never behind what is loaded; and it is had as of the offset that comes next, so after a crash
 * the rows that are read again find what they found before. The sum of it is stored with the offsets, so a file that another
 * machine's work has left behind is known. @thread script
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fnv.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/script/load_script_parts.h"
#include "script/script_state.h"

/* Readable as far as the topic's name goes, and no other topic's. */
static char *file_of(const struct load_part *p, const char *folder)
{
	uint64_t hash = fnv_text(FNV_START, p->topic);
	char readable[64];
	size_t n = 0;

	for (const char *c = p->topic; *c && n < sizeof(readable) - 1; c++)
		readable[n++] = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? *c
														 : '_';
	readable[n] = '\0';
	return xasprintf("%s/%s-%016llx-%d", folder, readable, (unsigned long long)hash, (int)p->partition);
}

static void tell_found(struct script_stage *st, const struct load_part *p, enum script_state_found found,
		const char *path, int64_t from)
{
	const char *table = load_topic_meter(st->l, p->of)->name, *name = strrchr(path, '/') + 1;
	char why[320] = "";

	if (found == STATE_FOUND)
		return;
	if (found == STATE_OTHER)
		snprintf(why, sizeof(why),
				": scripts/state/%.150s is not what the rows before had left: it is older, or another machine's. It is kept, its name with .other at the end",
				name);
	problem_raise(st->l->sh->problems, PROBLEM_SCRIPT_STATE_EMPTY, table,
			"partition %d: what its script keeps begins empty at offset %lld%s", (int)p->partition,
			(long long)from, why);
	logline(LOG_NOTICE, "script", "%s[%d]: what its script keeps begins empty at offset %lld%s", p->topic,
			(int)p->partition, (long long)from, why);
}

/* Held against the place once, when the partition has come: from then on the file is this thread's. */
static struct script_state_wish wish_of(struct load_part *p, int64_t from)
{
	struct script_state_wish wish = { .from = from, .cut = atomic_load(&p->state_cut), .sum = p->state_as.sum };

	wish.known = p->state_as.at >= 0 && p->state_as.at <= from;
	if (wish.known)
		wish.cut = p->state_as.at;
	if (wish.cut > from)
		wish.cut = from;
	return wish;
}

static int open_state(struct script_stage *st, struct load_part *p, int64_t from, struct err *err)
{
	char *above = xasprintf("%s/scripts", st->l->sh->settings->sink.state_dir),
	     *folder = xasprintf("%s/state", above);
	char *path = file_of(p, folder);
	struct script_state_wish wish = wish_of(p, from);
	enum script_state_found found = STATE_FOUND;

	script_state_close(p->state);
	p->state = NULL;
	if ((mkdir(above, 0750) && errno != EEXIST) || (mkdir(folder, 0750) && errno != EEXIST))
		err_set(err, ERR_RETRY, errno, "%s: expected a folder for what scripts keep, found: %s", folder,
				strerror(errno));
	else
		p->state = script_state_open(path, &wish, &found, err);
	if (p->state)
		p->state_as.at = -1;
	tell_found(st, p, found, path, from);
	free(path);
	free(folder);
	free(above);
	return p->state ? 0 : -1;
}

int state_lend(struct script_stage *st, struct load_item *item, struct script *script, struct err *err)
{
	struct load_part *p = item->part;

	if (item->pause) { /* nobody else has had it meanwhile */
		script_lend_state(script, p->state);
		return 0;
	}
	if ((p->state == NULL || p->state_next != item->in->from) && open_state(st, p, item->in->from, err))
		return -1;
	p->state_next = -1; /* until it is saved */
	item->keeps = true;
	item->kept[0] = script_state_sum(p->state);
	script_lend_state(script, p->state);
	return 0;
}

int state_take(struct load_item *item, struct script *script, struct err *err)
{
	struct load_part *p = item->part;

	script_lend_state(script, NULL);
	if (script_state_save(p->state, atomic_load(&p->state_cut), err))
		return -1;
	item->kept[1] = script_state_sum(p->state);
	p->state_next = item->in->to;
	return 0;
}
