/*
 * format_decoder.h - what the parts of the decoder share.
 */
#ifndef FORMAT_FORMAT_DECODER_H
#define FORMAT_FORMAT_DECODER_H

#include "format/decode/format_layout.h"

#define TOPIC_LAYOUTS 8

struct topic {
	const char *name;		/* interned */
	struct schema **exact;		/* what was made known, oldest first; references */
	size_t nexact, cap_exact;
	struct layout *layouts[TOPIC_LAYOUTS];
	unsigned nlayouts, used;	/* used: index of the one that fitted last */
	unsigned evict;
	struct schema *empty;		/* for changes that have no schema; made when needed */
};

struct format_decoder {
	const struct format_conf *conf;
	struct add_fields add;
	struct topic **topics;		/* open hash by name */
	size_t ntopics, cap_topics;
	struct topic *last;
	struct arena scratch;		/* while a layout is built */
	const char *why;		/* the last refusal; static, in scratch or in the batch's arena */
	/* per batch */
	const struct schema *held;	/* the schema that was held last */
	const struct change_txn *txn;	/* of the last flat record */
};

enum payload_result { PAYLOAD_OK, PAYLOAD_MISMATCH, PAYLOAD_BAD };	/* mismatch: another layout may fit */

/* Adds the change that the record's payload holds. On anything but OK no change was added; why says what is wrong. */
enum payload_result payload_read(struct format_decoder *d, struct batch *b, uint32_t record, const struct layout *l);
/* by the value's head and the key's head or names */
bool layout_fits(const struct layout *l, const struct record *r);
bool record_has_schema(const char *p, size_t len);			/* {"schema":{ */

/* Builds the layout of a message and puts it among the topic's. NULL: d->why. */
struct layout *layout_recognise(struct format_decoder *d, struct topic *t, const struct record *r);

#endif
