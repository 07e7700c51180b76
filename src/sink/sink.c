/* sink.c - picks the kind of target from the configuration and passes each call on to it. */
#include "sink/sink.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"

#define LABEL_MAX 128
#define DDL_MAX (4 << 20)

static const struct sink_ops *ops_for(const struct sink_conf *conf)
{
	return conf->fe_http && conf->fe_http[0] ? &starrocks_ops : &sink_local_ops;
}

static bool label_is_good(const char *label)
{
	size_t len = strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return len > 0 && len <= LABEL_MAX && label[len] == '\0';
}

static void sink_bads_reset(struct sink_bads *b)
{
	if (b->arena.chunk_size == 0)
		arena_init(&b->arena, 4096);
	b->count = 0;
	arena_reset(&b->arena);
}

static int bad_compare(const void *a, const void *b)
{
	uint32_t left = ((const struct sink_bad *)a)->row, right = ((const struct sink_bad *)b)->row;

	return left < right ? -1 : left > right;
}

static void sink_bads_sort(struct sink_bads *b)
{
	if (b->count > 1)
		qsort(b->items, b->count, sizeof(b->items[0]), bad_compare);
}

static void sink_bads_done(struct sink_bads *b)
{
	if (b->arena.chunk_size)
		arena_done(&b->arena);
	free(b->items);
	memset(b, 0, sizeof(*b));
}

int sink_login_check(const struct sink_conf *conf, struct err *err)
{
	return login_conf_check(&conf->login, "starrocks", err);
}

static struct sink *open_one(const struct sink_conf *conf, struct sink *beside, struct err *err)
{
	const struct sink_ops *ops = ops_for(conf);
	struct sink *s;
	int64_t zone_us;

	if (sink_zone_parse(conf->time_zone, &zone_us, err))
		return NULL;
	s = ops->open(conf, beside, err);
	if (!s)
		return NULL;
	s->ops = ops;
	s->conf = conf;
	s->zone_us = zone_us;
	sink_bads_reset(&s->bads);
	return s;
}

struct sink *sink_open(const struct sink_conf *conf, struct err *err)
{
	return open_one(conf, NULL, err);
}

struct sink *sink_open_beside(struct sink *first, struct err *err)
{
	return open_one(first->conf, first, err);
}

void sink_close(struct sink *s)
{
	if (!s)
		return;
	sink_bads_done(&s->bads);
	s->ops->close(s);
}

void sink_rest(struct sink *s)
{
	if (s->ops->rest)
		s->ops->rest(s);
}

void sink_cancel(struct sink *s)
{
	atomic_store(&s->cancelled, true);
	if (s->ops->cancel)
		s->ops->cancel(s);
}

int sink_conf_check(const struct sink_conf *conf, struct err *err)
{
	int64_t zone_us;

	return sink_zone_parse(conf->time_zone, &zone_us, err);
}

static const struct report_kind shared = { REPORT_PROBLEM, "target", "two tables have the same target",
	"give each a target of its own in its section, or source.column, or leave one out" };

void sink_remedies(struct report *r)
{
	report_kinds(r, &shared, 1);
	starrocks_ops.remedies(r);
	sink_local_ops.remedies(r);
}

/* Two sources of one target would overwrite each other's rows. */
static void tell_clashes(const struct sink_conf *conf, struct schema *const *schemas, size_t count,
		struct report *report)
{
	struct sink_sources seen = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct schema *other;
		struct sink_names names;

		sink_route(conf, schemas[i]->db, schemas[i]->table, &names);
		other = sink_sources_add(&seen, &names, schemas[i]);
		if (other)
			report_tell(report, &shared, "tables %s.%s and %s.%s have the same target, %s.%s", other->db,
					other->table, schemas[i]->db, schemas[i]->table, names.db, names.table);
	}
	sink_sources_done(&seen);
}

int sink_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err)
{
	struct schema **routed = xcalloc(count + 1, sizeof(*routed));
	int r;

	for (size_t i = 0; i < count; i++)
		routed[i] = (struct schema *)sink_routed(conf, schemas[i]);
	tell_clashes(conf, schemas, count, report);
	r = ops_for(conf)->check(conf, routed, count, report, err);
	free(routed);
	return r;
}

void sink_check_tables(const struct sink_conf *conf, struct table_check *const *checks, size_t count)
{
	struct schema **asked = xcalloc(count + 1, sizeof(*asked));

	for (size_t i = 0; i < count; i++) {
		asked[i] = checks[i]->schema;
		checks[i]->schema = (struct schema *)sink_routed(conf, asked[i]);
	}
	ops_for(conf)->check_tables(conf, checks, count);
	for (size_t i = 0; i < count; i++)
		checks[i]->schema = asked[i];
	free(asked);
}

int64_t sink_interval_ms(const struct sink *s)
{
	return s->conf->interval_ms > 0 ? s->conf->interval_ms : s->ops->interval_ms;
}

/* Tables that were altered through any handle of this process: each handle knows columns of its own. */
static _Atomic uint64_t altered;

static void forget_altered(struct sink *s)
{
	uint64_t now = atomic_load(&altered);

	if (s->altered == now)
		return;
	s->altered = now;
	if (s->ops->forget)
		s->ops->forget(s);
}

int sink_alter(struct sink *s, const struct schema *schema, const struct ddl_alter *alter, enum sink_had had, bool *gap,
		struct err *err)
{
	int result;

	result = s->ops->alter(s, sink_routed(s->conf, schema), alter, gap, err);
	atomic_fetch_add(&altered, 1);
	if (result == 0 && !alter->drop)
		result = sink_prepare_had(s, schema, had, err);
	return result;
}

int sink_prepare(struct sink *s, const struct schema *schema, struct err *err)
{
	return sink_prepare_had(s, schema, SINK_HAD_NOTHING, err);
}

int sink_prepare_had(struct sink *s, const struct schema *schema, enum sink_had had, struct err *err)
{
	forget_altered(s);
	s->lost = false;
	s->had = had;
	s->asked = schema;
	return s->ops->prepare(s, sink_routed(s->conf, schema), err);
}

void sink_allow(struct sink *s, bool allowed)
{
	s->allowed = allowed;
}

void sink_look_again(struct sink *s)
{
	if (s->ops->look_again)
		s->ops->look_again(s);
}

void sink_begun(struct sink *s, const char *before)
{
	s->begun = before;
}

bool sink_lost(const struct sink *s)
{
	return s->lost;
}

enum sink_outcome sink_load(struct sink *s, const struct schema *schema, const struct collapsed *rows, size_t count,
		const char *label, struct sink_result *result, struct err *err)
{
	enum sink_outcome outcome;

	*result = (struct sink_result){ .phases = { -1, -1, -1, -1, -1 } };
	if (!label_is_good(label)) {
		err_set(err, ERR_CONFIG, 0, "label '%.140s': expected 1 to 128 letters, digits, '_' or '-'", label);
		return SINK_REFUSED;
	}
	forget_altered(s);
	sink_bads_reset(&s->bads);
	outcome = s->ops->load(s, sink_routed(s->conf, schema), rows, count, label, result, err);
	s->begun = NULL;
	if (outcome == SINK_REFUSED && s->ops->forget)
		s->ops->forget(s); /* perhaps the table is not what it was */
	sink_bads_sort(&s->bads);
	result->bad = s->bads.items;
	result->nbad = s->bads.count;
	result->rows_filtered = s->bads.count;
	return outcome;
}

int sink_look(struct sink *s, const char *db, const char *table, const char *label, struct sink_state *out,
		struct err *err)
{
	struct sink_names names;

	*out = (struct sink_state){ .label = SINK_UNKNOWN };
	sink_route(s->conf, db, table, &names);
	out->target = fnv_text(fnv_text(FNV_START, s->conf->fe_http ? "starrocks." : "warehouse."), names.db);
	out->target = fnv_text(fnv_add(out->target, '.'), names.table);
	return s->ops->look(s, &names, label, out, err);
}

int sink_owner(struct sink *s, const char *db, const char *table, char name[SINK_OWNER], struct err *err)
{
	struct sink_names names;

	name[0] = '\0';
	sink_route(s->conf, db, table, &names);
	return s->ops->owner ? s->ops->owner(s, names.db, names.table, name, err) : 0;
}

int sink_own(struct sink *s, const char *db, const char *table, struct err *err)
{
	struct sink_names names;

	sink_route(s->conf, db, table, &names);
	return s->ops->own ? s->ops->own(s, names.db, names.table, err) : 0;
}

int sink_truncate(struct sink *s, const struct schema *schema, struct err *err)
{
	return s->ops->truncate(s, sink_routed(s->conf, schema), err);
}

typedef int put_ddl(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
		struct err *err);

static char *ddl_by(put_ddl *put, const struct sink_conf *conf, const struct schema *schema, char **why,
		struct err *err)
{
	struct buf out, reasons;

	buf_init(&out, DDL_MAX);
	buf_init(&reasons, DDL_MAX);
	buf_puts(&out, "");
	buf_puts(&reasons, "");
	if (put(conf, sink_routed(conf, schema), &out, &reasons, err))
		goto fail;
	if (out.failed || reasons.failed) {
		err_set(err, ERR_DATA, 0, "table %s.%s: its definition takes more than %d bytes", schema->db,
				schema->table, DDL_MAX);
		goto fail;
	}
	*why = buf_take(&reasons);
	return buf_take(&out);
fail:
	buf_done(&out);
	buf_done(&reasons);
	return NULL;
}

char *sink_ddl(const struct sink_conf *conf, const struct schema *schema, char **why, struct err *err)
{
	return ddl_by(ops_for(conf)->ddl, conf, schema, why, err);
}

static int alter_nothing(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
		struct err *err)
{
	(void)conf;
	(void)out;
	(void)err;
	buf_printf(why, "%s.%s\nfollows by itself\n", schema->db, schema->table);
	return 0;
}

char *sink_ddl_alter(const struct sink_conf *conf, const struct schema *schema, char **why, struct err *err)
{
	put_ddl *put = ops_for(conf)->ddl_alter;

	return ddl_by(put ? put : alter_nothing, conf, schema, why, err);
}
