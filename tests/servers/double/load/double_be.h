/*
 * double_be.h - the backend: takes bodies. One struct per request carries it from its headers to its answer.
 */
#ifndef DOUBLE_BE_H
#define DOUBLE_BE_H

#include "load/double_load.h"
#include "double_server.h"

struct be_call {
	struct server *s;
	unsigned backend;
	struct http_request *r;
	char user[128];
	const char *db_name, *table_name;
	char label[160], request_id[160];
	struct db *db;
	struct txn *txn;
	struct plan *plan;
	struct load load;
	/* the answer */
	const char *status;   /* "Fail", "Success", "OK", ... */
	const char *existing; /* ExistingJobStatus; NULL: none */
	char message[768];
	char error_url[256];
	uint64_t txn_id;
	bool committed, orphaned; /* its leader is gone: PREPARE until it is given up */
	unsigned life, term;	  /* of the backend and of the leader, when it began */
	int64_t started_us, begun_us, planned_us, read_us, written_us, committed_us;
};

/* Status Fail; returns -1 */
int be_fail(struct be_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool be_auth(struct be_call *c);
int be_refused(struct be_call *c);    /* faults and limits that are looked at before the body; -1: c says why */
int be_full(struct be_call *c);	      /* the disk; -1: c says so */
int be_find_table(struct be_call *c); /* unknown database, unknown table; under the lock */
/* 100 Continue, body, decompression; -2: the connection is to be cut */
int be_receive(struct be_call *c, struct buf *body);
int be_ratio(struct be_call *c); /* too many filtered rows, no rows at all */
void be_write_error_log(struct be_call *c);
void be_answer(struct be_call *c); /* Stream Load's JSON */
void be_transaction(struct server *s, unsigned backend, struct http_request *r, const char *op);

/* A key and its value in the answer; the pretty printer of both interfaces. */
struct be_json {
	struct buf b;
	bool any;
};
void be_json_init(struct be_json *j);
void be_json_text(struct be_json *j, const char *key, const char *value);
void be_json_number(struct be_json *j, const char *key, int64_t value);
void be_json_counts(struct be_json *j, const struct load_counts *counts);
void be_json_send(struct be_json *j, struct http_request *r);

#endif
