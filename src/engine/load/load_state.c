/*
 * load_state.c - what the scripts of a partition keep (state.set()), in state.dir/scripts/state. It is on disk before the rows that
 * wrote it go on, so it is never behind what is loaded; and it is had as of the offset that comes next, so after a crash
 * the rows that are read again find what they found before. @thread script
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/fnv.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/load/load_script_parts.h"
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

static int open_state(struct script_stage *st, struct load_part *p, int64_t from, struct err *err)
{
	char *above = xasprintf("%s/scripts", st->l->sh->settings->sink.state_dir),
	     *folder = xasprintf("%s/state", above);
	char *path = file_of(p, folder);
	bool lost = false;

	script_state_close(p->state);
	p->state = NULL;
	if ((mkdir(above, 0750) && errno != EEXIST) || (mkdir(folder, 0750) && errno != EEXIST))
		err_set(err, ERR_RETRY, errno, "%s: expected a folder for what scripts keep, found: %s", folder,
				strerror(errno));
	else
		p->state = script_state_open(path, from, &lost, err);
	if (lost)
		problem_raise(st->l->sh->problems, PROBLEM_SCRIPT_STATE_EMPTY, load_topic_meter(st->l, p->of)->name,
				"partition %d: what its script keeps begins empty at offset %lld", (int)p->partition,
				(long long)from);
	if (lost)
		logline(LOG_NOTICE, "script", "%s[%d]: what its script keeps begins empty at offset %lld", p->topic,
				(int)p->partition, (long long)from);
	free(path);
	free(folder);
	free(above);
	return p->state ? 0 : -1;
}

int state_lend(struct script_stage *st, struct load_item *item, struct script *script, struct err *err)
{
	struct load_part *p = item->part;

	if ((p->state == NULL || p->state_next != item->in->from) && open_state(st, p, item->in->from, err))
		return -1;
	p->state_next = -1; /* until it is saved */
	script_lend_state(script, p->state);
	return 0;
}

int state_take(struct load_item *item, struct script *script, struct err *err)
{
	struct load_part *p = item->part;

	script_lend_state(script, NULL);
	if (script_state_save(p->state, atomic_load(&p->stored), err))
		return -1;
	p->state_next = item->in->to;
	return 0;
}
