/*
 * format_decoder.h - what the parts of the decoder share.
 */
#ifndef FORMAT_FORMAT_DECODER_H
#define FORMAT_FORMAT_DECODER_H

#include "format/decode/format_layout.h"

struct topic {
	const char *name;	    /* interned */
	struct known_schema *exact; /* what was made known, oldest first */
	size_t nexact, cap_exact;
	struct layout **layouts;	      /* as many as a batch needs; between batches there may be fewer */
	unsigned nlayouts, cap_layouts, used; /* used: index of the one that fitted last */
	uint64_t *settled;		      /* shapes that are taken as they describe themselves */
	size_t nsettled;
	struct schema *empty; /* for changes that have no schema; made when needed */
};

struct format_decoder {
	const struct format_conf *conf;
	struct add_fields add;
	struct topic **topics; /* open hash by name */
	size_t ntopics, cap_topics;
	struct topic *last;
	struct arena scratch; /* while a layout is built */
	const char *why;      /* the last refusal; static, in scratch or in the batch's arena */
	/* per batch */
	const struct schema *held;    /* the schema that was held last */
	const struct change_txn *txn; /* of the last flat record */
	struct topic *topic;	      /* of its records */
	uint64_t *unsure;	      /* shapes that no exact schema explains */
	size_t nunsure, cap_unsure;
	bool undescribed; /* one of them has no schema block */
	bool bare;	  /* some message had none */
	char shape[240];  /* of the first */
};

enum payload_result { PAYLOAD_OK, PAYLOAD_MISMATCH, PAYLOAD_BAD }; /* mismatch: another layout may fit */

/* Adds the change that the record's payload holds. On anything but OK no change was added; why says what is wrong. */
enum payload_result payload_read(struct format_decoder *d, struct batch *b, uint32_t record, const struct layout *l);
/* by the value's head and the key's head or names */
bool record_has_schema(const char *p, size_t len); /* {"schema":{ */

/* Builds the layout of a message and puts it among the topic's. at_us: its commit time, which decides between schemas that
 * have the same names; -1: not known yet, the newest. NULL: d->why. */
struct layout *layout_recognise(struct format_decoder *d, struct topic *t, const struct record *r, int64_t at_us);

#endif
