/*
 * starrocks_load.c - one call of sink_load() against StarRocks.
 *
 * One call may take several Stream Loads, and any of them may end without an answer. The rules:
 *
 * - A label that is committed must mean that everything is in. So the label itself goes only on a load that holds all rows
 *   of the call, or all that are left after every other part is in. All other parts (a body too large, rows with other
 *   sets of absent columns, halves made in search of a bad row, a call that leaves out bad rows) carry the label with a
 *   hash of their bytes: the same bytes always have the same label, other bytes never.
 * - Each key is in the call once, so the order of the parts does not matter, and a part that is sent twice by two
 *   different cuts gives the same row twice: an upsert or a delete by key.
 * - `Success` and `Publish Timeout` are committed. Everything else, no answer included, is looked up by label. What is not
 *   known then is SINK_UNKNOWN, and the caller asks or sends again: the same rows under the same label.
 * - StarRocks forgets labels: after label_keep_max_second, or after label_keep_max_num other loads. Where a load is repeated after that, an
 *   upsert changes nothing; rows that are only added would be there twice, so a load that was begun before is looked for in the history
 *   of loads, too.
 * - When StarRocks refuses rows that our own check passed, starrocks_refused.c finds them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/fnv.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks_load.h"

#define LABEL_MAX 128
#define STATE_WAIT_MS 800
#define STATE_POLL_MS 50
#define SQL_ROOM (4 << 10)

/* What a message means. */

static enum err_kind message_kind(const char *message)
{
	static const struct {
		const char *part;
		enum err_kind kind;
	} known[] = {
		{ "too many filtered rows", ERR_DATA },
		{ "primary key size exceed", ERR_DATA },
		{ "No backend alive", ERR_UNREACHABLE },
		{ "Too many versions", ERR_RETRY },
		{ "too many tablet versions", ERR_RETRY },
		{ "unknown database", ERR_CONFIG },
		{ "unknown table", ERR_CONFIG },
		{ "Unknown table", ERR_CONFIG },
		{ "Access denied", ERR_CONFIG },
		{ "no valid Basic authorization", ERR_CONFIG },
		{ "has no default value", ERR_CONFIG },
		{ "not in partial update columns", ERR_CONFIG },
		{ "exceed the max size", ERR_DATA }, /* of the body: halves are smaller */
		{ "body size", ERR_DATA },
		{ "Label format error", ERR_CONFIG },
		{ "No matching function", ERR_CONFIG },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(message, known[i].part))
			return known[i].kind;
	return ERR_RETRY; /* versions, memory, timeouts, restarts: the text goes along */
}

/* It takes no load of anybody until a person has made room, or has set it back. NULL: it is none of these messages. */
static const char *takes_none(const char *message)
{
	static const char *const known[][2] = {
		{ "under safe mode state", "a disk of a backend is nearly full: make room" },
		{ "disable_load_job is set to true", "ADMIN SET FRONTEND CONFIG (\"disable_load_job\" = \"false\")" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(message, known[i][0]))
			return known[i][1];
	return NULL;
}

/* LOADED, REFUSED, or UNKNOWN while it is still under way. */
static enum sink_outcome state_outcome(const char *state)
{
	if (strcmp(state, "VISIBLE") == 0 || strcmp(state, "COMMITTED") == 0)
		return SINK_LOADED;
	if (strcmp(state, "ABORTED") == 0 || strcmp(state, "UNKNOWN") == 0)
		return SINK_REFUSED;
	return SINK_UNKNOWN;
}

/* Asks until the label has come to an end, for less than a second. */
static enum sink_outcome label_outcome(struct starrocks_sink *s, const char *db, const char *label, struct err *err)
{
	int64_t until_us = clock_mono_us() + STATE_WAIT_MS * 1000;
	char state[32];

	for (;;) {
		enum sink_outcome outcome;

		if (starrocks_http_state(s->http, db, label, state, err))
			return SINK_UNKNOWN;
		outcome = state_outcome(state);
		if (outcome != SINK_UNKNOWN)
			return outcome;
		if (clock_mono_us() >= until_us)
			break;
		clock_sleep_ms(STATE_POLL_MS);
	}
	err_set(err, ERR_RETRY, 0, "label %s: StarRocks has it in state %s", label, state);
	return SINK_UNKNOWN;
}

/* A load that was begun before, of rows that would be there twice. */

static void keep_finished(void *context, const struct starrocks_record *r)
{
	const char *state = r->count ? r->values[0] : NULL;

	/* COMMITED: as information_schema spells it */
	*(bool *)context |= state && (strcmp(state, "FINISHED") == 0 || strncmp(state, "COMMIT", 6) == 0);
}

/* The history has a week, but not of every version, and not for every user: without it there is nothing to be learned. */
static int label_history(struct starrocks_sink *s, const char *db, const char *label, bool *loaded, struct err *err)
{
	static const char *const tables[] = { "information_schema.loads", "_statistics_.loads_history" };

	*loaded = false;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !*loaded; i++) {
		struct buf sql;
		int rc;

		buf_init(&sql, SQL_ROOM);
		buf_printf(&sql, "SELECT STATE FROM %s WHERE LABEL = ", tables[i]);
		starrocks_string(&sql, label);
		buf_puts(&sql, " AND DB_NAME = ");
		starrocks_string(&sql, db);
		rc = starrocks_sql_run(s->sql, sql.data, keep_finished, loaded, err);
		buf_done(&sql);
		if (rc && (err->kind == ERR_UNREACHABLE || err->kind == ERR_RETRY))
			return -1;
		if (rc)
			err_clear(err);
	}
	return 0;
}

/* LOADED; REFUSED: nobody knows of it; UNKNOWN: err. */
static enum sink_outcome label_remembered(struct starrocks_sink *s, const char *db, const char *label, struct err *err)
{
	enum sink_outcome outcome = label_outcome(s, db, label, err);
	bool loaded;

	if (outcome != SINK_REFUSED)
		return outcome;
	if (label_history(s, db, label, &loaded, err))
		return SINK_UNKNOWN;
	return loaded ? SINK_LOADED : SINK_REFUSED;
}

/*
 * Labels are forgotten in the order in which loads end. So if the load before is known, one that is not known was never committed; and
 * nothing was, where the table is empty.
 */
static enum sink_outcome part_begun(struct stream_load *l, const char *label)
{
	const struct schema *schema = l->schema;
	const struct sink_names names = {
		.db = schema->db,
		.table = schema->table,
		.source_column = schema->at_target.source_column,
		.source = schema->at_target.source,
	};
	const char *before = l->s->base.begun;
	enum sink_outcome outcome = label_remembered(l->s, schema->db, label, l->err);
	struct sink_state state = { 0 };

	if (outcome != SINK_REFUSED)
		return outcome == SINK_LOADED ? SINK_DUPLICATE : outcome;
	if (before[0]) {
		outcome = label_remembered(l->s, schema->db, before, l->err);
		l->result->doubtful |= outcome == SINK_REFUSED;
		return outcome == SINK_UNKNOWN ? outcome : SINK_REFUSED;
	}
	if (starrocks_table_look(l->s->sql, &names, &state, l->err))
		return SINK_UNKNOWN;
	l->result->doubtful |= state.rows;
	return SINK_REFUSED;
}

/* One Stream Load. */

static void part_label(const struct stream_load *l, const struct load_piece *part, char out[LABEL_MAX + 1])
{
	const struct buf *body = &l->s->body.buf;
	unsigned long long hash;

	if (part->whole) {
		snprintf(out, LABEL_MAX + 1, "%s", l->label);
		return;
	}
	/* The columns too: absent and NULL look the same in the bytes of a row that has only its key. */
	hash = fnv_bytes(FNV_STANDARD, body->data, body->len) ^
			fnv_bytes(FNV_STANDARD, l->s->columns.data, l->s->columns.len);
	if (strlen(l->label) + 17 <= LABEL_MAX)
		snprintf(out, LABEL_MAX + 1, "%s_%016llx", l->label, hash);
	else
		snprintf(out, LABEL_MAX + 1, "%.90s_%016llx_%016llx", l->label,
				(unsigned long long)fnv_text(FNV_STANDARD, l->label), hash);
}

/* StarRocks did not say that it loaded: what is the truth? */
static enum sink_outcome part_settle(struct stream_load *l, const char *label, const struct starrocks_answer *a,
		struct err *err)
{
	struct err said = *err;
	enum sink_outcome outcome;

	if (strcmp(a->status, "Label Already Exists") == 0 && strcmp(a->existing, "FINISHED") == 0)
		return SINK_DUPLICATE;
	outcome = label_outcome(l->s, l->schema->db, label, err);
	if (outcome == SINK_LOADED)
		return strcmp(a->status, "Label Already Exists") == 0 ? SINK_DUPLICATE : SINK_LOADED;
	if (outcome == SINK_REFUSED)
		*err = said; /* the label is free: what was said first is the reason */
	return outcome;
}

static enum sink_outcome part_judge(struct stream_load *l, const struct load_piece *part, const char *label,
		const struct starrocks_answer *a, struct err *err)
{
	const char *remedy = takes_none(a->message);

	if (strcmp(a->status, "Success") == 0 || strcmp(a->status, "Publish Timeout") == 0) {
		if (a->loaded == (int64_t)part->count)
			return SINK_LOADED;
		err_set(err, ERR_FATAL, 0, "label %s: StarRocks says %s, but took %lld of %zu rows", label, a->status,
				(long long)a->loaded, part->count);
		return SINK_REFUSED;
	}
	l->result->too_many_versions = strstr(a->message, "oo many versions") ||
			strstr(a->message, "too many tablet versions");
	err_set(err, message_kind(a->message), 0, "StarRocks: %s: %s", a->status[0] ? a->status : "no status",
			a->message);
	if (remedy) {
		err_set(err, ERR_UNREACHABLE, 0, "StarRocks is read-only (%s): %s; loading goes on by itself",
				a->message, remedy);
		return SINK_REFUSED;
	}
	return a->sent ? part_settle(l, label, a, err) : SINK_REFUSED;
}

int starrocks_part_write(struct stream_load *l, const struct load_piece *part)
{
	struct starrocks_body *body = &l->s->body;

	starrocks_body_begin(body);
	for (size_t i = 0; i < part->count; i++)
		if (starrocks_body_add(body, part->target, part->present, &l->rows[part->index[i]]) != ROW_ADDED)
			return err_set(l->err, ERR_FATAL, 0, "table %s: a row could be written once but not twice",
					l->schema->table);
	starrocks_body_end(body);
	return 0;
}

static void phase_add(int64_t *sum, int64_t ms)
{
	if (ms >= 0)
		*sum = (*sum < 0 ? 0 : *sum) + ms;
}

/* A load may be several for StarRocks: what each took is added up. */
static void phases_add(struct sink_result *result, const struct starrocks_answer *answer, size_t bytes)
{
	phase_add(&result->phases.begin_ms, answer->phases.begin_ms);
	phase_add(&result->phases.plan_ms, answer->phases.plan_ms);
	phase_add(&result->phases.receive_ms, answer->phases.receive_ms);
	phase_add(&result->phases.write_ms, answer->phases.write_ms);
	phase_add(&result->phases.publish_ms, answer->phases.publish_ms);
	result->bytes += bytes;
}

/* Sends what stands in the body. */
enum sink_outcome starrocks_part_send(struct stream_load *l, const struct load_piece *part,
		struct starrocks_answer *answer)
{
	struct starrocks_sink *s = l->s;
	char label[LABEL_MAX + 1];
	struct starrocks_load load;
	enum sink_outcome outcome;

	buf_reset(&s->columns);
	starrocks_target_columns(part->target, part->present, &s->columns);
	if (s->columns.failed || s->body.buf.failed) {
		err_set(l->err, ERR_DATA, 0, "table %s: the list of its columns takes more than %d bytes",
				l->schema->table, STARROCKS_COLUMNS_MAX);
		return SINK_REFUSED;
	}
	part_label(l, part, label);
	if (s->base.begun && !part->target->replaces && (outcome = part_begun(l, label)) != SINK_REFUSED) {
		snprintf(l->result->detail, sizeof(l->result->detail), "%.60s found in the history of loads", label);
		return outcome;
	}
	load = (struct starrocks_load){
		.db = l->schema->db,
		.table = l->schema->table,
		.label = label,
		.columns = s->columns.data,
		.partial = part->present != NULL && !part->target->append,
		.compression = starrocks_pack_name(s->base.conf->compression),
		.body = s->body.buf.data,
		.len = s->body.buf.len,
	};
	if (load.compression) {
		if (starrocks_pack(s->base.conf->compression, load.body, load.len, &s->packed, l->err))
			return SINK_REFUSED;
		load.body = s->packed.data;
		load.len = s->packed.len;
	}
	if (starrocks_http_load(s->http, &load, answer, l->err) == 0)
		outcome = part_judge(l, part, label, answer, l->err);
	else
		outcome = answer->sent ? part_settle(l, label, answer, l->err) : SINK_REFUSED;
	phases_add(l->result, answer, load.len);
	l->result->down = outcome == SINK_REFUSED && l->err->kind == ERR_UNREACHABLE &&
			(!answer->sent || takes_none(answer->message));
	if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE) {
		l->any_new |= outcome == SINK_LOADED;
		l->result->rows_loaded += outcome == SINK_LOADED ? part->count : 0;
		snprintf(l->result->detail, sizeof(l->result->detail), "%.60s %.100s", label,
				answer->status[0] ? answer->status : "found by its label");
	}
	return outcome;
}

/* A whole call. */

static void room_for(struct starrocks_sink *s, size_t count)
{
	if (count <= s->cap)
		return;
	s->cap = count;
	s->todo = xrealloc(s->todo, count * sizeof(s->todo[0]));
	s->part = xrealloc(s->part, count * sizeof(s->part[0]));
	s->rest = xrealloc(s->rest, count * sizeof(s->rest[0]));
}

/* The columns that the first row of a part sets; NULL: all. */
static bool *present_of(const struct collapsed *row)
{
	const struct schema *schema = row->change->schema;
	bool *present, all = true;

	if (row->is_delete)
		return NULL;
	present = xcalloc(schema->ncolumns + 1, sizeof(present[0]));
	for (unsigned i = 0; i < schema->ncolumns; i++)
		all &= present[i] = row->row[i].kind != VALUE_ABSENT;
	if (!all)
		return present;
	free(present);
	return NULL;
}

/* Writes a part from the rows to do; those that do not fit in stay in rest. */
static size_t part_fill(struct stream_load *l, struct load_piece *part, size_t todo)
{
	struct starrocks_sink *s = l->s;
	size_t rest = 0;

	starrocks_body_begin(&s->body);
	part->index = s->part;
	part->count = 0;
	for (size_t i = 0; i < todo; i++) {
		const struct collapsed *row = &l->rows[s->todo[i]];
		enum starrocks_row added = ROW_OTHER;

		if (row->change->schema->version == part->target->version)
			added = starrocks_body_add(&s->body, part->target, part->present, row);
		if (added == ROW_ADDED)
			s->part[part->count++] = s->todo[i];
		else if (added == ROW_BAD)
			sink_bads_add(&s->base.bads, s->todo[i], s->body.problem);
		else
			s->rest[rest++] = s->todo[i];
	}
	starrocks_body_end(&s->body);
	return rest;
}

static enum sink_outcome piece_load(struct stream_load *l, struct load_piece *part, size_t *todo)
{
	struct starrocks_answer answer;
	enum sink_outcome outcome;
	uint32_t *swap = l->s->todo;

	*todo = part_fill(l, part, *todo);
	l->s->todo = l->s->rest;
	l->s->rest = swap;
	if (part->count == 0)
		return SINK_DUPLICATE; /* nothing but bad rows: nothing to load */
	part->whole = *todo == 0 && l->s->base.bads.count == 0;
	outcome = starrocks_part_send(l, part, &answer);
	if (outcome == SINK_REFUSED && l->err->kind == ERR_DATA)
		outcome = starrocks_part_refused(l, part, &answer);
	return outcome;
}

static enum sink_outcome load_parts(struct stream_load *l, size_t todo)
{
	enum sink_outcome outcome = SINK_LOADED;

	while (todo > 0 && (outcome == SINK_LOADED || outcome == SINK_DUPLICATE)) {
		const struct collapsed *first = &l->rows[l->s->todo[0]];
		struct starrocks_target *target = starrocks_target_get(l->s,
				sink_routed(l->s->base.conf, first->change->schema), l->err);
		bool *present = present_of(first);
		struct load_piece part = { .target = target, .present = present };

		outcome = target ? piece_load(l, &part, &todo) : SINK_REFUSED;
		free(present);
		starrocks_target_free(target);
	}
	return outcome;
}

enum sink_outcome starrocks_load_rows(struct sink *sink, const struct schema *schema, const struct collapsed *rows,
		size_t count, const char *label, struct sink_result *result, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct stream_load l = { s, schema, rows, label, result, err, false, 0, 0, false };
	int64_t start_us = clock_mono_us();
	enum sink_outcome outcome;

	s->body.zone_us = s->base.zone_us;
	room_for(s, count);
	for (size_t i = 0; i < count; i++)
		s->todo[i] = (uint32_t)i;
	outcome = load_parts(&l, count);
	result->ms = (clock_mono_us() - start_us) / 1000;
	if (s->base.bads.count) /* perhaps somebody has made its column wider */
		starrocks_tables_doubt(s->tables, schema->db, schema->table);
	if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE)
		return l.any_new || count == 0 || s->base.bads.count == count ? SINK_LOADED : SINK_DUPLICATE;
	if (outcome == SINK_REFUSED && err->kind == ERR_CONFIG)
		starrocks_tables_drop(s->tables, schema->db, schema->table); /* gone or changed: look again */
	else if (outcome == SINK_REFUSED)
		starrocks_tables_doubt(s->tables, schema->db, schema->table);
	return outcome;
}
