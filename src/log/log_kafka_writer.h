/*
 * log_kafka_writer.h - the producer as log_kafka_write.c and log_kafka_write_fault.c share it. Nobody else includes it.
 * @thread one: that which opened the writer; delivery reports come in its own calls.
 */
#ifndef LOG_LOG_KAFKA_WRITER_H
#define LOG_LOG_KAFKA_WRITER_H

#include "core/name_map.h"
#include "log/log_kafka.h"
#include "log/log_kafka_window.h"

enum {
	STEP_MS = 100,		  /* one look at the delivery reports */
	PATIENCE_US = 1000 * 1000 /* a call gives up after so long without progress */
};

enum writer_state { IDLE, OPEN, COMMITTING, DEAD };

struct kafka_target {	   /* a topic that was written to */
	const char *topic; /* interned: equal pointers, equal names */
	rd_kafka_topic_t *rkt;
	int32_t partitions;
	unsigned txn; /* the last transaction that wrote to it, and a record of it */
	struct record sample;
	size_t *lanes; /* by partition: what is on its way, see log_kafka_window.h */
};

struct kafka_writer {
	struct log_writer base;
	struct kafka_log *log;
	struct kafka_client client;
	char *id;
	enum writer_state state;
	int64_t committed_us;	  /* monotonic, when the last transaction ended */
	int64_t begun_us, gap_us; /* monotonic, when this one began; learned */
	size_t records;		  /* in this transaction */
	unsigned txn;		  /* counts transactions */
	bool tries;		  /* only finds out what another one was refused for */
	struct name_map targets;  /* by topic: struct kafka_target */
	struct kafka_window window;
	bool stalled;		  /* in this transaction: the rest is not waited for, the commit says what is wrong */
	rd_kafka_resp_err_t lost; /* of the first message in this transaction that was not delivered */
	struct log_refusal lost_record; /* it, or a larger one of the same request */
};

/*
 * What a failure means for the writer. Each fills err, sets the state, and returns -1, but for a transaction that could
 * be aborted: 0. Those that take a librdkafka error destroy it.
 */
int writer_fail_fatal(struct kafka_writer *w, struct err *err);
int writer_fail_call(struct kafka_writer *w, struct err *err, rd_kafka_error_t *e, const char *doing);
/* Nothing of the transaction is or will be committed; e may be NULL. */
int writer_fail_aborted(struct kafka_writer *w, struct err *err, rd_kafka_error_t *e);
int writer_abort_within(struct kafka_writer *w, int64_t limit_ms, struct err *err);
int writer_txn_ended(struct kafka_writer *w);
size_t writer_number_setting(const struct kafka_writer *w, const char *name); /* as librdkafka has it; 0: unknown */

#endif
