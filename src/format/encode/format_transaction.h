/*
 * format_transaction.h - provide.transaction.metadata: the BEGIN and END records of the transaction topic, and the
 * `transaction` block of every change in between.
 *
 * The source says where transactions begin and end; what they hold is counted here, where it is known which changes
 * become messages. The counts are stored with the position, as Debezium stores them, so that they go on after a restart
 * inside a transaction.
 */
#ifndef FORMAT_FORMAT_TRANSACTION_H
#define FORMAT_FORMAT_TRANSACTION_H

#include "core/buf.h"
#include "format/format_conf.h"
#include "row/batch.h"

struct transaction_table {
	const char *name; /* "db.table", interned */
	uint64_t events;
};

struct transaction {
	bool open;
	struct buf id;	  /* as JSON: "uuid:n" */
	struct buf block; /* {"id":"..","total_order": */
	uint64_t total;
	struct transaction_table *tables; /* in the order in which they came */
	size_t ntables, cap_tables;
	size_t buckets;	 /* that Java's map would have by now: they decide the order in END */
	uint64_t serial; /* rises with every transaction: what others remember of the last one is void */
	uint64_t order;	 /* of the change at hand among those of its table; 0: it has no block */
};

/* Where a table's count was found last, so that it is not looked for at every row. */
struct transaction_place {
	uint64_t serial;
	size_t index;
};

void transaction_init(struct transaction *t);
void transaction_done(struct transaction *t);
void transaction_begin(struct transaction *t, const char *id);
void transaction_end(struct transaction *t);
/* One more change of this table, in the open transaction; it has a block until `order` is 0 again. */
void transaction_count(struct transaction *t, const char *db, const char *table, struct transaction_place *place);
void transaction_set_count(struct transaction *t, const char *name, uint64_t events); /* as a stored position says */

size_t transaction_bound(const struct transaction *t);
char *transaction_write(char *out, const struct transaction *t); /* the block of the change at hand, or null */
void transaction_put_key(struct buf *b, const struct transaction *t, bool schemas);
void transaction_put_value(struct buf *b, const struct transaction *t, bool schemas, bool end, int64_t ts_ms);
void transaction_put_position(struct buf *b, const struct transaction *t); /* members, each behind a comma */

#endif
