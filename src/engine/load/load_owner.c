/*
 * load_owner.c - is the target table another pipeline's? Asked once a session for each table, before anything is changed there: two
 * pipelines that load one table overwrite each other's rows, and the initial snapshot of one removes those of the other. @thread sink
 */
#include <string.h>

#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

int topic_owner(struct load_worker *w, struct load_topic *t, const struct schema *schema, struct err *err)
{
	char owner[SINK_OWNER], what[1100];
	struct sink_names at;

	if (t->owner_known)
		return 0;
	if (sink_owner(w->sink, schema->db, schema->table, owner, err))
		return -1;
	sink_route(&w->l->sh->settings->sink, schema->db, schema->table, &at);
	snprintf(what, sizeof(what), "target table %s.%s", at.db, at.table);
	if (owner_check(w->l->sh->settings, owner, what, "target in its [table] section", err))
		return -1;
	t->owner_known = true;
	t->owner_told = strcmp(owner, w->l->sh->settings->name) == 0;
	return 0;
}

void topic_own(struct load_worker *w, struct load_topic *t, const struct schema *schema)
{
	struct err err;

	if (t->owner_told)
		return;
	err_clear(&err);
	if (sink_own(w->sink, schema->db, schema->table, &err))
		logline(LOG_WARNING, "sink", "%s.%s: a second pipeline with this target would not be noticed: %s",
				schema->db, schema->table, err.msg);
	t->owner_told = true;
}
