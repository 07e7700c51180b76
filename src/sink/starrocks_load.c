/*
 * starrocks_load.c - one call of sink_load() against StarRocks, and the rest of the contract.
 *
 * What is hard is that one call may take several Stream Loads and that any of them may end without an answer. The rules:
 *
 * - A label that is committed must mean that everything is in. So the label itself goes only on a load that holds all rows
 *   of the call, or all that are left after every other part is in. All other parts (a body too large, rows with other
 *   sets of absent columns, halves made in search of a bad row, a call that leaves out bad rows) carry the label with a
 *   hash of their bytes: the same bytes always have the same label, other bytes never.
 * - Each key is in the call once, so the order of the parts does not matter, and a part that is sent twice by two
 *   different cuts gives the same row twice: an upsert or a delete by key.
 * - `Success` and `Publish Timeout` are committed. Everything else, no answer included, is looked up by label. What is not
 *   known then is SINK_UNKNOWN, and the caller asks or sends again: the same rows under the same label.
 * - When StarRocks refuses rows that our own check passed, those that its error log names are left out and the rest goes out
 *   again; what is refused still is cut in halves until the bad rows stand alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "sink/sink_ops.h"
#include "sink/starrocks.h"

#define LABEL_MAX 128
#define STATE_WAIT_MS 800
#define STATE_POLL_MS 50
#define REFUSED_MAX 100 /* bad rows found by halving: more means that the table is wrong, not the rows */
#define ERROR_LOG_MAX (256 << 10)
#define LOGGED_MAX 200 /* rows of one error log that are looked at */
#define LOGS_MAX 2     /* of one call; then halves */
#define COLUMNS_MAX (256 << 10)
#define BODY_DEFAULT (32 << 20)
#define BODY_MAX (90 << 20)
#define PACKED_MAX (100u << 20)

struct starrocks_sink {
	struct sink base;
	struct starrocks_http *http;
	struct starrocks_sql *sql;
	struct starrocks_tables *tables; /* shared with the handles beside this one */
	struct starrocks_body body;
	struct buf columns;	      /* the header of the current part */
	struct buf log;		      /* an error log that was fetched */
	struct buf packed;	      /* the body as it is sent, when it is compressed */
	uint32_t *todo, *part, *rest; /* row indexes */
	size_t cap;
};

struct load { /* one call of sink_load() */
	struct starrocks_sink *s;
	const struct schema *schema;
	const struct collapsed *rows;
	const char *label;
	struct sink_result *result;
	struct err *err;
	bool any_new;	  /* a part was loaded now, not before */
	unsigned refused; /* rows that only StarRocks found bad */
	unsigned logs;	  /* error logs that named some of them */
	bool no_log;	  /* one could not be reached */
};

struct logged { /* a row that an error log names; in the log */
	const char *row;
	size_t len;
	const char *why;
	int why_len;
};

struct part { /* rows that go into one Stream Load */
	const struct starrocks_target *target;
	const bool *present; /* NULL: all columns */
	const uint32_t *index;
	size_t count;
	bool whole; /* may carry the label itself */
};

/* Targets. */

static void log_narrow(const struct sink_conf *conf, const struct schema *schema, const struct starrocks_columns *have)
{
	struct buf narrow;

	buf_init(&narrow, COLUMNS_MAX);
	starrocks_narrow(&narrow, conf, schema, have);
	if (narrow.len)
		logline(LOG_NOTICE, "sink", "table %s.%s: a value that does not fit becomes a dead letter: %s",
				schema->db, schema->table, narrow.data);
	buf_done(&narrow);
}

/* A reference; NULL: err. */
static struct starrocks_target *target_get(struct starrocks_sink *s, const struct schema *schema, struct err *err)
{
	struct starrocks_target *t = starrocks_tables_find(s->tables, schema->db, schema);
	struct starrocks_columns have = { 0 };

	if (t)
		return t;
	if (starrocks_table_prepare(s->sql, &s->base, schema, &have, err) == 0)
		t = starrocks_target_new(schema, &have, err);
	if (t) {
		log_narrow(s->base.conf, schema, &have);
		starrocks_tables_put(s->tables, schema->db, t, &have);
	}
	starrocks_columns_done(&have);
	return t;
}

static int starrocks_prepare(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct starrocks_target *t;

	if (starrocks_tables_refresh(s->tables, s->sql, schema->db, schema->table, err))
		return -1;
	t = target_get(s, schema, err);
	starrocks_target_free(t);
	return t ? 0 : -1;
}

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

/* One Stream Load. */

static uint64_t bytes_hash(const char *p, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)p[i]) * 0x100000001b3u;
	return hash;
}

static void part_label(const struct load *l, const struct part *part, char out[LABEL_MAX + 1])
{
	const struct buf *body = &l->s->body.buf;
	unsigned long long hash;

	if (part->whole) {
		snprintf(out, LABEL_MAX + 1, "%s", l->label);
		return;
	}
	/* The columns too: absent and NULL look the same in the bytes of a row that has only its key. */
	hash = bytes_hash(body->data, body->len) ^ bytes_hash(l->s->columns.data, l->s->columns.len);
	if (strlen(l->label) + 17 <= LABEL_MAX)
		snprintf(out, LABEL_MAX + 1, "%s_%016llx", l->label, hash);
	else
		snprintf(out, LABEL_MAX + 1, "%.90s_%016llx_%016llx", l->label,
				(unsigned long long)bytes_hash(l->label, strlen(l->label)), hash);
}

/* StarRocks did not say that it loaded: what is the truth? */
static enum sink_outcome part_settle(struct load *l, const char *label, const struct starrocks_answer *a,
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

static enum sink_outcome part_judge(struct load *l, const struct part *part, const char *label,
		const struct starrocks_answer *a, struct err *err)
{
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
	return a->sent ? part_settle(l, label, a, err) : SINK_REFUSED;
}

static int part_write(struct load *l, const struct part *part)
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
static enum sink_outcome part_send(struct load *l, const struct part *part, struct starrocks_answer *answer)
{
	struct starrocks_sink *s = l->s;
	char label[LABEL_MAX + 1];
	struct starrocks_load load;
	enum sink_outcome outcome;

	buf_reset(&s->columns);
	starrocks_target_columns(part->target, part->present, &s->columns);
	if (s->columns.failed || s->body.buf.failed) {
		err_set(l->err, ERR_DATA, 0, "table %s: the list of its columns takes more than %d bytes",
				l->schema->table, COLUMNS_MAX);
		return SINK_REFUSED;
	}
	part_label(l, part, label);
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
	l->result->down = outcome == SINK_REFUSED && !answer->sent && l->err->kind == ERR_UNREACHABLE;
	if (outcome == SINK_LOADED || outcome == SINK_DUPLICATE) {
		l->any_new |= outcome == SINK_LOADED;
		l->result->rows_loaded += outcome == SINK_LOADED ? part->count : 0;
		snprintf(l->result->detail, sizeof(l->result->detail), "%.60s %.100s", label,
				answer->status[0] ? answer->status : "found by its label");
	}
	return outcome;
}

/* Bad rows that only StarRocks found. */

/* NULL: there is none, or it cannot be reached, which is not tried again in this call. */
static const char *fetch_log(struct load *l, const struct starrocks_answer *answer)
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

static void refused_note(struct load *l, const struct part *part, const struct starrocks_answer *answer)
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

static enum sink_outcome part_refused(struct load *l, const struct part *part, const struct starrocks_answer *answer);

static enum sink_outcome half_load(struct load *l, struct part half)
{
	struct starrocks_answer answer;
	enum sink_outcome outcome;

	half.whole = false;
	if (part_write(l, &half))
		return SINK_REFUSED;
	outcome = part_send(l, &half, &answer);
	if (outcome == SINK_REFUSED && l->err->kind == ERR_DATA)
		return part_refused(l, &half, &answer);
	return outcome;
}

static enum sink_outcome too_many_refused(struct load *l)
{
	err_wrap(l->err, "table %s: StarRocks refuses more than %d rows of one load", l->schema->table, REFUSED_MAX);
	l->err->kind = ERR_CONFIG;
	return SINK_REFUSED;
}

/* The part was refused because of rows in it. Depth: log2 of its rows. */
static enum sink_outcome part_halve(struct load *l, const struct part *part, const struct starrocks_answer *answer)
{
	struct part half = *part;
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
static const struct logged *log_has(struct load *l, const struct part *part, uint32_t row, const struct logged *logged,
		size_t n)
{
	struct starrocks_body *body = &l->s->body;

	starrocks_body_begin(body);
	if (starrocks_body_add(body, part->target, part->present, &l->rows[row]) != ROW_ADDED)
		return NULL;
	return find_logged(logged, n, body->buf.data + 1, body->buf.len - 1);
}

/* Notes the rows that the error log names; the others are the part then. How many were named. */
static size_t leave_out_logged(struct load *l, struct part *part, const struct starrocks_answer *answer)
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

static enum sink_outcome part_refused(struct load *l, const struct part *part, const struct starrocks_answer *answer)
{
	struct part rest = *part;

	if (part->count == 1 || l->logs >= LOGS_MAX || leave_out_logged(l, &rest, answer) == 0)
		return part_halve(l, part, answer);
	l->logs++;
	if (l->refused > REFUSED_MAX)
		return too_many_refused(l);
	return rest.count ? half_load(l, rest) : SINK_LOADED;
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
static size_t part_fill(struct load *l, struct part *part, size_t todo)
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

static enum sink_outcome part_load(struct load *l, struct part *part, size_t *todo)
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
	outcome = part_send(l, part, &answer);
	if (outcome == SINK_REFUSED && l->err->kind == ERR_DATA)
		outcome = part_refused(l, part, &answer);
	return outcome;
}

static enum sink_outcome load_parts(struct load *l, size_t todo)
{
	enum sink_outcome outcome = SINK_LOADED;

	while (todo > 0 && (outcome == SINK_LOADED || outcome == SINK_DUPLICATE)) {
		const struct collapsed *first = &l->rows[l->s->todo[0]];
		struct starrocks_target *target = target_get(l->s, sink_routed(l->s->base.conf, first->change->schema),
				l->err);
		bool *present = present_of(first);
		struct part part = { .target = target, .present = present };

		outcome = target ? part_load(l, &part, &todo) : SINK_REFUSED;
		free(present);
		starrocks_target_free(target);
	}
	return outcome;
}

static enum sink_outcome starrocks_load_rows(struct sink *sink, const struct schema *schema,
		const struct collapsed *rows, size_t count, const char *label, struct sink_result *result,
		struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct load l = { s, schema, rows, label, result, err, false, 0, 0, false };
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

static enum sink_outcome starrocks_label(struct sink *sink, const char *db, const char *label, struct err *err)
{
	return label_outcome((struct starrocks_sink *)sink, db, label, err);
}

/* A label tells nothing about the table: it outlives TRUNCATE and DROP, and is forgotten after label_keep_max_second. */
static int starrocks_look(struct sink *sink, const struct sink_names *names, const char *label, struct sink_state *out,
		struct err *err)
{
	(void)label;
	out->label = SINK_UNKNOWN;
	return starrocks_table_look(((struct starrocks_sink *)sink)->sql, names, out, err);
}

static int owner(struct sink *sink, const char *db, const char *table, char name[SINK_OWNER], struct err *err)
{
	return starrocks_owner(((struct starrocks_sink *)sink)->sql, db, table, name, err);
}

static int own(struct sink *sink, const char *db, const char *table, struct err *err)
{
	return starrocks_own(((struct starrocks_sink *)sink)->sql, db, table, sink->conf->name, err);
}

/* The rest of the contract. */

static void starrocks_close(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;

	starrocks_tables_unref(s->tables);
	starrocks_http_free(s->http);
	starrocks_sql_free(s->sql);
	starrocks_body_done(&s->body);
	buf_done(&s->columns);
	buf_done(&s->log);
	buf_done(&s->packed);
	free(s->todo);
	free(s->part);
	free(s->rest);
	free(s);
}

static void starrocks_rest(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	size_t limit = s->body.limit;

	starrocks_body_done(&s->body);
	starrocks_body_init(&s->body, limit, s->base.zone_us);
	buf_done(&s->packed);
	buf_init(&s->packed, PACKED_MAX);
	free(s->todo);
	free(s->part);
	free(s->rest);
	s->todo = s->part = s->rest = NULL;
	s->cap = 0;
}

static void starrocks_cancel(struct sink *sink)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;

	starrocks_http_cancel(s->http);
	starrocks_sql_cancel(s->sql);
}

static struct sink *starrocks_open(const struct sink_conf *conf, struct sink *beside, struct err *err)
{
	int64_t limit = conf->max_bytes > 0 ? conf->max_bytes : BODY_DEFAULT;
	struct starrocks_http *http;
	struct starrocks_sink *s;

	if (conf->load != 0) { /* "stream|routine" */
		err_set(err, ERR_CONFIG, 0,
				"load = routine: this version loads by Stream Load only; set load = stream");
		return NULL;
	}
	http = starrocks_http_new(conf, err);
	if (!http)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->http = http;
	s->sql = starrocks_sql_new(conf);
	s->tables = beside ? starrocks_tables_ref(((struct starrocks_sink *)beside)->tables) : starrocks_tables_new();
	starrocks_body_init(&s->body, (size_t)(limit < BODY_MAX ? limit : BODY_MAX), 0);
	buf_init(&s->columns, COLUMNS_MAX);
	buf_init(&s->log, ERROR_LOG_MAX);
	buf_init(&s->packed, PACKED_MAX);
	return &s->base;
}

static int starrocks_truncate(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	struct starrocks_columns have = { 0 };
	struct buf sql;
	int result = starrocks_table_read(s->sql, schema->db, schema->table, &have, err);

	buf_init(&sql, COLUMNS_MAX);
	buf_puts(&sql, schema->at_target.source_column ? "DELETE FROM " : "TRUNCATE TABLE ");
	starrocks_put_table(&sql, schema);
	starrocks_put_source(&sql, " WHERE ", schema->at_target.source_column, schema->at_target.source);
	if (result == 0 && have.count > 0)
		result = starrocks_sql_run(s->sql, sql.data, NULL, NULL, err);
	starrocks_columns_done(&have);
	buf_done(&sql);
	starrocks_tables_drop(s->tables, schema->db, schema->table);
	return result;
}

static int starrocks_alter_table(struct sink *sink, const struct schema *schema, const struct ddl_alter *alter,
		bool *gap, struct err *err)
{
	struct starrocks_sink *s = (struct starrocks_sink *)sink;
	int result = starrocks_table_alter(s->sql, s->base.conf, schema, alter, sink->allowed, gap, err);

	starrocks_tables_drop(s->tables, schema->db, schema->table);
	return result;
}

static struct sink_reader *starrocks_open_reader(struct sink *sink, const struct schema *schema, struct err *err)
{
	return starrocks_reader(((struct starrocks_sink *)sink)->sql, sink, schema, err);
}

static int starrocks_print_ddl(const struct sink_conf *conf, const struct schema *schema, struct buf *out,
		struct buf *why, struct err *err)
{
	buf_printf(why, "%s.%s\n", schema->db, schema->table);
	starrocks_why(why, schema);
	buf_puts(out, "CREATE DATABASE IF NOT EXISTS ");
	starrocks_name(out, schema->db);
	buf_puts(out, ";\n");
	return starrocks_create(out, conf, schema, err);
}

const struct sink_ops starrocks_ops = {
	.kind = "starrocks",
	.open = starrocks_open,
	.close = starrocks_close,
	.rest = starrocks_rest,
	.cancel = starrocks_cancel,
	.check = starrocks_check,
	.examine = starrocks_examine,
	.prepare = starrocks_prepare,
	.load = starrocks_load_rows,
	.label = starrocks_label,
	.look = starrocks_look,
	.owner = owner,
	.own = own,
	.truncate = starrocks_truncate,
	.alter = starrocks_alter_table,
	.reader = starrocks_open_reader,
	.ddl = starrocks_print_ddl,
	.ddl_alter = starrocks_ddl_alter,
	.interval_ms = 800, /* with the load itself, a row is there within a second */
};
