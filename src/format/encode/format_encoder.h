/*
 * format_encoder.h - what the parts of the encoder share: the encoder, and one message on its way to bytes.
 */
#ifndef FORMAT_FORMAT_ENCODER_H
#define FORMAT_FORMAT_ENCODER_H

#include "format/encode/format_key.h"
#include "format/encode/format_mapper.h"
#include "format/encode/format_plan.h"
#include "format/encode/format_source.h"
#include "format/encode/format_transaction.h"

enum add_kind {
	ADD_OP,
	ADD_TS_MS,
	ADD_TS_US,
	ADD_TS_NS,
	ADD_SOURCE,
	ADD_TRANSACTION_ID,
	ADD_TOTAL_ORDER,
	ADD_TABLE_ORDER
};

struct add_field {
	enum add_kind kind;
	enum source_field source;
	const char *name;	    /* __op, interned */
	struct format_piece prefix; /* ,"__op": */
	char *schema;		    /* {"type":..,"field":"__op"} */
};

struct add_fields {
	struct add_field *items;
	unsigned count;
	size_t bound;
};

struct format_message {			    /* one record to be: what is in it */
	char op;			    /* c u d r t, as the envelope shows it */
	bool deleted;			    /* flat: "__deleted":"true" */
	bool null_value;		    /* a tombstone */
	bool null_payload;		    /* flat, mode tombstone: the schema and a null */
	const struct value *before, *after; /* envelope; flat writes `row` */
	const struct value *row;
	const struct value *key; /* the row whose key it has */
	struct record_header *headers;
	uint32_t nheaders;
};

struct format_encoder {
	const struct format_conf *conf;
	struct add_fields add, add_headers;
	struct mappers mappers;
	struct key_rules keys;
	struct transaction transaction;
	struct buf change_schema; /* of the schema change topic; empty: none was needed yet */
	int64_t heartbeat_due_us; /* wall; 0: not known yet */
	struct source_block source;
	/* open hash by schema->table and db (interned); a newer version takes the place */
	struct format_plan **plans;
	size_t nplans, cap_plans;
	struct format_plan *last;
	struct cell_env env;
	const struct column *bad; /* the column of env.problem, NULL: none in particular */
	bool skip[256];		  /* by op */
	bool flat;
	bool rewrite;			 /* flat rows have __deleted */
	const struct schema *lost_row;	 /* of the last update without a key: its plan holds it */
	bool drop_deletes, null_deletes; /* flat: a delete is no message, or one with a null payload */
	bool tombstones;		 /* behind a delete */
	/* per batch */
	int64_t now_us;
	char times[128]; /* "ts_ms":..,"ts_us":..,"ts_ns":.. of the envelope */
	uint32_t times_len;
	char now_text[3][20]; /* ms, us, ns by themselves */
	uint8_t now_len[3];
};

int format_add_fields_init(struct add_fields *add, const struct conf_list *names, const char *key, const char *prefix,
		struct err *err);
void format_add_fields_done(struct add_fields *add);

/* format_taken.c: why a message cannot hold the column beside what else it holds; NULL: it can. */
const char *format_name_taken(const struct format_encoder *e, const struct schema *s, unsigned column);

/* The writers: at most the bound, the end or NULL (env.problem, bad). format_row.c: a row, for both formats and the key. */
size_t format_row_bound(const struct row_plan *r, const struct value *row);
/* without the closing brace */
char *format_row_write(struct format_encoder *e, char *out, const struct row_plan *r, const struct value *row);
size_t format_envelope_bound(const struct format_encoder *e, const struct format_plan *p,
		const struct format_message *m);
char *format_envelope_write(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		const struct format_message *m);
size_t format_flat_bound(const struct format_encoder *e, const struct format_plan *p, const struct format_message *m);
char *format_flat_write(struct format_encoder *e, char *out, const struct format_plan *p, const struct change *c,
		const struct format_message *m);

/* The headers of a key change: the key as Connect's SimpleHeaderConverter prints a struct. NULL: env.problem. */
struct record_header *format_key_header(struct format_encoder *e, struct arena *a, const struct format_plan *p,
		const char *name, const struct value *row);

/* add.headers behind those that the message has; how many there are is set in m. */
void format_add_headers(struct format_encoder *e, struct arena *a, const struct format_plan *p, const struct change *c,
		struct format_message *m);

/* What a delete becomes, from the three settings that say it. */
int format_deletes_init(struct format_encoder *e, struct err *err);

/* A DDL: its schema history record, and the record of the schema change topic. */
int format_ddl_records(struct format_encoder *e, struct batch *b, uint32_t change);

#endif
