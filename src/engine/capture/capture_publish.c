/*
 * capture_publish.c - the log thread: parcels into log transactions. Rows go as soon as nothing more is waiting, so
 * that a quiet server's change is readable within milliseconds, and fill a transaction while more keep coming.
 *
 * Bytes are lent to the log until the commit: a parcel is held until then, and the ceiling on a transaction is the
 * ceiling on what is held. Small transactions are appended in one go when they are due: Kafka asks its coordinator for
 * the partitions that a transaction writes to, once when all of them are known at the same time, else again and again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/name_map.h"
#include "core/unique.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

enum { IDLE_POSITION_MS = 5000, APPEND_EARLY_BYTES = 256 << 10 };

/*
 * From the commit at the source to the end of each stage. All stages count the same rows, those that the log has taken, so
 * a later stage is never faster than an earlier one. Snapshot rows have no commit to measure from.
 */
static void count_latencies(struct capture *c, const struct parcel *p)
{
	const struct batch *b = p->batch;
	const int64_t ends[] = {
		[STAGE_SOURCE] = p->read_us,
		[STAGE_FORMAT] = p->formatted_us,
		[STAGE_LOG] = clock_wall_us(),
	};

	for (size_t i = 0, j; i < b->nchanges; i = j) {
		const struct change_txn *txn = b->changes[i].txn;

		for (j = i + 1; j < b->nchanges && b->changes[j].txn == txn; j++)
			;
		if (!txn || b->changes[i].op == CHANGE_READ || b->changes[i].op == CHANGE_DDL ||
				b->changes[i].op == CHANGE_ALTER || !txn->commit_us)
			continue;
		for (int stage = STAGE_SOURCE; stage <= STAGE_LOG; stage++)
			histogram_add_n(&c->sh->stages[stage].latency, ends[stage] - txn->commit_us, j - i);
	}
}

struct publisher {
	struct capture *c;
	struct parcel *held[256]; /* in the open transaction: their bytes are lent to the log until the commit */
	size_t nheld, bytes, records;
	char *lists;			 /* news of which tables are captured, among them */
	bool due;			 /* a position among them must not wait for rows */
	size_t nappended, waiting_bytes; /* held[nappended..] are not appended yet, and how large they are */
	int64_t begun_us, idle_us;	 /* monotonic: the transaction's first parcel; the last idle position */
	struct topics *topics;
	unsigned plans;		     /* of the source's, how many the last position held holds */
	struct name_map begun;	     /* topics whose first snapshot row is remembered; any value */
	const struct schema *schema; /* whose meter this is */
	struct table_meter *meter;
};

static bool is_truncate(const struct batch *b, const struct record *r)
{
	enum change_op op = r->change < b->nchanges ? b->changes[r->change].op : CHANGE_READ;

	return (op == CHANGE_TRUNCATE || op == CHANGE_ALTER) && r->key == NULL && r->partition < 0;
}

/* The copies of one TRUNCATE carry one number, and no other TRUNCATE has it: by it the load half knows which belong
 * together and which has been carried out. No clock has a say in it, and no order: a topic's next TRUNCATE is carried
 * out when each partition has passed the one before. */
static void number_truncate(struct batch *b, struct record *r)
{
	struct record_header *headers = arena_alloc(&b->arena, (r->nheaders + 1) * sizeof(*headers));
	const char *id = arena_printf(&b->arena, "%lld", (long long)unique_number());

	if (r->nheaders)
		memcpy(headers, r->headers, r->nheaders * sizeof(*headers));
	headers[r->nheaders] = (struct record_header){ intern(TRUNCATE_HEADER), id, (uint32_t)strlen(id) };
	r->headers = headers;
	r->nheaders++;
}

/* A TRUNCATE, or ALTER of the target, has to be seen by every partition of its topic, in its place among the rows. */
static int fan_out_truncates(struct publisher *p, struct batch *b, struct err *err)
{
	for (size_t i = 0; i < b->nrecords; i++) {
		unsigned n;

		if (!is_truncate(b, &b->records[i]) || b->records[i].partition >= 0)
			continue;
		n = shared_partitions(p->c->sh, b->records[i].topic, err);
		if (n == 0)
			return -1;
		for (unsigned k = 1; k < n; k++)
			batch_add_record(b);
		memmove(&b->records[i + n], &b->records[i + 1], (b->nrecords - n - i) * sizeof(*b->records));
		if (b->records[i].timestamp_ms ==
				0) /* one time for all, so that a replay from a time finds all or none */
			b->records[i].timestamp_ms = clock_wall_us() / 1000;
		number_truncate(b, &b->records[i]);
		for (unsigned k = 0; k < n; k++) {
			b->records[i + k] = b->records[i];
			b->records[i + k].partition = (int32_t)k;
		}
		i += n - 1;
	}
	return 0;
}

static bool is_initial(const struct batch *b, const struct record *r)
{
	const struct change *c = r->change < b->nchanges ? &b->changes[r->change] : NULL;

	return c && c->op == CHANGE_READ && c->snapshot != SNAPSHOT_INCREMENTAL;
}

/* The first row of each table in an initial snapshot. */
static int remember_first_rows(struct publisher *p, struct batch *b, struct err *err)
{
	const char *last = NULL;

	for (size_t i = 0; i < b->nrecords; i++) {
		const struct record *r = &b->records[i];

		if (r->topic == last || !is_initial(b, r))
			continue;
		last = r->topic;
		if (*name_map_at(&p->begun, r->topic))
			continue;
		*name_map_at(&p->begun, r->topic) = p;
		if (initial_publish(p->c->sh, p->c->writer, r, &b->arena, err))
			return -1;
	}
	return 0;
}

static enum captured_kind kind_of(enum change_op op)
{
	switch (op) {
	case CHANGE_READ: return CAPTURED_SNAPSHOT;
	case CHANGE_CREATE: return CAPTURED_INSERTS;
	case CHANGE_UPDATE: return CAPTURED_UPDATES;
	case CHANGE_DELETE: return CAPTURED_DELETES;
	default: return CAPTURED_KINDS; /* no row */
	}
}

/* With include.query each statement has its own. */
static bool same_transaction(const struct change_txn *a, const struct change_txn *b)
{
	return a == b || (a && b && a->gtid && b->gtid && strcmp(a->gtid, b->gtid) == 0);
}

struct kinds { /* of one batch */
	uint64_t n[CAPTURED_KINDS + 1];
	const struct change_txn *last; /* that was counted */
};

/* n changes of one transaction; how many of them are not in the log. */
static uint64_t count_run(struct kinds *k, const struct change *first, size_t n)
{
	bool rows = false;
	uint64_t dead = 0;

	for (size_t i = 0; i < n; i++) {
		enum captured_kind kind = kind_of(first[i].op);

		k->n[kind]++;
		rows |= kind <= CAPTURED_DELETES && first[i].snapshot == SNAPSHOT_NO;
		dead += first[i].dead != NULL;
	}
	if (rows && !same_transaction(first->txn, k->last)) {
		k->n[CAPTURED_TRANSACTIONS]++;
		k->last = first->txn;
	}
	return dead;
}

/* A transaction counts where it ends: the one that the batch ends in comes again in the next one. */
static void count_kinds(struct captured_meter *m, struct kinds *k, bool open)
{
	k->n[CAPTURED_TRANSACTIONS] -= k->n[CAPTURED_TRANSACTIONS] && open;
	for (int i = 0; i < CAPTURED_KINDS; i++)
		counter_add(&m->kinds[i], k->n[i]);
}

static void count_rows(struct publisher *p, const struct batch *b)
{
	int64_t now = clock_wall_us();
	struct kinds kinds = { .last = NULL };

	for (size_t i = 0, j; i < b->nchanges; i = j) {
		const struct change *first = &b->changes[i];
		char name[TABLE_NAME_ROOM];

		for (j = i + 1; j < b->nchanges && b->changes[j].schema == first->schema &&
				b->changes[j].txn == first->txn;
				j++)
			;
		if (first->schema == NULL || first->op == CHANGE_DDL || first->op == CHANGE_ALTER ||
				(p->c->withheld && topics_leave_out(p->topics, first->schema)))
			continue;
		if (first->schema != p->schema) {
			snprintf(name, sizeof(name), "%s.%s", first->schema->db, first->schema->table);
			p->meter = table_meter_get(p->c->sh->tables, name);
			p->schema = first->schema;
		}
		counter_add(&p->meter->captured, j - i);
		counter_add(&p->meter->unwritten, count_run(&kinds, first, j - i));
		if (first->op != CHANGE_READ && first->txn && first->txn->commit_us)
			table_latency(&p->meter->capture, now - first->txn->commit_us, j - i);
	}
	count_kinds(&p->c->sh->captured, &kinds, b->txn_open);
	p->schema = NULL; /* the batch may hold its last reference */
}

/* What is in the log for sure, for whoever asks. */
static void tell_position(struct publisher *p, const struct position *position)
{
	pthread_mutex_lock(&p->c->half.lock);
	position_copy(&p->c->logged, position);
	pthread_mutex_unlock(&p->c->half.lock);
}

static int publish_append(struct publisher *p, struct err *err)
{
	for (; p->nappended < p->nheld; p->nappended++) {
		struct batch *b = p->held[p->nappended]->batch;

		if (b->nrecords == 0)
			continue;
		if (topics_admit(p->topics, b, err) || fan_out_truncates(p, b, err) || remember_first_rows(p, b, err) ||
				log_writer_append(p->c->writer, b, err))
			return -1;
	}
	p->waiting_bytes = 0;
	return 0;
}

static int publish_commit(struct publisher *p, struct err *err)
{
	struct stage_meter *m = &p->c->sh->stages[STAGE_LOG];

	if (p->nheld == 0)
		return 0;
	if (publish_append(p, err) || stopped_publish(p->c->stopped, p->c, err) ||
			(p->lists && lists_publish(p->c, p->lists, err)) || stopped_read_again(p->c, p->plans, err) ||
			log_writer_append_record(p->c->writer, &p->held[p->nheld - 1]->position, err) ||
			log_writer_commit(p->c->writer, err))
		return -1;
	atomic_store(&p->c->proved, true);
	orders_done(p->c, p->plans);
	tell_position(p, &p->held[p->nheld - 1]->batch->position);
	for (size_t i = 0; i < p->nheld; i++) {
		struct batch *b = p->held[i]->batch;

		capture_note(p->c, p->held[i]);
		meter_done(m, b->nrecords, b->nrecords, b->bytes);
		count_latencies(p->c, p->held[i]);
		count_rows(p, b);
		taps_offer_records(p->c->sh->taps, STAGE_LOG, b);
		parcel_put(p->c, p->held[i]);
	}
	free(p->lists);
	p->lists = NULL;
	p->nheld = p->nappended = p->bytes = p->waiting_bytes = p->records = 0;
	p->due = false;
	meter_phase(m, PHASE_BUSY);
	return 0;
}

static int publish_hold(struct publisher *p, struct parcel *parcel, struct err *err)
{
	struct batch *b = parcel->batch;

	if (p->nheld == 0)
		p->begun_us = clock_mono_us();
	p->held[p->nheld++] = parcel;
	p->bytes += b->arena.used;
	p->waiting_bytes += b->arena.used;
	p->records += b->nrecords;
	if (p->records == 0) /* nothing of it has to be written */
		capture_note(p->c, parcel);
	p->due |= b->position_due || b->snapshot_end;
	p->plans = parcel->plans > p->plans ? parcel->plans : p->plans;
	if (parcel->lists) {
		free(p->lists);
		p->lists = parcel->lists;
		parcel->lists = NULL;
	}
	return p->waiting_bytes >= APPEND_EARLY_BYTES ? publish_append(p, err) : 0;
}

/* Rows go as soon as nothing more is waiting; a position without rows (idle server) only now and then. */
static bool publish_due(struct publisher *p, bool more)
{
	const struct settings *s = p->c->sh->settings;
	int64_t now = clock_mono_us();

	if (p->nheld == 0)
		return false;
	if (p->nheld == sizeof(p->held) / sizeof(*p->held) || p->bytes >= (size_t)s->commit_bytes)
		return true;
	if (p->records == 0 && !p->due) {
		if (now - p->idle_us < IDLE_POSITION_MS * 1000 && !atomic_exchange(&p->c->hurry, false))
			return false;
		p->idle_us = now;
		return true;
	}
	return (!more && log_writer_gap_us(p->c->writer) == 0) || now - p->begun_us >= s->commit_interval_ms * 1000;
}

/* Positions of idle batches pile up; only the newest matters. */
static void publish_forget_idle(struct publisher *p)
{
	if (p->records)
		return;
	while (p->nheld > 1) {
		parcel_put(p->c, p->held[0]);
		memmove(p->held, p->held + 1, --p->nheld * sizeof(*p->held));
	}
	p->nappended = 0;
}

/* While rows are held, only what is there already, or what comes before the log can take them. */
static struct parcel *publish_next(struct publisher *p)
{
	int64_t gap_us = p->records ? log_writer_gap_us(p->c->writer) : 200000;

	return gap_us ? queue_pop_wait(p->c->to_log, (int)(gap_us + 999) / 1000) : queue_try_pop(p->c->to_log);
}

/* A person lets stopped tables go on: the stops are taken back in the log, and a new session begins without them. */
static int publish_resume(struct publisher *p, struct err *err)
{
	struct resume *r;
	char table[512];
	int rc = 0;

	for (;;) {
		pthread_mutex_lock(&p->c->half.lock);
		r = p->c->resumes;
		snprintf(table, sizeof(table), "%s", r ? r->table : "");
		pthread_mutex_unlock(&p->c->half.lock);
		if (r == NULL)
			return rc;
		if (stopped_resume(p->c, table, err) || log_writer_commit(p->c->writer, err))
			return -1;
		withheld_forget(p->c, table);
		capture_resumed(p->c);
		rc = err_set(err, ERR_RETRY, 0, "table %s: resumed on request; it is read again", table);
	}
}

/* A refusal that is one table's, or one topic's: the next session writes the same without it. */
static void publish_refused(struct publisher *p, struct err *err)
{
	const struct log_refusal *why = log_writer_refusal(p->c->writer);

	if (err->kind != ERR_DATA && err->kind != ERR_DENIED)
		return;
	for (size_t i = 0; i < p->nheld; i++)
		if (topics_refused(p->topics, why, p->held[i]->batch, err)) {
			err->kind = ERR_RETRY;
			return;
		}
}

static int publish_loop(struct publisher *p, struct err *err)
{
	struct stage_meter *m = &p->c->sh->stages[STAGE_LOG];

	m->mark_us = clock_mono_us();
	for (;;) {
		struct parcel *parcel = publish_next(p);

		meter_phase(m, PHASE_WAIT_IN);
		if (parcel && publish_hold(p, parcel, err))
			return -1;
		publish_forget_idle(p);
		if (p->records == 0 && publish_resume(p, err))
			return -1;
		if (publish_due(p, queue_length(p->c->to_log) > 0) && publish_commit(p, err))
			return -1;
		if (parcel == NULL && queue_closed(p->c->to_log) && queue_length(p->c->to_log) == 0)
			return publish_commit(p, err);
	}
}

void *capture_log_thread(void *arg)
{
	struct capture *c = arg;
	struct publisher p = { .c = c, .topics = topics_new(c) };
	struct err err;

	err_clear(&err);
	if (publish_loop(&p, &err)) {
		/* A writer that is of no use any more is not the end: the next session opens another, where the log
		 * stands. */
		if (err.kind == ERR_FATAL)
			err.kind = ERR_RETRY;
		publish_refused(&p, &err);
		err_wrap(&err, "log");
		capture_fail(c, &err);
	}
	for (size_t i = 0; i < p.nheld; i++)
		parcel_put(c, p.held[i]);
	free(p.lists);
	topics_free(p.topics);
	name_map_done(&p.begun);
	return NULL;
}
