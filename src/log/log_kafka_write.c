/*
 * log_kafka_write.c - exactly-once writing: an idempotent, transactional producer. log_kafka_write_fault.c says what its
 * failures mean.
 *
 * What a failure means depends on when it comes. Before the commit request goes out, everything can be aborted and
 * written again (ERR_RETRY). Once it is out, the broker alone knows, so the commit stays open and is resumed by the
 * next call. And a fenced producer must never try again: its successor has read the position already.
 *
 * Messages are not copied: librdkafka's queue points into the caller's batches until the delivery report, and all
 * reports are in before commit or abort returns. Waiting for them first also avoids the 10 ms steps in which
 * rd_kafka_commit_transaction() itself would wait.
 */
#include "log/log_kafka_writer.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum {
	GAP_MIN_US = 1000, /* between a commit and the next begin; learn_gap() says why */
	GAP_MAX_US = 8000,
	REFUSED_US = 20000, /* librdkafka asks again so much later */
	SMALL_RECORDS = 1000,
	HEADERS_MAX = 32,
	CLOSE_MS = 1000
};

/*
 * A broker that ends a transaction of its own accord cannot be told from a successor that took the id, so the time
 * after which it does so is longer than a broker is usually away. After a crash nobody waits for it: the next start
 * ends what was open.
 */
static const struct kafka_setting presets[] = {
	{ "transaction.timeout.ms", "300000" },
	{ "compression.type", "lz4" },
	{ "linger.ms", "1000" },
	{ "batch.num.messages", "20000" },
	{ "batch.size", "1000000" },
	{ "message.max.bytes", "100000000" }, /* the topic's own limit counts; and what a broker takes in one request */
	{ "queue.buffering.max.messages", "1000000" },
	{ "queue.buffering.max.kbytes", "262144" },
	{ "topic.metadata.refresh.interval.ms", "30000" },
	{ NULL, NULL },
};

/* Of the messages of a refused request, which all have the same error: the one that explains it best. */
static bool is_worse(const struct log_refusal *than, const rd_kafka_message_t *m)
{
	if (strcmp(than->topic, rd_kafka_topic_name(m->rkt)) != 0)
		return false;
	if (m->err == RD_KAFKA_RESP_ERR_INVALID_RECORD)
		return m->key == NULL && than->keyed;
	return m->len + m->key_len > than->bytes;
}

static void keep_lost(struct kafka_writer *w, const rd_kafka_message_t *m)
{
	w->lost = m->err;
	w->lost_record = (struct log_refusal){
		.keyed = m->key != NULL,
		.value = m->payload,
		.bytes = m->len + m->key_len,
	};
	snprintf(w->lost_record.topic, sizeof w->lost_record.topic, "%s", rd_kafka_topic_name(m->rkt));
}

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
	struct kafka_writer *w = ((struct kafka_client *)opaque)->owner;

	kafka_window_take(&w->window, m->_private, m->len + m->key_len);
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
			(!w->tries &&
					(m->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
							m->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)))
		return;
	if (w->lost == RD_KAFKA_RESP_ERR_NO_ERROR || (w->lost == m->err && is_worse(&w->lost_record, m)))
		keep_lost(w, m);
}

static void producer_hook(rd_kafka_conf_t *conf)
{
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
}

/* ---- topics ---- */

static struct kafka_target *target_for(struct kafka_writer *w, const char *topic, struct err *err)
{
	void **slot = name_map_at(&w->targets, topic);
	struct kafka_target *t = *slot;
	rd_kafka_topic_t *rkt;
	int32_t partitions;

	if (t)
		return t;
	partitions = kafka_partitions(&w->client, topic, (int)w->log->base.conf.timeout_ms, err);
	if (partitions < 0)
		return NULL;
	rkt = rd_kafka_topic_new(w->client.rk, topic, NULL);
	if (!rkt) {
		kafka_fail(&w->client, err, rd_kafka_last_error(), NULL, "topic %s", topic);
		return NULL;
	}
	t = xcalloc(1, sizeof *t);
	*t = (struct kafka_target){ .topic = topic, .rkt = rkt, .partitions = partitions };
	t->lanes = xcalloc((size_t)partitions, sizeof *t->lanes);
	return *slot = t;
}

/* ---- append ---- */

int64_t kafka_writer_gap_us(struct log_writer *base)
{
	const struct kafka_writer *w = (const struct kafka_writer *)base;
	int64_t left_us = w->state == OPEN ? 0 : w->committed_us + w->gap_us - clock_mono_us();

	return left_us > 0 ? left_us : 0;
}

/*
 * A commit is answered before its markers are written, and a transaction that begins before they are is refused for so
 * long, which librdkafka finds out by asking every 20 ms. How long the markers take depends on the cluster: a small
 * transaction that took longer than such a pause lengthens the gap before the next, one that did not shortens it a
 * little.
 */
static void learn_gap(struct kafka_writer *w)
{
	if (w->records > SMALL_RECORDS)
		return;
	w->gap_us += clock_mono_us() - w->begun_us >= REFUSED_US ? w->gap_us / 2 : -w->gap_us / 128;
	w->gap_us = w->gap_us < GAP_MIN_US ? GAP_MIN_US : w->gap_us > GAP_MAX_US ? GAP_MAX_US : w->gap_us;
}

static int begin(struct kafka_writer *w, struct err *err)
{
	rd_kafka_error_t *e;
	int64_t gap_us = kafka_writer_gap_us(&w->base);

	if (gap_us > 0)
		clock_sleep_ms((int)(gap_us + 999) / 1000);
	e = rd_kafka_begin_transaction(w->client.rk);
	if (!e) {
		w->state = OPEN;
		w->begun_us = clock_mono_us();
		w->records = 0;
		w->txn++;
		w->stalled = false;
		w->lost = RD_KAFKA_RESP_ERR_NO_ERROR;
		return 0;
	}
	return writer_fail_call(w, err, e, "beginning a transaction of");
}

static rd_kafka_error_t *produce(struct kafka_writer *w, const struct kafka_target *t, int32_t partition,
		const struct record *r)
{
	rd_kafka_vu_t vus[6 + HEADERS_MAX];
	size_t n = 0;

	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = t->rkt };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition };
	vus[n++] = (rd_kafka_vu_t){
		.vtype = RD_KAFKA_VTYPE_VALUE,
		.u.mem = { (void *)(uintptr_t)r->value, r->value ? r->value_len : 0 },
	};
	vus[n++] = (rd_kafka_vu_t){
		.vtype = RD_KAFKA_VTYPE_KEY,
		.u.mem = { (void *)(uintptr_t)r->key, r->key ? r->key_len : 0 },
	};
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = r->timestamp_ms };
	vus[n++] = (rd_kafka_vu_t){ .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = &t->lanes[partition] };
	for (uint32_t i = 0; i < r->nheaders; i++) {
		const struct record_header *h = &r->headers[i];

		vus[n++] = (rd_kafka_vu_t){
			.vtype = RD_KAFKA_VTYPE_HEADER,
			.u.header = { h->name, h->value, h->value ? h->len : 0 },
		};
	}
	return rd_kafka_produceva(w->client.rk, vus, n);
}

/* A broker that is away is given up after a while. */
static void window_wait(struct kafka_writer *w, const size_t *lane)
{
	int64_t since_us = clock_mono_us();
	size_t before = w->window.bytes;

	while (kafka_window_is_full(&w->window, lane) && !w->stalled && w->lost == RD_KAFKA_RESP_ERR_NO_ERROR) {
		kafka_window_turn(&w->window, 10);
		if (w->window.bytes < before)
			since_us = clock_mono_us();
		before = w->window.bytes;
		w->stalled = clock_mono_us() - since_us > PATIENCE_US;
	}
}

/* By the client itself: it was never sent. */
static void refuse_size(struct kafka_writer *w, const struct kafka_target *t, const struct record *r)
{
	w->base.refusal = (struct log_refusal){
		.why = LOG_TOO_LARGE,
		.keyed = r->key != NULL,
		.value = r->value,
		.bytes = (size_t)r->key_len + r->value_len,
		.limit = writer_number_setting(w, "message.max.bytes"),
		.setting = "[kafka] message.max.bytes",
	};
	snprintf(w->base.refusal.topic, sizeof w->base.refusal.topic, "%s", t->topic);
}

/* A full queue empties as the broker answers. */
static int append_one(struct kafka_writer *w, struct kafka_target *t, const struct record *r, struct err *err)
{
	int32_t partition = log_partition_of(r, t->partitions);
	int64_t since_us = 0;
	rd_kafka_error_t *e;

	while ((e = produce(w, t, partition, r)) && rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		if (rd_kafka_poll(w->client.rk, 10) > 0 || since_us == 0)
			since_us = clock_mono_us();
		if (clock_mono_us() - since_us > PATIENCE_US)
			return writer_fail_aborted(w, err, e);
		rd_kafka_error_destroy(e);
	}
	if (!e) {
		size_t *lane = &t->lanes[partition];

		if (t->txn != w->txn) {
			t->txn = w->txn;
			t->sample = *r;
		}

		kafka_window_add(&w->window, lane, (r->value ? r->value_len : 0) + (r->key ? r->key_len : 0));
		if (kafka_window_is_full(&w->window, lane))
			window_wait(w, lane);
		return 0;
	}
	if (rd_kafka_error_is_fatal(e) || rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__FATAL) {
		rd_kafka_error_destroy(e);
		return writer_fail_fatal(w, err);
	}
	if (rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		refuse_size(w, t, r);
	if (rd_kafka_error_code(e) == RD_KAFKA_RESP_ERR__STATE) {
		/* The transaction failed behind our back; committing tells why. */
		rd_kafka_error_destroy(e);
		e = rd_kafka_commit_transaction(w->client.rk, STEP_MS);
		if (e && rd_kafka_error_is_fatal(e)) {
			rd_kafka_error_destroy(e);
			return writer_fail_fatal(w, err);
		}
	}
	return writer_fail_aborted(w, err, e);
}

static int check_record(struct kafka_writer *w, const struct kafka_target *t, const struct record *r, struct err *err)
{
	if (r->nheaders > HEADERS_MAX)
		return err_set(err, ERR_DATA, 0, "kafka topic %s: a record has %u headers, at most %d go", t->topic,
				r->nheaders, HEADERS_MAX);
	if (r->partition >= t->partitions)
		return err_set(err, ERR_CONFIG, 0, "kafka topic %s: partition %d was asked for, it has %d", t->topic,
				r->partition, t->partitions);
	return 0;
}

static int ready_to_append(struct kafka_writer *w, struct err *err)
{
	switch (w->state) {
	case OPEN: return 0;
	case IDLE: return begin(w, err);
	case COMMITTING:
		return err_set(err, ERR_FATAL, 0,
				"kafka: transactional id '%s': append before the commit was "
				"finished",
				w->id);
	case DEAD: break;
	}
	return writer_fail_fatal(w, err);
}

int kafka_writer_append(struct log_writer *base, const struct record *records, size_t count, struct err *err)
{
	struct kafka_writer *w = (struct kafka_writer *)base;
	struct kafka_target *t = NULL;
	struct err ignored = { 0 };

	if (count == 0)
		return 0;
	if (ready_to_append(w, err))
		return -1;
	w->records += count;
	for (size_t i = 0; i < count; i++) {
		if (!t || t->topic != records[i].topic)
			t = target_for(w, records[i].topic, err);
		if (!t || check_record(w, t, &records[i], err)) {
			writer_abort_within(w, PATIENCE_US / 1000, &ignored);
			return -1;
		}
		if (append_one(w, t, &records[i], err))
			return -1;
		if ((i & 1023) == 1023)
			rd_kafka_poll(w->client.rk, 0);
	}
	rd_kafka_poll(w->client.rk, 0);
	return 0;
}

/* ---- commit and abort ---- */

/* All delivery reports, as long as they keep coming. */
static int drain(struct kafka_writer *w, struct err *err)
{
	int64_t since_us = clock_mono_us();
	int left = rd_kafka_outq_len(w->client.rk), before = left;

	while (left > 0) {
		kafka_window_turn(&w->window, STEP_MS);
		left = rd_kafka_outq_len(w->client.rk);
		if (left < before) {
			before = left;
			since_us = clock_mono_us();
		} else if (clock_mono_us() - since_us > PATIENCE_US) {
			return kafka_fail(&w->client, err, RD_KAFKA_RESP_ERR__TIMED_OUT, NULL,
					"%d messages of '%s' wait for an answer", left, w->id);
		}
	}
	return 0;
}

int kafka_writer_commit(struct log_writer *base, struct err *err)
{
	struct kafka_writer *w = (struct kafka_writer *)base;
	rd_kafka_error_t *e;

	if (w->state == IDLE)
		return 0;
	if (w->state == DEAD)
		return writer_fail_fatal(w, err);
	if (w->state == OPEN && drain(w, err))
		return -1;
	if (w->state == OPEN)
		learn_gap(w);
	if (w->state == OPEN && w->lost)
		return writer_fail_aborted(w, err, NULL);
	w->state = COMMITTING;
	e = rd_kafka_commit_transaction(w->client.rk, PATIENCE_US / 1000);
	if (!e)
		return writer_txn_ended(w);
	if (rd_kafka_error_is_fatal(e)) {
		rd_kafka_error_destroy(e);
		return writer_fail_fatal(w, err);
	}
	if (rd_kafka_error_txn_requires_abort(e))
		return writer_fail_aborted(w, err, e);
	kafka_fail(&w->client, err, rd_kafka_error_code(e), rd_kafka_error_string(e),
			"the commit of '%s' is not answered yet", w->id);
	err->kind = ERR_UNREACHABLE;
	rd_kafka_error_destroy(e);
	return -1;
}

/* ---- open and close ---- */

/* Waits until what an earlier writer of the id left behind is finished, one way or the other. */
static int init_transactions(struct kafka_writer *w, struct err *err)
{
	int64_t until_us = clock_mono_us() + w->log->base.conf.timeout_ms * 1000;
	rd_kafka_error_t *e;

	while ((e = rd_kafka_init_transactions(w->client.rk, (int)w->log->base.conf.timeout_ms))) {
		if (!rd_kafka_error_is_retriable(e) || clock_mono_us() >= until_us)
			break;
		rd_kafka_error_destroy(e);
	}
	if (!e)
		return 0;
	kafka_fail(&w->client, err, rd_kafka_error_code(e), rd_kafka_error_string(e), "opening transactional id '%s'",
			w->id);
	rd_kafka_error_destroy(e);
	return -1;
}

struct log_writer *kafka_writer_open(struct log *l, const char *id, struct err *err)
{
	struct kafka_writer *w = xcalloc(1, sizeof *w);
	size_t request = atomic_load(&((struct kafka_log *)l)->request_bytes);
	char bytes[24];
	const struct kafka_setting forced[] = {
		{ "transactional.id", id },
		{ "enable.idempotence", "true" },
		{ request ? "batch.size" : NULL, bytes },
		{ NULL, NULL },
	};
	const struct kafka_client_conf how = {
		.type = RD_KAFKA_PRODUCER,
		.presets = presets,
		.forced = forced,
		.hook = producer_hook,
		.owner = w,
	};

	snprintf(bytes, sizeof bytes, "%zu", request);
	w->base.ops = &log_kafka_ops;
	w->log = (struct kafka_log *)l;
	w->id = xstrdup(id);
	w->gap_us = GAP_MIN_US;
	if (kafka_client_open(&w->client, &l->conf, &how, err) || init_transactions(w, err)) {
		kafka_writer_close(&w->base);
		return NULL;
	}
	kafka_window_init(&w->window, w->client.rk);
	return &w->base;
}

static void target_leave(void *target, void *unused)
{
	(void)unused;
	rd_kafka_topic_destroy(((struct kafka_target *)target)->rkt);
}

static void target_free(void *target, void *unused)
{
	(void)unused;
	free(((struct kafka_target *)target)->lanes);
	free(target);
}

void kafka_writer_close(struct log_writer *base)
{
	struct kafka_writer *w = (struct kafka_writer *)base;
	struct err ignored = { 0 };

	if (w->client.rk) {
		if (w->state == OPEN)
			writer_abort_within(w, PATIENCE_US / 1000, &ignored);
		rd_kafka_purge(w->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_flush(w->client.rk, CLOSE_MS);
	}
	name_map_each(&w->targets, target_leave, NULL);
	kafka_client_close(&w->client); /* its last reports know the lanes */
	name_map_each(&w->targets, target_free, NULL);
	name_map_done(&w->targets);
	free(w->id);
	free(w);
}
