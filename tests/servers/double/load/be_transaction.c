/*
 * be_transaction.c - the transaction interface at the backend: begin, load as often as one likes, prepare, commit or
 * rollback. One request at a time works on a transaction; a second one hears TXN_IN_PROCESSING and comes again.
 * Whatever goes wrong in load or prepare rolls it back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "load/double_be.h"

/* Bodies of answers differ by step: what comes behind Label when the status is OK. */
enum step { STEP_BEGIN, STEP_LOAD, STEP_END, STEP_ROLLBACK };

static int refuse(struct be_call *c, const char *status, const char *fmt, const char *value)
{
	be_fail(c, fmt, value);
	c->status = status;
	return -1;
}

static void answer(struct be_call *c, enum step step, const struct load_counts *counts)
{
	struct be_json j;
	bool good = strcmp(c->status, "OK") == 0;

	be_json_init(&j);
	be_json_text(&j, "Status", c->status);
	if (c->existing != NULL)
		be_json_text(&j, "ExistingJobStatus", c->existing);
	if (strcmp(c->status, "TXN_IN_PROCESSING") == 0)
		be_json_text(&j, "Label", c->label);
	be_json_text(&j, "Message", c->message);
	if (good)
		be_json_text(&j, "Label", c->label);
	if (good && step != STEP_ROLLBACK)
		be_json_number(&j, "TxnId", (int64_t)c->txn_id);
	if (good && step == STEP_BEGIN)
		be_json_number(&j, "BeginTxnTimeMs", 0);
	if (good && step == STEP_END)
		be_json_counts(&j, counts);
	if (good && (step == STEP_LOAD || step == STEP_END)) {
		be_json_number(&j, "LoadBytes", (int64_t)counts->bytes);
		if (step == STEP_END)
			be_json_number(&j, "LoadTimeMs", (clock_mono_us() - c->started_us) / 1000);
		be_json_number(&j, "StreamLoadPlanTimeMs", 0);
		be_json_number(&j, "ReceivedDataTimeMs", (clock_mono_us() - c->started_us) / 1000);
	}
	if (good && step == STEP_END) {
		be_json_number(&j, "WriteDataTimeMs", 0);
		be_json_number(&j, "CommitAndPublishTimeMs", 0);
	}
	if (c->error_url[0] != '\0')
		be_json_text(&j, "ErrorURL", c->error_url);
	be_json_send(&j, c->r);
}

static int64_t seconds_header(const struct http_request *r, const char *name, int64_t preset_ms)
{
	const char *value = http_header(r, name);
	int64_t seconds;

	return value != NULL && num_parse_i64(value, strlen(value), &seconds) && seconds > 0 ? seconds * 1000
											     : preset_ms;
}

static int begin(struct be_call *c)
{
	struct store *st = &c->s->store;

	if (be_find_table(c) != 0)
		return refuse(c, "ANALYSIS_ERROR", "%s", strdupa(c->message));
	c->txn = store_txn_begin(st, c->db, c->label, c->user);
	if (c->txn == NULL) {
		const struct txn *old = store_label(st, c->db, c->label);

		c->existing = old->state == TXN_PREPARE && old->backend == c->backend ? ""
				: old->state >= TXN_COMMITTED			      ? "FINISHED"
										      : "RUNNING";
		return refuse(c, "LABEL_ALREADY_EXISTS",
				*c->existing == '\0' ? "%.0s" : "Label [%s] has already been used.", c->label);
	}
	c->txn->transaction = true;
	c->txn->backend = c->backend;
	c->txn->table = xstrdup(c->table_name);
	c->txn->timeout_ms = seconds_header(c->r, "timeout", c->txn->timeout_ms);
	c->txn->deadline_ms = c->txn->begun_ms + seconds_header(c->r, "idle_transaction_timeout", c->txn->timeout_ms);
	c->txn_id = c->txn->id;
	return 0;
}

static uint64_t header_hash(const struct http_request *r)
{
	static const char *const names[] = {
		"format",
		"columns",
		"jsonpaths",
		"json_root",
		"strip_outer_array",
		"where",
		"partial_update",
		"merge_condition",
		"max_filter_ratio",
		"strict_mode",
		"column_separator",
		"row_delimiter",
		"compression",
	};
	uint64_t h = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = http_header(r, names[i]);

		h = h * 31 + (value != NULL ? row_hash(value, strlen(value)) : i);
	}
	return h;
}

/* Finds the transaction of the label and takes it; under the lock. */
static int take(struct be_call *c, const char *unknown)
{
	struct faults *f = &c->s->faults;
	struct txn *t;

	c->db = store_db(&c->s->store, c->db_name);
	t = c->db != NULL ? store_label(&c->s->store, c->db, c->label) : NULL;
	if (t != NULL && fault_take(f, FAULT_TXN_NOT_EXISTS, NULL)) {
		store_txn_abort(&c->s->store, t, "the backend has lost the transaction");
		t = NULL;
	}
	if (t == NULL || t->state >= TXN_COMMITTED)
		return refuse(c, "TXN_NOT_EXISTS", unknown, c->label);
	if (t->busy || fault_take(f, FAULT_TXN_IN_PROCESSING, NULL))
		return refuse(c, "TXN_IN_PROCESSING", "Transaction in processing, please retry later%.0s", "");
	t->busy = true;
	c->txn = t;
	c->txn_id = t->id;
	return 0;
}

static int plan(struct be_call *c)
{
	struct err err = { 0 };
	uint64_t headers = header_hash(c->r);

	if (be_find_table(c) != 0)
		return refuse(c, "ANALYSIS_ERROR", "%s", strdupa(c->message));
	if (!c->txn->multi && c->txn->table != NULL && strcmp(c->txn->table, c->table_name) != 0)
		return refuse(c, "INVALID_ARGUMENT", "Request table %s not equal transaction table", c->table_name);
	if (c->txn->state != TXN_PREPARE)
		return refuse(c, "INVALID_ARGUMENT", "transaction %s is already prepared", c->label);
	if (!c->txn->multi && c->txn->nloads > 0 && headers != c->txn->headers)
		return refuse(c, "INVALID_ARGUMENT", "load request not equal last.%.0s", "");
	c->txn->headers = headers;
	if (plan_make(c->plan, c->r, c->plan->table, &err) != 0)
		return refuse(c, "INVALID_ARGUMENT", "%s", err.msg);
	/* The declared sizes of all loads of a transaction add up. */
	if (c->plan->json && !c->plan->ignore_json_size && c->r->length > 0 &&
			c->txn->counts.bytes + (uint64_t)c->r->length > (uint64_t)c->s->json_limit)
		return refuse(c, "INVALID_ARGUMENT",
				"The size of this batch exceed the max size of json type data. Set ignore_json_size to "
				"skip the check, although it may lead huge memory consuming.%.0s",
				"");
	return 0;
}

static void add_counts(struct load_counts *to, const struct load_counts *from)
{
	to->total += from->total;
	to->loaded += from->loaded;
	to->filtered += from->filtered;
	to->unselected += from->unselected;
	to->bytes += from->bytes;
}

static int receive(struct be_call *c)
{
	struct txn_part *part = txn_part(&c->s->store, c->txn, c->plan->table);
	struct err err = { 0 };
	struct buf body;
	int result;

	if (part == NULL)
		return refuse(c, "INTERNAL_ERROR", "too many tables in transaction %s", c->label);
	spare_take(&c->s->store.spares, &body, SIZE_MAX / 2);
	result = be_receive(c, &body);
	if (result == 0 && load_body(c->plan, &c->load, part, body.data != NULL ? body.data : "", body.len, &err) != 0)
		result = be_fail(c, "%s", err.msg);
	store_lock(&c->s->store);
	if (result == 0 && table_crowded(&c->s->store, c->plan->table, &err) != 0)
		result = be_fail(c, "%s", err.msg);
	store_unlock(&c->s->store);
	spare_give(&c->s->store.spares, &body);
	if (result == 0) {
		be_write_error_log(c);
		if (c->load.counts.filtered > 0 &&
				(double)c->load.counts.filtered > c->plan->max_filter_ratio *
								(double)(c->load.counts.total -
										c->load.counts.unselected))
			result = be_fail(c, "too many filtered rows");
	}
	if (result != 0)
		c->status = "INTERNAL_ERROR";
	c->txn->nloads++;
	add_counts(&c->txn->counts, &c->load.counts);
	return result;
}

static void give_back(struct be_call *c, bool abort)
{
	store_lock(&c->s->store);
	if (c->txn != NULL && abort)
		store_txn_abort(&c->s->store, c->txn, c->message);
	if (c->txn != NULL)
		store_txn_release(&c->s->store, c->txn);
	store_unlock(&c->s->store);
}

static void load(struct be_call *c)
{
	int result;

	store_lock(&c->s->store);
	result = take(c, "Transaction with label %s not exists");
	if (result == 0)
		result = plan(c);
	if (result == 0 && be_full(c) != 0) {
		c->status = "INTERNAL_ERROR";
		result = -1;
	}
	store_unlock(&c->s->store);
	if (result == 0) {
		load_init(&c->load, c->plan);
		result = receive(c);
	}
	give_back(c, result != 0);
	if (result != -2)
		answer(c, STEP_LOAD, &c->load.counts);
	load_done(&c->load);
	plan_done(c->plan);
}

/* prepare and commit; under the lock. A commit may skip the prepare. */
static int end(struct be_call *c, bool commit)
{
	struct store *st = &c->s->store;
	struct err err = { 0 };

	if (take(c, "transaction with label %s not exists") != 0)
		return -1;
	if (c->txn->nloads == 0 && c->txn->state == TXN_PREPARE) {
		store_txn_abort(st, c->txn, "no data");
		return refuse(c, "INTERNAL_ERROR", "transaction %s hasn't send any data yet", c->label);
	}
	if (c->s->version->number >= 30500)
		c->txn->prepared_timeout_ms = seconds_header(c->r, "prepared_timeout", c->txn->prepared_timeout_ms);
	c->txn->load_ms = store_now_ms(st);
	if (commit)
		store_txn_commit(st, c->txn, &err);
	else if (c->txn->state == TXN_PREPARE)
		store_txn_prepare(st, c->txn, &err);
	if (err.kind != ERR_NONE)
		return refuse(c, "INTERNAL_ERROR", "%s", err.msg);
	return 0;
}

static void end_and_answer(struct be_call *c, bool commit)
{
	struct load_counts counts = { 0 };
	bool cut;

	if (commit)
		server_commit_wait(c->s);
	store_lock(&c->s->store);
	if (end(c, commit) == 0) {
		counts = c->txn->counts;
		c->committed = commit;
	}
	if (c->txn != NULL)
		store_txn_release(&c->s->store, c->txn);
	store_unlock(&c->s->store);
	if (c->committed) {
		atomic_fetch_add(&c->s->loads, 1);
		atomic_fetch_add(&c->s->rows, counts.loaded);
		atomic_fetch_add(&c->s->bytes, counts.bytes);
	}
	cut = c->committed && fault_take(&c->s->faults, FAULT_CUT_AFTER_COMMIT, NULL);
	if (!cut)
		answer(c, STEP_END, &counts);
}

static void rollback(struct be_call *c)
{
	store_lock(&c->s->store);
	if (take(c, "transaction with label %s not exists") == 0) {
		c->txn->busy = false;
		store_txn_abort(&c->s->store, c->txn, "transaction is aborted by user.");
	}
	store_unlock(&c->s->store);
	answer(c, STEP_ROLLBACK, NULL);
}

static void begin_and_answer(struct be_call *c)
{
	store_lock(&c->s->store);
	begin(c);
	store_unlock(&c->s->store);
	answer(c, STEP_BEGIN, NULL);
}

static bool is_multi(const struct be_call *c, const char *op)
{
	const char *type = http_header(c->r, "transaction_type");

	return c->s->version->number >= 40000 && type != NULL && strcasecmp(type, "multi") == 0 &&
			strcmp(op, "load") != 0;
}

static int check(struct be_call *c, const char *op)
{
	if (!be_auth(c))
		return refuse(c, "ANALYSIS_ERROR", "%s", strdupa(c->message));
	if (is_multi(c, op))
		return refuse(c, "INVALID_ARGUMENT",
				"Multi-statement transaction requests can only be sent to FE nodes, not BE nodes%.0s",
				"");
	if (c->label[0] == '\0')
		return refuse(c, "INVALID_ARGUMENT", "Empty label.%.0s", "");
	if (c->db_name == NULL)
		return refuse(c, "INVALID_ARGUMENT", "No database selected.%.0s", "");
	if (c->s->nodes.be[c->backend].state == NODE_DRAINED || fault_take(&c->s->faults, FAULT_SHUTTING_DOWN, NULL))
		return refuse(c, "SERVICE_UNAVAILABLE", "Service is shutting down, please retry later!%.0s", "");
	if (c->table_name == NULL && (strcmp(op, "begin") == 0 || strcmp(op, "load") == 0))
		return refuse(c, "INVALID_ARGUMENT", "Empty table.%.0s", "");
	return 0;
}

void be_transaction(struct server *s, unsigned backend, struct http_request *r, const char *op)
{
	struct be_call *c = xcalloc(1, sizeof(*c));
	const char *label = http_header(r, "label");

	*c = (struct be_call){
		.s = s,
		.backend = backend,
		.r = r,
		.db_name = http_header(r, "db"),
		.table_name = http_header(r, "table"),
		.status = "OK",
		.started_us = clock_mono_us(),
	};
	c->plan = xcalloc(1, sizeof(*c->plan));
	snprintf(c->label, sizeof(c->label), "%s", label != NULL ? label : "");
	if (check(c, op) != 0)
		answer(c, STEP_ROLLBACK, NULL);
	else if (strcmp(op, "begin") == 0)
		begin_and_answer(c);
	else if (strcmp(op, "load") == 0)
		load(c);
	else if (strcmp(op, "prepare") == 0 || strcmp(op, "commit") == 0)
		end_and_answer(c, *op == 'c');
	else if (strcmp(op, "rollback") == 0)
		rollback(c);
	else
		http_reply(r, 404, NULL, "text/html", "Not Found", 9);
	free(c->plan);
	free(c);
}
