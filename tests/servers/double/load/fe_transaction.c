/*
 * fe_transaction.c - the frontend's part of the transaction interface: it picks a backend at begin and sends every
 * later request there, ends what is PREPARED itself, and runs multi-table transactions itself (4.0).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "load/fe_transaction.h"

struct fe_call {
	struct server *s;
	struct http_request *r;
	const char *user, *db, *label;
	char *const *parts;
	unsigned nparts;
};

static void reply_ok(const struct fe_call *c, const char *status, const char *message, const struct txn *t)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_printf(&b, "{\n   \"Status\": \"%s\",\n   \"Message\": ", status);
	buf_json_str(&b, message);
	if (t != NULL)
		buf_printf(&b, ",\n   \"Label\": \"%s\",\n   \"TxnId\": %llu", t->label, (unsigned long long)t->id);
	buf_puts(&b, "\n}");
	http_reply(c->r, 200, NULL, "application/json; charset=UTF-8", b.data, b.len);
	buf_done(&b);
}

static bool is_multi(const struct fe_call *c)
{
	const char *type = http_header(c->r, "transaction_type");

	return type != NULL && strcasecmp(type, "multi") == 0 && c->s->version->number >= 40000;
}

static void begin_multi(const struct fe_call *c)
{
	struct store *st = &c->s->store;
	struct db *db;
	struct txn *t = NULL;
	unsigned backend;

	if (fe_pick_backend(c->s, &backend) == 0) {
		fe_reply_failed(c->r, "StarRocksException", "No backend alive.");
		return;
	}
	store_lock(st);
	db = store_db(st, c->db);
	if (db != NULL && (t = store_txn_begin(st, db, c->label, c->user)) != NULL) {
		t->multi = t->transaction = true;
		t->backend = backend;
	}
	store_unlock(st);
	if (db == NULL)
		fe_reply_failed(c->r, "StarRocksException", "unknown database");
	else if (t == NULL)
		reply_ok(c, "LABEL_ALREADY_EXISTS", "Label has already been used.", NULL);
	else
		reply_ok(c, "OK", "", t);
}

/* What is over already: the answer depends on whether the caller wanted it to end this way. */
static void reply_ended(const struct fe_call *c, const struct txn *t, bool commit)
{
	bool committed = t->state != TXN_ABORTED;
	char text[512];

	if (commit == committed)
		snprintf(text, sizeof(text), "Transaction %llu has already %s, label is %s", (unsigned long long)t->id,
				committed ? "committed" : "aborted", t->label);
	else
		snprintf(text, sizeof(text), "Can not %s %s transaction %llu, label is %s", commit ? "commit" : "abort",
				txn_state_name(t->state), (unsigned long long)t->id, t->label);
	reply_ok(c, commit == committed ? "OK" : "FAILED", text, t);
}

static void end_here(const struct fe_call *c, struct txn *t, bool commit)
{
	struct err err = { 0 };

	if (commit && store_txn_commit(&c->s->store, t, &err) != 0)
		fe_reply_failed(c->r, "StarRocksException", err.msg);
	if (!commit)
		store_txn_abort(&c->s->store, t, "transaction is aborted by user.");
	if (err.kind == ERR_NONE)
		reply_ok(c, "OK", "", t);
}

static void end(const struct fe_call *c, bool commit)
{
	struct store *st = &c->s->store;
	struct db *db;
	struct txn *t;
	char text[512];

	if (commit)
		server_commit_wait(c->s);
	store_lock(st);
	db = store_db(st, c->db);
	t = db != NULL ? store_label(st, db, c->label) : NULL;
	if (t == NULL) {
		snprintf(text, sizeof(text), "No transaction found by label %.200s", c->label);
		fe_reply_failed(c->r, "StarRocksException", text);
	} else if (t->state >= TXN_COMMITTED) {
		reply_ended(c, t, commit);
	} else if (t->state == TXN_PREPARED || t->multi) {
		end_here(c, t, commit);
	} else {
		fe_redirect(c->r, server_be_port(c->s, t->backend), c->parts, c->nparts);
	}
	store_unlock(st);
}

static void to_backend(const struct fe_call *c, bool begins)
{
	struct store *st = &c->s->store;
	struct db *db;
	const struct txn *t;
	char text[768];
	unsigned backend;
	uint16_t port = fe_pick_backend(c->s, &backend);

	store_lock(st);
	db = store_db(st, c->db);
	t = db != NULL ? store_label(st, db, c->label) : NULL;
	if (t != NULL)
		port = server_be_port(c->s, t->backend);
	store_unlock(st);
	if (t != NULL || (begins && port != 0)) {
		fe_redirect(c->r, port, c->parts, c->nparts);
		return;
	}
	if (begins) {
		fe_reply_failed(c->r, "StarRocksException", "No backend alive.");
		return;
	}
	snprintf(text, sizeof(text),
			"Can't find the transaction with db [%.200s] and label[%.200s]. The possible reasons: 1. FE leader is "
			"started or switched; 2. the transaction has been finished",
			c->db, c->label);
	fe_reply_failed(c->r, "StarRocksException", text);
}

void fe_transaction(struct server *s, struct http_request *r, const char *user, char *const *parts, unsigned nparts)
{
	struct fe_call c = { s, r, user, http_header(r, "db"), http_header(r, "label"), parts, nparts };
	const char *op = parts[2];
	char text[256];

	r->keep = false;
	if (c.label == NULL || *c.label == '\0') {
		fe_reply_failed(r, "StarRocksException", "Empty label.");
	} else if (c.db == NULL || *c.db == '\0') {
		fe_reply_failed(r, "StarRocksException", "No database selected.");
	} else if (strcmp(op, "commit") == 0 || strcmp(op, "rollback") == 0) {
		end(&c, *op == 'c');
	} else if (strcmp(op, "begin") == 0 && is_multi(&c)) {
		begin_multi(&c);
	} else if (strcmp(op, "begin") == 0 || strcmp(op, "load") == 0 ||
			(strcmp(op, "prepare") == 0 && !is_multi(&c))) {
		if (fault_take(&s->faults, FAULT_NO_BACKEND, NULL))
			fe_reply_failed(r, "StarRocksException", "No backend alive.");
		else
			to_backend(&c, strcmp(op, "begin") == 0);
	} else {
		snprintf(text, sizeof(text), "%s: %.100s",
				strcmp(op, "prepare") == 0 ? "Unsupported operation" : "Unknown transaction operation",
				op);
		fe_reply_failed(r, "StarRocksException", text);
	}
}
