/*
 * log_kafka_write_fault.c - what a failure of the producer means: is the writer of use any more, what became of the
 * transaction, and which record or topic does the broker refuse.
 */
#include "log/log_kafka_writer.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

enum { REQUEST_HEAD = 512 }; /* of a request that holds one message: its own bytes, and a record's */

static int fail_fenced(struct kafka_writer *w, struct err *err, rd_kafka_resp_err_t code)
{
	w->state = DEAD;
	return err_set(err, ERR_FENCED, code,
			"kafka %s: transactional id '%s': another writer has taken it over, or a "
			"transaction outlived "
			"transaction.timeout.ms; see that one millrace only runs under this name, then start "
			"again",
			w->client.servers, w->id);
}

/* The producer is of no use any more. What it had sent may or may not be committed. */
int writer_fail_fatal(struct kafka_writer *w, struct err *err)
{
	char text[256] = "";
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(w->client.rk, text, sizeof text);

	if (kafka_kind(code) == ERR_FENCED)
		return fail_fenced(w, err, code);
	w->state = DEAD;
	kafka_fail(&w->client, err, code, code ? text : "this writer has ended", "transactional id '%s'", w->id);
	err->kind = ERR_FATAL;
	return -1;
}

/*
 * A broker that comes back may for a moment know none of its topics. librdkafka (seen with 2.0.2) then drops the
 * messages, but goes on to believe that their partitions are part of the next transaction, and would write outside of
 * any.
 */
static bool spoils_producer(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

/* Takes the error of a call that begins or ends a transaction. */
int writer_fail_call(struct kafka_writer *w, struct err *err, rd_kafka_error_t *e, const char *doing)
{
	bool fatal = rd_kafka_error_is_fatal(e);

	if (!fatal)
		kafka_fail(&w->client, err, rd_kafka_error_code(e), rd_kafka_error_string(e), "%s '%s'", doing, w->id);
	rd_kafka_error_destroy(e);
	return fatal ? writer_fail_fatal(w, err) : -1;
}

int writer_txn_ended(struct kafka_writer *w)
{
	w->state = IDLE;
	w->committed_us = clock_mono_us();
	return 0;
}

/*
 * A producer that cannot abort in time is given up. Its broker may only be away, but a librdkafka (seen with 2.0.2) whose
 * broker was killed at a bad moment waits for its last messages for ever; the next writer ends the transaction at once.
 */
int writer_abort_within(struct kafka_writer *w, int64_t limit_ms, struct err *err)
{
	rd_kafka_error_t *e = rd_kafka_abort_transaction(w->client.rk, (int)limit_ms);

	if (!e)
		return writer_txn_ended(w);
	writer_fail_call(w, err, e, "aborting the transaction of");
	if (w->state != DEAD)
		err->kind = ERR_FATAL;
	w->state = DEAD;
	return -1;
}

/* ---- which topic is it? ---- */

size_t writer_number_setting(const struct kafka_writer *w, const char *name)
{
	char value[32];
	size_t size = sizeof value;

	return rd_kafka_conf_get(rd_kafka_conf(w->client.rk), name, value, &size) == RD_KAFKA_CONF_OK
			? strtoull(value, NULL, 10)
			: 0;
}

/*
 * A broker limits requests, not messages. As long as requests are larger than the topic takes, or than the message, a
 * smaller one may pass: the next writer makes them so.
 */
static void explain_size(struct kafka_writer *w, struct err *err)
{
	struct log_refusal *r = &w->lost_record;
	size_t request = writer_number_setting(w, "batch.size"), smaller;
	struct err unknown = { 0 };

	r->limit = kafka_topic_limit(&w->log->base, r->topic, &unknown);
	smaller = r->limit > 2 * REQUEST_HEAD ? r->limit - REQUEST_HEAD : request / 2;
	if (request > r->bytes + REQUEST_HEAD && smaller < request) {
		atomic_store(&w->log->request_bytes, smaller);
		err_set(err, ERR_RETRY, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
				"kafka %s: topic %s takes no request of %zu bytes (max.message.bytes = %zu): requests are made smaller",
				w->client.servers, r->topic, request, r->limit);
		return;
	}
	r->why = LOG_TOO_LARGE;
	r->setting = "max.message.bytes of the topic";
}

struct denied {
	struct kafka_writer *probe;
	unsigned txn;
	const char *topic;
};

/* Writes one record of the failed transaction alone, in a transaction that is aborted: is it this topic? */
static void try_target(void *target, void *arg)
{
	const struct kafka_target *t = target;
	struct denied *d = arg;
	int64_t until_us = clock_mono_us() + PATIENCE_US;
	struct err why = { 0 };

	if (d->topic || t->txn != d->txn)
		return;
	if (kafka_writer_append(&d->probe->base, &t->sample, 1, &why) == 0)
		while (rd_kafka_outq_len(d->probe->client.rk) > 0 && clock_mono_us() < until_us)
			rd_kafka_flush(d->probe->client.rk, STEP_MS);
	if (why.kind == ERR_DENIED || rd_kafka_outq_len(d->probe->client.rk) > 0 || d->probe->lost)
		d->topic = t->topic;
	else
		writer_abort_within(d->probe, PATIENCE_US / 1000, &why);
}

/*
 * The broker refuses the transaction as a whole, the client says for which topic in a line for people only, and this
 * producer (seen with librdkafka 2.0.2) is of no use after that: another one under the same id tries the topics.
 */
static void explain_denied(struct kafka_writer *w)
{
	struct err ignored = { 0 };
	struct denied d = {
		.probe = (struct kafka_writer *)kafka_writer_open(&w->log->base, w->id, &ignored),
		.txn = w->txn,
	};

	w->lost_record = (struct log_refusal){ 0 };
	if (d.probe == NULL)
		return;
	d.probe->tries = true;
	name_map_each(&w->targets, try_target, &d);
	if (d.topic) {
		w->lost_record.why = LOG_TOPIC_DENIED;
		snprintf(w->lost_record.topic, sizeof w->lost_record.topic, "%s", d.topic);
	}
	kafka_writer_close(&d.probe->base);
	w->state = DEAD;
}

static void explain_refusal(struct kafka_writer *w, rd_kafka_resp_err_t code, struct err *err)
{
	if (w->tries)
		return;
	if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE && w->lost)
		explain_size(w, err);
	else if (code == RD_KAFKA_RESP_ERR_INVALID_RECORD && w->lost)
		w->lost_record.why = LOG_NEEDS_KEY;
	else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED && w->lost)
		w->lost_record.why = LOG_TOPIC_DENIED;
	else if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
		explain_denied(w);
	else
		return;
	w->base.refusal = w->lost_record;
	if (w->base.refusal.why == LOG_NEEDS_KEY)
		w->base.refusal.setting = "cleanup.policy of the topic";
}

/* Takes the error. Nothing of the transaction is or will be committed. */
int writer_fail_aborted(struct kafka_writer *w, struct err *err, rd_kafka_error_t *e)
{
	rd_kafka_resp_err_t code = w->lost ? w->lost : e ? rd_kafka_error_code(e) : RD_KAFKA_RESP_ERR__FAIL;
	struct err ignored = { 0 };

	if (w->lost)
		kafka_fail(&w->client, err, code, NULL, "writing to topic %s", w->lost_record.topic);
	else
		kafka_fail(&w->client, err, code, e ? rd_kafka_error_string(e) : NULL, "transaction of '%s' aborted",
				w->id);
	if (e)
		rd_kafka_error_destroy(e);
	if (err->kind == ERR_FENCED)
		return fail_fenced(w, err, code);
	if (err->kind == ERR_UNREACHABLE || err->kind == ERR_FATAL)
		err->kind = ERR_RETRY;			      /* the outcome is known */
	writer_abort_within(w, PATIENCE_US / 1000, &ignored); /* what it cannot finish now, the next writer does */
	if (spoils_producer(code)) {
		w->state = DEAD;
		err->kind = ERR_FATAL;
	}
	explain_refusal(w, code, err);
	return -1;
}
