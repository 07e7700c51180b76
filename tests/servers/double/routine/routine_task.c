/*
 * routine_task.c - a Routine Load job at work. A task takes what the topic has, at most so many messages, makes one
 * transaction of it and commits rows and offsets in one record of the log, so that a kill between two tasks neither
 * loses nor repeats a row.
 *
 * @thread one for each job; it alone uses the consumer.
 */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "routine/double_routine.h"

enum { TASK_ROWS = 50000, TASK_MS = 2000, ASK_MS = 5000, POLL_MS = 100, LOOK_MS = 50 };

struct worker {
	struct server *s;
	struct routine *j;
	rd_kafka_t *kafka;
	unsigned changes; /* of the job, when the consumer was made */
};

struct task {
	struct worker *w;
	struct txn *txn;
	struct table *table;
	struct plan *plan;
	struct load load;
	struct routine_partition at[ROUTINE_PARTITIONS_MAX]; /* the job's, then as far as this task has come */
	bool ended[ROUTINE_PARTITIONS_MAX];
	unsigned n, open;
	uint64_t messages;
	int code; /* why the job is paused; 0: it is not */
	char why[400];
};

static int task_fail(struct task *t, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static int task_fail(struct task *t, int code, const char *fmt, ...)
{
	va_list ap;

	t->code = code;
	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return -1;
}

/* ---- the consumer ---- */

static rd_kafka_t *consumer_new(const struct routine_properties *kafka, const char *name, char *why, size_t size)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const char *group = routine_get(kafka, "property.group.id");
	const char *own[][2] = {
		{ "bootstrap.servers", routine_get(kafka, "kafka_broker_list") },
		{ "group.id", group != NULL ? group : name },
		{ "auto.offset.reset", "error" },
		{ "enable.auto.commit", "false" },
		{ "enable.partition.eof", "true" },
	};
	rd_kafka_conf_res_t good = RD_KAFKA_CONF_OK;
	rd_kafka_t *rk = NULL;

	for (size_t i = 0; i < sizeof(own) / sizeof(*own) && good == RD_KAFKA_CONF_OK; i++)
		good = rd_kafka_conf_set(conf, own[i][0], own[i][1], why, size);
	for (unsigned i = 0; i < kafka->count && good == RD_KAFKA_CONF_OK; i++)
		if (strncmp(kafka->items[i].key, "property.", 9) == 0 &&
				strncmp(kafka->items[i].key, "property.kafka_", 15) != 0)
			good = rd_kafka_conf_set(conf, kafka->items[i].key + 9, kafka->items[i].value, why, size);
	if (good == RD_KAFKA_CONF_OK)
		rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, size);
	if (rk == NULL)
		rd_kafka_conf_destroy(conf);
	else
		rd_kafka_poll_set_consumer(rk);
	return rk;
}

static const struct rd_kafka_metadata *topic_look(rd_kafka_t *rk, const char *topic, char *why, size_t size)
{
	const struct rd_kafka_metadata *m = NULL;
	rd_kafka_topic_t *handle = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_resp_err_t rc = rd_kafka_metadata(rk, 0, handle, &m, ASK_MS);

	rd_kafka_topic_destroy(handle);
	if (rc == RD_KAFKA_RESP_ERR_NO_ERROR && m->topic_cnt == 1)
		rc = m->topics[0].err;
	if (rc == RD_KAFKA_RESP_ERR_NO_ERROR)
		return m;
	snprintf(why, size, "%s", rd_kafka_err2str(rc));
	if (m != NULL)
		rd_kafka_metadata_destroy(m);
	return NULL;
}

int routine_topic_check(const struct routine *j, struct err *err)
{
	const struct rd_kafka_metadata *m = NULL;
	char why[300] = "";
	rd_kafka_t *rk = consumer_new(&j->kafka, j->name, why, sizeof(why));

	if (rk != NULL)
		m = topic_look(rk, routine_get(&j->kafka, "kafka_topic"), why, sizeof(why));
	if (m == NULL)
		err_set(err, ERR_DATA, 1064,
				"Getting analyzing error. Detail message: failed to get partition meta of kafka topic: %s, error: %s.",
				routine_get(&j->kafka, "kafka_topic"), why);
	else
		rd_kafka_metadata_destroy(m);
	if (rk != NULL)
		rd_kafka_destroy(rk);
	return m != NULL ? 0 : -1;
}

static int consumer_ready(struct task *t, const struct routine_properties *kafka, unsigned changes)
{
	struct worker *w = t->w;
	char why[300] = "";

	if (w->kafka != NULL && w->changes == changes)
		return 0;
	if (w->kafka != NULL)
		rd_kafka_destroy(w->kafka);
	w->changes = changes;
	w->kafka = consumer_new(kafka, w->j->name, why, sizeof(why));
	return w->kafka != NULL ? 0 : task_fail(t, ROUTINE_TASK_ABORT, "be 10001 abort task with reason: %s", why);
}

/* ---- what there is to read ---- */

static int partitions_look(struct task *t, const char *topic, bool pinned, int64_t fresh)
{
	char why[300] = "";
	const struct rd_kafka_metadata *m = topic_look(t->w->kafka, topic, why, sizeof(why));
	unsigned i;

	if (m == NULL)
		return task_fail(t, ROUTINE_PARTITIONS, "Job failed to fetch all current partition with error [%s]",
				why);
	for (int k = 0; k < m->topics[0].partition_cnt && !pinned; k++) {
		for (i = 0; i < t->n && t->at[i].id != m->topics[0].partitions[k].id; i++)
			;
		if (i == t->n && t->n < ROUTINE_PARTITIONS_MAX)
			t->at[t->n++] = (struct routine_partition){ m->topics[0].partitions[k].id, fresh, -1 };
	}
	rd_kafka_metadata_destroy(m);
	return 0;
}

/* Where each partition begins and ends; the open ones are those with something to read. */
static int offsets_look(struct task *t, const char *topic)
{
	for (unsigned i = 0; i < t->n; i++) {
		struct routine_partition *p = &t->at[i];
		rd_kafka_resp_err_t rc;
		int64_t low = 0;

		rc = rd_kafka_query_watermark_offsets(t->w->kafka, topic, p->id, &low, &p->latest, ASK_MS);
		if (rc != RD_KAFKA_RESP_ERR_NO_ERROR)
			return task_fail(t, ROUTINE_PARTITIONS,
					"Job failed to fetch all current partition with error [%s]",
					rd_kafka_err2str(rc));
		if (p->next == ROUTINE_OFFSET_BEGINNING)
			p->next = low;
		else if (p->next == ROUTINE_OFFSET_END)
			p->next = p->latest;
		if (p->next > p->latest || p->next < low)
			return task_fail(t, ROUTINE_TASK_ABORT,
					"FE aborts the task with reason: failed to check offset of partition %d: the expected offset is %lld, "
					"but the partition has offsets from %lld to %lld",
					p->id, (long long)p->next, (long long)low, (long long)p->latest);
		t->ended[i] = p->next == p->latest;
		t->open += !t->ended[i];
	}
	return 0;
}

static void assign(struct task *t, const char *topic)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)t->n);

	for (unsigned i = 0; i < t->n; i++)
		if (!t->ended[i])
			rd_kafka_topic_partition_list_add(list, topic, t->at[i].id)->offset = t->at[i].next;
	rd_kafka_assign(t->w->kafka, list);
	rd_kafka_topic_partition_list_destroy(list);
}

/* ---- rows ---- */

static int take_message(struct task *t, const rd_kafka_message_t *m)
{
	struct txn_part *part = txn_part(&t->w->s->store, t->txn, t->table);
	struct err err = { 0 };
	unsigned i;

	for (i = 0; i < t->n && t->at[i].id != m->partition; i++)
		;
	if (i == t->n)
		return 0;
	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) { /* past the markers of transactions, too */
		t->at[i].next = m->offset;
		t->open -= !t->ended[i];
		t->ended[i] = true;
		return 0;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return task_fail(t, ROUTINE_TASK_ABORT, "be 10001 abort task with reason: %s",
				rd_kafka_message_errstr(m));
	t->at[i].next = m->offset + 1;
	t->messages++;
	if (m->len == 0) {
		load_filter(&t->load, "Empty JSON object value", "", 0);
		return 0;
	}
	if (load_body(t->plan, &t->load, part, m->payload, m->len, &err) == 0)
		return 0;
	if (part->rows.failed)
		return task_fail(t, ROUTINE_TASK_ABORT, "be 10001 abort task with reason: %s", err.msg);
	load_filter(&t->load, err.msg, m->payload, m->len);
	return 0;
}

static int consume(struct task *t)
{
	int64_t until_us = clock_mono_us() + TASK_MS * 1000;
	int result = 0;

	while (result == 0 && t->open > 0 && t->messages < TASK_ROWS && clock_mono_us() < until_us) {
		rd_kafka_message_t *m = rd_kafka_consumer_poll(t->w->kafka, POLL_MS);

		if (m == NULL)
			continue;
		/* An error of a broker passes; those of a partition do not. */
		if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR || m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ||
				m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
			result = take_message(t, m);
		rd_kafka_message_destroy(m);
	}
	return result;
}

/* ---- one task ---- */

static bool is_due(const struct routine *j)
{
	return j->state == ROUTINE_NEED_SCHEDULE || j->state == ROUTINE_RUNNING;
}

static int begin(struct task *t, struct routine *j)
{
	char *label = xasprintf("%s-%llu-%llu", j->name, (unsigned long long)j->id,
			(unsigned long long)clock_wall_us());
	struct err err = { 0 };
	int result = 0;

	store_lock(&t->w->s->store);
	t->table = store_table(j->db, j->table_name);
	if (!is_due(j) || t->table == NULL)
		result = -1;
	else if (routine_plan(j, t->table, t->plan, &err) != 0)
		result = task_fail(t, ROUTINE_TASK_ABORT, "FE aborts the task with reason: %s", err.msg);
	if (result == 0) {
		t->txn = store_txn_begin(&t->w->s->store, j->db, label, "root");
		t->txn->table = xstrdup(j->table_name);
		t->txn->busy = true;
	}
	store_unlock(&t->w->s->store);
	free(label);
	return result;
}

static void write_error_log(struct task *t, struct routine *j)
{
	struct server *s = t->w->s;
	char *path;
	FILE *f;

	if (t->load.counts.filtered == 0 || t->load.errors.len == 0)
		return;
	path = xasprintf("%s/error_log/error_log_%llx_1", s->store.dir, (unsigned long long)t->txn->id);
	f = fopen(path, "we");
	if (f != NULL) {
		fwrite(t->load.errors.data, 1, t->load.errors.len, f);
		fclose(f);
	}
	free(path);
	free(j->error_url);
	j->error_url = xasprintf("http://127.0.0.1:%u/api/_load_error_log?file=error_log_%llx_1", server_be_port(s, 0),
			(unsigned long long)t->txn->id);
}

/* Errors count in a window of ten times max_batch_rows. */
static void count(struct task *t, struct routine *j)
{
	const struct load_counts *n = &t->load.counts;
	struct store *st = &t->w->s->store;

	j->total += n->total;
	j->errors += n->filtered;
	j->unselected += n->unselected;
	j->bytes += n->bytes;
	j->window_rows += n->total;
	j->window_errors += n->filtered;
	if (j->window_errors > (uint64_t)routine_number(j, "max_error_number", 0)) {
		char *text = xasprintf(
				"Current error rows: %llu is more than max error num: %lld. Check the 'TrackingSQL' field for detailed information.",
				(unsigned long long)j->window_errors,
				(long long)routine_number(j, "max_error_number", 0));

		routine_pause(st, j, ROUTINE_BAD_ROWS, text);
		free(text);
	} else if (j->window_rows > 10 * (uint64_t)routine_number(j, "max_batch_rows", 200000)) {
		j->window_rows = j->window_errors = 0;
	}
}

static void commit(struct task *t, struct routine *j)
{
	struct store *st = &t->w->s->store;
	struct err err = { 0 };
	struct buf progress;

	buf_init(&progress, 1 << 20);
	server_commit_wait(t->w->s);
	store_lock(st);
	store_txn_release(st, t->txn);
	if (t->code != 0 || !is_due(j) || j->changes != t->w->changes || t->table->dropped ||
			t->txn->state != TXN_PREPARE) {
		store_txn_abort(st, t->txn, t->code != 0 ? t->why : "the job is not running");
		j->aborted++;
	} else if (fault_take(&t->w->s->faults, FAULT_ROUTINE_ABORT, NULL)) {
		store_txn_abort(st, t->txn, "the task is aborted on purpose");
		free(j->other);
		j->other = xstrdup("previous task aborted because of the task is aborted on purpose");
		j->aborted++;
	} else {
		buf_printf(&progress, "%llu", (unsigned long long)j->id);
		for (unsigned i = 0; i < t->n; i++)
			buf_printf(&progress, " %d=%lld", t->at[i].id, (long long)t->at[i].next);
		t->txn->progress = buf_take(&progress);
		t->txn->counts = t->load.counts;
		t->txn->load_ms = store_now_ms(st);
		txn_part(st, t->txn, t->table)->nrows = t->load.counts.loaded;
		store_txn_commit(st, t->txn, &err);
		routine_progress_take(st, t->txn->progress);
		j->committed++;
		write_error_log(t, j);
		count(t, j);
	}
	store_unlock(st);
	buf_done(&progress);
}

/* Under the lock: what the task needs of the job, so that it can ask Kafka without. */
static void task_take(struct task *t, struct routine *j, struct routine_properties *kafka)
{
	*kafka = j->kafka;
	t->n = j->npartitions;
	memcpy(t->at, j->partitions, j->npartitions * sizeof(*t->at));
	j->state = ROUTINE_RUNNING;
}

static int64_t fresh_offset(const struct routine_properties *kafka)
{
	const char *word = routine_get(kafka, "property.kafka_default_offsets");

	return word != NULL && strcmp(word, "OFFSET_BEGINNING") == 0 ? ROUTINE_OFFSET_BEGINNING : ROUTINE_OFFSET_END;
}

static int task_read(struct task *t, const struct routine_properties *kafka, unsigned changes)
{
	struct routine *j = t->w->j;
	const char *topic = routine_get(kafka, "kafka_topic");
	bool stalled = fault_take(&t->w->s->faults, FAULT_ROUTINE_STALL, NULL);
	int64_t code = 0;

	if (fault_take(&t->w->s->faults, FAULT_ROUTINE_PAUSE, &code))
		return task_fail(t, (int)code, "the job is paused on purpose");
	if (consumer_ready(t, kafka, changes) != 0 || partitions_look(t, topic, j->pinned, fresh_offset(kafka)) != 0 ||
			offsets_look(t, topic) != 0)
		return -1;
	store_lock(&t->w->s->store); /* what the log has is shown also when there is nothing to do */
	for (unsigned i = 0; i < t->n; i++) {
		struct routine_partition *p = routine_partition(j, t->at[i].id);

		if (p != NULL)
			p->latest = t->at[i].latest;
		if (p != NULL && p->next < 0)
			p->next = t->at[i].next;
	}
	store_unlock(&t->w->s->store);
	if (t->open == 0 || stalled || begin(t, j) != 0)
		return t->code != 0 ? -1 : 0;
	load_init(&t->load, t->plan);
	assign(t, topic);
	consume(t);
	rd_kafka_assign(t->w->kafka, NULL);
	commit(t, j);
	load_done(&t->load);
	return 0;
}

/* A task runs on a backend: without one the job waits. */
static bool has_backend(const struct server *s)
{
	for (unsigned i = 0; i < s->nbackends; i++)
		if (node_takes_loads(&s->nodes.be[i]))
			return true;
	return false;
}

static void task_run(struct worker *w)
{
	struct task *t = xcalloc(1, sizeof(*t));
	struct routine_properties kafka;
	struct routine *j = w->j;
	int64_t begun_us = clock_mono_us();
	unsigned changes = 0;
	bool due;

	t->w = w;
	t->plan = xcalloc(1, sizeof(*t->plan));
	store_lock(&w->s->store);
	due = is_due(j) && has_backend(w->s);
	changes = j->changes;
	if (due)
		task_take(t, j, &kafka);
	store_unlock(&w->s->store);
	if (due)
		task_read(t, &kafka, changes);
	store_lock(&w->s->store);
	if (due && t->code != 0 && is_due(j) && j->changes == changes)
		routine_pause(&w->s->store, j, t->code, t->why);
	j->tasks += due;
	j->task_ms += (uint64_t)(clock_mono_us() - begun_us) / 1000;
	store_unlock(&w->s->store);
	plan_done(t->plan);
	free(t->plan);
	free(t);
}

/* A job without its table ends. */
static bool is_over(struct worker *w)
{
	struct routine *j = w->j;
	struct store *st = &w->s->store;
	char text[300];
	bool over;

	store_lock(st);
	if (j->state < ROUTINE_STOPPED && j->db->dropped) {
		snprintf(text, sizeof(text), "db %.200s not exist", j->db_name);
		routine_cancel(st, j, ROUTINE_DB, text);
	} else if (j->state < ROUTINE_STOPPED && store_table(j->db, j->table_name) == NULL) {
		routine_cancel(st, j, ROUTINE_TABLE, "table not exist");
	}
	over = j->state >= ROUTINE_STOPPED;
	store_unlock(st);
	return over;
}

static void *worker_thread(void *arg)
{
	struct worker *w = arg;

	while (!is_over(w)) {
		task_run(w);
		clock_sleep_ms((int)w->s->routine_gap_ms);
	}
	if (w->kafka != NULL)
		rd_kafka_destroy(w->kafka);
	free(w);
	return NULL;
}

static void *start_thread(void *arg)
{
	struct server *s = arg;
	pthread_t thread;

	for (;; clock_sleep_ms(LOOK_MS)) {
		store_lock(&s->store);
		for (struct routine *j = s->store.routines; j != NULL; j = j->next) {
			struct worker *w;

			if (j->has_thread || j->state >= ROUTINE_STOPPED)
				continue;
			w = xcalloc(1, sizeof(*w));
			*w = (struct worker){ .s = s, .j = j };
			j->has_thread = pthread_create(&thread, NULL, worker_thread, w) == 0;
			if (j->has_thread)
				pthread_detach(thread);
			else
				free(w);
		}
		store_unlock(&s->store);
	}
	return NULL;
}

void routines_start(struct server *s)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, start_thread, s) == 0)
		pthread_detach(thread);
}
