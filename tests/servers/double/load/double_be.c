/*
 * double_be.c - Stream Load at the backend. The order of the checks is what counts: all that the headers can tell is
 * told before "100 Continue", the label is taken before the body comes, and a load that fails after that gives its
 * label free.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "load/double_be.h"

#define BODY_LIMIT_MB 102400

int be_fail(struct be_call *c, const char *fmt, ...)
{
	va_list ap;

	c->status = "Fail";
	va_start(ap, fmt);
	vsnprintf(c->message, sizeof(c->message), fmt, ap);
	va_end(ap);
	return -1;
}

bool be_auth(struct be_call *c)
{
	char password[256], expected[256];

	if (!http_basic_auth(c->r, c->user, sizeof(c->user), password, sizeof(password)))
		return be_fail(c, "no valid Basic authorization") == 0;
	if (!server_password(c->s, c->user, expected, sizeof(expected)) || strcmp(expected, password) != 0)
		return be_fail(c, "Access denied for %s@127.0.0.1", c->user) == 0;
	return true;
}

static int check_size(struct be_call *c)
{
	const char *format = http_header(c->r, "format");
	int64_t limit = c->s->json_limit;

	if (c->r->length > (int64_t)BODY_LIMIT_MB << 20)
		return be_fail(c,
				"body size %lld exceed limit: %lld, You can increase the limit by setting streaming_load_max_mb in be.conf.",
				(long long)c->r->length, (long long)BODY_LIMIT_MB << 20);
	if (format == NULL || strcmp(format, "json") != 0 || http_is_true(c->r, "ignore_json_size"))
		return 0;
	fault_take(&c->s->faults, FAULT_JSON_TOO_BIG, &limit);
	if (c->r->length <= limit) /* a chunked body has no declared length and is never checked */
		return 0;
	return be_fail(c,
			"The size of this batch exceed the max size [%lld]  of json type data  data [ %lld ]. Set ignore_json_size to skip "
			"the check, although it may lead huge memory consuming.",
			(long long)limit, (long long)c->r->length);
}

int be_refused(struct be_call *c)
{
	struct faults *f = &c->s->faults;
	int64_t mode;

	if (c->s->nodes.be[c->backend].state == NODE_DRAINED || fault_take(f, FAULT_SHUTTING_DOWN, NULL))
		return be_fail(c, "Service is shutting down, please retry later!");
	if (fault_take(f, FAULT_BUSY, NULL))
		return be_fail(c, "Stream Load exceed http cuncurrent limit 1, please try again later");
	if (fault_take(f, FAULT_READ_ONLY, &mode))
		return be_fail(c,
				mode ? "disable_load_job is set to true, all load jobs are prevented"
				     : "The cluster is under safe mode state, all load jobs are rejected.");
	if (c->r->length < 0 && !c->r->chunked)
		return be_fail(c, "There is no Content-Length and no chunked transfer encoding");
	return check_size(c);
}

int be_full(struct be_call *c)
{
	return c->s->nodes.be[c->backend].state != NODE_FULL
			? 0
			: be_fail(c, "disk -1219515794714216342 on backend %u exceed limit usage", 10001 + c->backend);
}

int be_find_table(struct be_call *c)
{
	struct table *table;

	c->db = store_db(&c->s->store, c->db_name);
	if (c->db == NULL)
		return be_fail(c, "unknown database, database=%.200s", c->db_name);
	table = store_table(c->db, c->table_name);
	if (table == NULL)
		return be_fail(c, "unknown table \"%.200s.%.200s\"", c->db_name, c->table_name);
	c->plan->table = table;
	return 0;
}

static bool label_is_good(const char *label)
{
	size_t len = strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

	return len >= 1 && len <= 128 && label[len] == '\0';
}

/* Merge commit (3.4 and later): the user's label is a request id, the server makes its own. */
static void choose_label(struct be_call *c)
{
	const char *label = http_header(c->r, "label");
	bool merged = c->s->version->number >= 30400 && http_is_true(c->r, "enable_merge_commit");

	if (merged)
		snprintf(c->request_id, sizeof(c->request_id), "%s", label != NULL ? label : "");
	if (label != NULL && *label != '\0' && !merged)
		snprintf(c->label, sizeof(c->label), "%s", label);
	else
		snprintf(c->label, sizeof(c->label), "%s%016llx-%08llx", merged ? "merge_commit_" : "",
				(unsigned long long)c->started_us,
				(unsigned long long)atomic_fetch_add(&c->s->next_connection, 1));
}

static int begin(struct be_call *c)
{
	struct store *st = &c->s->store;
	const struct txn *old;

	if (!label_is_good(c->label))
		return be_fail(c, "Label format error. regex: ^[-\\w]{1,128}$, label: %.200s", c->label);
	c->txn = store_txn_begin(st, c->db, c->label, c->user);
	if (c->txn == NULL) {
		old = store_label(st, c->db, c->label);
		c->status = "Label Already Exists";
		c->existing = old->state == TXN_COMMITTED || old->state == TXN_VISIBLE ? "FINISHED" : "RUNNING";
		snprintf(c->message, sizeof(c->message), "Label [%s] has already been used.", c->label);
		return -1;
	}
	c->txn->busy = true;
	c->txn->backend = c->backend;
	c->txn->table = xstrdup(c->table_name);
	c->txn_id = c->txn->id;
	return 0;
}

/* Everything that can be said before the body. */
static int prepare(struct be_call *c)
{
	struct err err = { 0 };
	int result;

	if (!be_auth(c) || be_refused(c) != 0)
		return -1;
	choose_label(c);
	store_lock(&c->s->store);
	result = be_find_table(c) != 0 || begin(c) != 0 ? -1 : 0;
	c->begun_us = clock_mono_us();
	if (result == 0 && plan_make(c->plan, c->r, c->plan->table, &err) != 0)
		result = be_fail(c, "%s", err.msg);
	if (result == 0)
		result = be_full(c);
	if (result == 0)
		c->txn->deadline_ms = c->txn->begun_ms + c->plan->timeout_ms;
	store_unlock(&c->s->store);
	c->planned_us = clock_mono_us();
	return result;
}

int be_receive(struct be_call *c, struct buf *body)
{
	struct err err = { 0 };
	int64_t wait_ms, cut = -1;

	if (fault_take(&c->s->faults, FAULT_SLOW_CONTINUE, &wait_ms))
		clock_sleep_ms((int)wait_ms);
	http_continue(c->r);
	fault_take(&c->s->faults, FAULT_CUT_BODY, &cut);
	if (http_body(c->r, body, cut, &err) != 0) {
		be_fail(c, "%s", err.msg);
		return cut >= 0 ? -2 : -1;
	}
	if (cut >= 0)
		return -2;
	return load_unpack(c->plan->compression, body, &err) == 0 ? 0 : be_fail(c, "%s", err.msg);
}

void be_write_error_log(struct be_call *c)
{
	char name[96], path[512];
	FILE *f;

	if (c->load.counts.filtered == 0 || c->load.errors.len == 0)
		return;
	snprintf(name, sizeof(name), "error_log_%llx_%llx", (unsigned long long)c->txn_id,
			(unsigned long long)c->started_us);
	snprintf(path, sizeof(path), "%s/error_log/%s", c->s->store.dir, name);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	fwrite(c->load.errors.data, 1, c->load.errors.len, f);
	fclose(f);
	snprintf(c->error_url, sizeof(c->error_url), "http://127.0.0.1:%u/api/_load_error_log?file=%s",
			server_be_port(c->s, c->backend), name);
}

int be_ratio(struct be_call *c)
{
	struct load_counts *n = &c->load.counts;
	uint64_t selected = n->total - n->unselected;
	int64_t filtered;

	if (fault_take(&c->s->faults, FAULT_TOO_MANY_FILTERED, &filtered)) {
		for (; filtered > 0 && n->loaded > 0; filtered--) {
			n->loaded--;
			n->total--;
			load_filter(&c->load, "Value is refused on purpose", "{}", 2);
		}
	}
	be_write_error_log(c);
	if (selected > 0 && (double)n->filtered / (double)selected > c->plan->max_filter_ratio)
		return be_fail(c, "too many filtered rows");
	if (n->loaded == 0)
		return be_fail(c, "all partitions have no load data");
	return 0;
}

static int work(struct be_call *c)
{
	struct txn_part *part = txn_part(&c->s->store, c->txn, c->plan->table);
	struct faults *f = &c->s->faults;
	struct err err = { 0 };
	struct buf body;
	int result;

	spare_take(&c->s->store.spares, &body, (size_t)BODY_LIMIT_MB << 20);
	result = be_receive(c, &body);
	c->read_us = clock_mono_us();
	if (result == 0 && load_body(c->plan, &c->load, part, body.data != NULL ? body.data : "", body.len, &err) != 0)
		result = be_fail(c, "%s", err.msg);
	spare_give(&c->s->store.spares, &body);
	c->written_us = clock_mono_us();
	if (result != 0 || be_full(c) != 0)
		return result != 0 ? result : -1;
	store_lock(&c->s->store);
	result = table_crowded(&c->s->store, c->plan->table, &err);
	store_unlock(&c->s->store);
	if (result != 0)
		return be_fail(c, "%s", err.msg);
	if (fault_take(f, FAULT_TOO_MANY_VERSIONS, NULL))
		return be_fail(c,
				"Too many versions. tablet_id: 10086, version_count: 1001, limit: 1000, replica_state: 0: be:127.0.0.1");
	if (fault_take(f, FAULT_MEMORY, NULL))
		return be_fail(c,
				"Memory of process exceed limit. Stream Load Used: 1, Limit: 1. Mem usage has exceed the limit of BE");
	return be_ratio(c);
}

/* Under the lock. A load does not survive its backend; nor its leader, but then nobody takes its label back. */
static int is_cut_off(struct be_call *c)
{
	if (c->life != c->s->nodes.be[c->backend].life)
		return be_fail(c, "the backend has died");
	if (c->term == c->s->nodes.term)
		return 0;
	c->orphaned = true;
	return be_fail(c,
			"Commit transaction fail cause Fail to reach the leader, Transaction status unknown, you can retry with same label.");
}

static int commit(struct be_call *c)
{
	struct err err = { 0 };
	int64_t visible_ms = 0;
	bool slow = fault_take(&c->s->faults, FAULT_PUBLISH_TIMEOUT, &visible_ms);
	int result = 0;

	server_commit_wait(c->s);
	node_wait(&c->s->nodes.be[c->backend]);
	store_lock(&c->s->store);
	if (is_cut_off(c) != 0)
		result = -1;
	else if (c->txn->state != TXN_PREPARE)
		result = be_fail(c, "%s", c->txn->reason != NULL ? c->txn->reason : "current transaction is aborted");
	else if (c->plan->table->dropped)
		result = be_fail(c, "unknown table \"%s.%s\"", c->db_name, c->table_name);
	if (result == 0) {
		c->txn->counts = c->load.counts;
		c->txn->load_ms = store_now_ms(&c->s->store);
		c->txn->visible_ms = slow ? c->txn->load_ms + visible_ms : 0;
		c->txn->parts[0].nrows = c->load.counts.loaded;
		result = store_txn_commit(&c->s->store, c->txn, &err);
	}
	store_unlock(&c->s->store);
	c->committed_us = clock_mono_us();
	if (result != 0)
		return -1;
	c->committed = true;
	c->status = slow ? "Publish Timeout" : "Success";
	snprintf(c->message, sizeof(c->message), "OK");
	if (fault_take(&c->s->faults, FAULT_FAIL_COMMITTED, NULL))
		be_fail(c, "Commit transaction fail cause [E1008]Reached timeout=10000ms, Transaction status unknown, you can retry with same label.");
	return 0;
}

static void count(struct be_call *c)
{
	struct server *s = c->s;

	atomic_fetch_add(c->committed ? &s->loads : &s->failed_loads, 1);
	if (!c->committed)
		return;
	atomic_fetch_add(&s->rows, c->load.counts.loaded);
	atomic_fetch_add(&s->filtered, c->load.counts.filtered);
	atomic_fetch_add(&s->bytes, c->load.counts.bytes);
}

/* Lets go of the transaction. A load that failed gives its label free; one that is to look alive keeps it for a while. */
static void let_go(struct be_call *c, int64_t alive_ms)
{
	if (c->txn == NULL)
		return;
	store_lock(&c->s->store);
	if (c->error_url[0] != '\0')
		c->txn->error_url = xstrdup(c->error_url);
	if (!c->committed && alive_ms >= 0)
		c->txn->deadline_ms = store_now_ms(&c->s->store) + alive_ms;
	else if (!c->committed)
		store_txn_abort(&c->s->store, c->txn, c->message);
	c->txn->counts = c->load.counts;
	store_txn_release(&c->s->store, c->txn);
	store_unlock(&c->s->store);
}

static void finish(struct be_call *c, int result)
{
	static const char no_json[] = "<html>Bad Gateway</html>";
	struct faults *f = &c->s->faults;
	int64_t alive_ms = -1, wait_ms;
	bool cut = result == -2;

	if (result == 0 && fault_take(f, FAULT_CUT_BEFORE_COMMIT, &alive_ms)) {
		cut = true;
	} else if (result == 0 && fault_take(f, FAULT_STRANGE_STATUS, NULL)) {
		be_fail(c, "a status that is on nobody's list");
		c->status = "Perhaps";
	} else if (result == 0 && commit(c) == 0) {
		cut = fault_take(f, FAULT_CUT_AFTER_COMMIT, NULL);
		if (fault_take(f, FAULT_SLOW_ANSWER, &wait_ms))
			clock_sleep_ms((int)wait_ms);
	}
	count(c);
	if (c->orphaned)
		alive_ms = c->s->nodes.orphan_ms;
	let_go(c, alive_ms);
	if (cut)
		return;
	if (c->committed && fault_take(f, FAULT_NO_JSON, NULL))
		http_reply(c->r, 200, NULL, "text/html", no_json, sizeof(no_json) - 1);
	else
		be_answer(c);
}

static void stream_load(struct server *s, unsigned backend, struct http_request *r, const char *db, const char *table)
{
	struct be_call *c = xcalloc(1, sizeof(*c));
	int result;

	*c = (struct be_call){
		.s = s,
		.backend = backend,
		.r = r,
		.db_name = db,
		.table_name = table,
		.status = "Fail",
		.life = s->nodes.be[backend].life,
		.term = s->nodes.term,
	};
	c->plan = xcalloc(1, sizeof(*c->plan));
	c->started_us = clock_mono_us();
	result = prepare(c);
	if (result == 0) {
		load_init(&c->load, c->plan);
		result = work(c);
	}
	finish(c, result);
	load_done(&c->load);
	plan_done(c->plan);
	free(c->plan);
	free(c);
}

/* The file name is ours: anything else in it is somebody looking for another file. */
static void error_log(struct server *s, struct http_request *r)
{
	char name[128], path[512], text[65536];
	size_t len = 0;
	FILE *f = NULL;

	if (http_query(r, "file", name, sizeof(name)) && strncmp(name, "error_log_", 10) == 0 &&
			strchr(name, '/') == NULL) {
		snprintf(path, sizeof(path), "%s/error_log/%s", s->store.dir, name);
		f = fopen(path, "re");
	}
	if (f == NULL) {
		http_reply(r, 200, NULL, "text/plain", "file not exist", 14);
		return;
	}
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	http_reply(r, 200, NULL, "text/plain", text, len);
}

static void handle(struct server *s, unsigned backend, struct http_request *r)
{
	char *parts[8];
	unsigned n = http_split(r, parts, 8);
	bool api = n > 1 && strcmp(parts[0], "api") == 0, put = strcmp(r->method, "PUT") == 0;

	if (api && put && n == 4 && strcmp(parts[3], "_stream_load") == 0)
		stream_load(s, backend, r, parts[1], parts[2]);
	else if (api && n == 3 && strcmp(parts[1], "transaction") == 0 && (put || strcmp(r->method, "POST") == 0))
		be_transaction(s, backend, r, parts[2]);
	else if (api && n == 2 && strcmp(parts[1], "_load_error_log") == 0)
		error_log(s, r);
	else if (api && n == 2 && strcmp(parts[1], "health") == 0)
		http_reply(r, 200, NULL, "application/json", "{\"status\": \"OK\",\"msg\": \"To Be Added\"}", 38);
	else
		http_reply(r, 404, NULL, "text/html", "Not Found", 9);
}

void be_serve(struct server *s, unsigned index, int fd)
{
	http_serve(s, &s->nodes.be[index], index, fd, HTTP_HEAD_MAX, handle);
}
