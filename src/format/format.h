/*
 * format.h - changes to messages and back: Debezium's JSON, envelope or flat, byte for byte.
 *
 * Encoding writes every message once, into the batch's arena, from templates prepared per schema (all constant bytes
 * of a message, the schema block included, are copied; only cells are formatted). Decoding recognises the schema block
 * by its bytes and builds a struct schema from it once. No thread, no socket; one encoder or decoder per thread.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"
#include "format/cell/format_murmur2.h"
#include "format/format_conf.h"
#include "row/batch.h"
#include "row/table_check.h"
#include "row/form.h"

/* conf is kept, not copied: it has to outlive the encoder or decoder. */
struct format_encoder;
struct format_encoder *format_encoder_new(const struct format_conf *conf, struct err *err);
void format_encoder_free(struct format_encoder *e);
/* Fills b->records from b->changes, in order. A change that cannot be encoded gets `dead` and no record. */
int format_encode(struct format_encoder *e, struct batch *b, struct err *err);
/* The record that stores b->position (Connect's offset format); memory in b's arena. */
void format_position_record(struct format_encoder *e, struct batch *b, const struct position *p, struct record *out);
/* Why no row of the table can be written; NULL: they can. Lent until the next schema of the table. */
const char *format_refuses(struct format_encoder *e, struct schema *s);
/* A table without a key that had an UPDATE in flat messages since the last call: they tell the new row only, so the old
 * one stays at the target. NULL: none. Lent until the next call of format_encode(). */
const struct schema *format_lost_row(struct format_encoder *e);
const char *format_topic(struct format_encoder *e, const char *db, const char *table); /* interned, sanitised */

/* Do messages show another value than the column's (masked, hashed, cut short)? For whoever prints a row himself. */
bool format_masks(struct format_encoder *e, const struct schema *s, unsigned column);

/* Would an encoded batch, though it be empty, bring a heartbeat? */
bool format_heartbeat_due(const struct format_encoder *e);

/* "db.table" of the topic of a table's rows; false: another topic. The delimiter may stand in names, too: then it is
 * the first one that is taken. */
bool format_topic_table(const struct format_conf *conf, const char *topic, char *out, size_t size);

/* Takes up the counts of a transaction that a stored position lies in; a record of another connector is passed over. */
void format_encoder_resume(struct format_encoder *e, const struct record *r);

/* The last position stored, from the key and value of a record in the offsets topic. 1: is ours, 0: another
 * connector's, -1: err. */
int format_position_decode(const struct format_conf *conf, const struct record *r, struct position *out,
		struct err *err);

/* What one record of the schema history says. A function that is NULL is not called. */
struct format_history_reader {
	void *arg;
	/* Which pipeline wrote it, for which topic.prefix; not called where it does not say. */
	void (*pipeline)(void *arg, const char *name, const char *prefix);
	/* Is the statement one that the reader wants? gtid: its own; NULL: not known (no GTIDs, or Debezium wrote it). */
	bool (*wants)(void *arg, const struct position *at, const char *gtid);
	/* schema NULL: dropped; it is lent, take a reference to keep it. commit_us: of the statement; -1 not known */
	void (*table)(void *arg, const struct position *at, int64_t commit_us, const char *db, const char *table,
			struct schema *schema);
	void (*database)(void *arg, const char *db, unsigned collation); /* 0: dropped, with its tables */
};
int format_history_decode(const struct record *r, const struct format_history_reader *to, struct err *err);

struct format_decoder;
struct format_decoder *format_decoder_new(const struct format_conf *conf, struct err *err);
void format_decoder_free(struct format_decoder *d);
/* Exact MySQL schemas (from the history topic) beside which messages are read, the oldest of a table first; keeps a
 * reference. since_us: commit time of the statement that made it so; -1 not known. */
void format_decoder_know(struct format_decoder *d, struct schema *exact, int64_t since_us);
/* Fills b->changes from b->records, which are of one topic (change.record points back). Both message formats are recognised
 * by themselves. A message that is not understood becomes a change with `dead` set: nothing is dropped. Tombstones give no
 * change. The same records again, when more schemas are known: what the last time made goes first, also from the arena. */
int format_decode(struct format_decoder *d, struct batch *b, struct err *err);
/* Were there messages in the last format_decode() whose shape is that of no exact schema? Then its changes are not to be
 * used before more schemas are known, or the shapes are settled: taken as the messages themselves describe them. */
struct format_unsure {
	bool described;	   /* each such message describes itself by its schema block; else its types would be guessed */
	const char *shape; /* the columns of the first, or what is unclear about it; lent until the next decode */
};
bool format_decoder_unsure(const struct format_decoder *d, struct format_unsure *out);
void format_decoder_settle(struct format_decoder *d);
bool format_decoder_bare(const struct format_decoder *d); /* had the last format_decode() messages without a schema? */

/* For a target that reads messages without us: how the values of a column stand there, how a delete is told, and whether
 * messages without a value follow it. */
enum value_form format_form_of(const struct format_conf *conf, const struct column *c);
enum format_deletes {
	DELETES_OP,    /* envelope: "op":"d" */
	DELETES_FIELD, /* flat: "__deleted":"true" */
	DELETES_LOST   /* flat: not at all, or by a message that is no row */
};
enum format_deletes format_deletes_of(const struct format_encoder *e);
bool format_has_tombstones(const struct format_encoder *e);

/* For `check`: the message's type of each column, the topic and the key's columns. */
int format_check_tables(const struct format_conf *conf, struct table_check *const *checks, size_t count,
		struct err *err);

#endif
