/* handover_old.c - see handover.h. */
#include <string.h>

#include "engine/routine/engine_routine.h"
#include "engine/routine/handover.h"

int handover_refuse_owner(struct handing *g, struct err *err)
{
	struct sink *sink = sink_open(&g->e->settings->sink, err);
	const char *dot = strchr(g->table, '.');
	char owner[SINK_OWNER], what[1100], db[TABLE_NAME_ROOM];
	int rc;

	if (sink == NULL)
		return -1;
	snprintf(db, sizeof(db), "%.*s", dot ? (int)(dot - g->table) : 0, g->table);
	rc = sink_owner(sink, db, dot ? dot + 1 : "", owner, err);
	snprintf(what, sizeof(what), "target table %s.%s", g->target.db, g->target.table);
	if (rc == 0)
		rc = owner_check(g->s, owner, what, "target in its [table] section", err);
	sink_close(sink);
	return rc;
}

static int begins_with_snapshot(struct handing *g, const struct schema *schema, bool *begins, struct err *err)
{
	struct format_encoder *encoder = format_encoder_new(&g->s->format, err);
	const char *topic = encoder ? format_topic(encoder, schema->db, schema->table) : NULL;
	int rc = topic ? initial_begins(&g->e->shared, topic, begins, err) : -1;

	format_encoder_free(encoder);
	return rc;
}

static int look(struct handing *g, struct sink *sink, const struct schema *schema, enum handover_old *out,
		struct err *err)
{
	struct sink_state state;
	bool snapshot = false;

	*out = HANDOVER_OLD_NONE;
	if (sink_look(sink, schema->db, schema->table, NULL, &state, err))
		return -1;
	if (!state.rows)
		return 0;
	if (begins_with_snapshot(g, schema, &snapshot, err))
		return -1;
	*out = snapshot ? HANDOVER_EMPTIED : HANDOVER_OLD_STAYS;
	return snapshot ? sink_truncate(sink, schema, err) : 0;
}

int handover_old_rows(struct handing *g, enum handover_old *out, struct err *err)
{
	struct schema **schemas;
	size_t n;
	const struct schema *schema = engine_routine_schema(g->s, g->table, &schemas, &n, err);
	struct sink *sink = schema ? sink_open(&g->e->settings->sink, err) : NULL;
	int rc = sink ? look(g, sink, schema, out, err) : -1;

	if (sink)
		sink_close(sink);
	engine_routine_schemas_free(schemas, n);
	return rc;
}
