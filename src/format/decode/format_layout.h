/*
 * format_layout.h - how the messages of one topic that begin with the same bytes are read: their schema, and a reader
 * per member in the order in which the members come.
 */
#ifndef FORMAT_FORMAT_LAYOUT_H
#define FORMAT_FORMAT_LAYOUT_H

#include "format/cell/format_read.h"
#include "format/decode/format_block.h"
#include "format/encode/format_encoder.h"

struct known_schema { /* an exact one; a reference */
	struct schema *schema;
	int64_t since_us; /* commit time of the statement that made it so; -1 not known */
};

struct layout {
	struct arena arena; /* owns all but the schema */
	/* bytes of the value in front of the payload; head_len 0: messages without a schema */
	const char *head;
	size_t head_len;
	const char *key_head; /* the same of the key; key_head_len 0: keys without a schema */
	size_t key_head_len;
	bool has_key;
	bool key_bare;	       /* its names have to be looked at */
	struct read_cell *key; /* members of the key, in order; index is the row's column */
	unsigned nkey;
	bool envelope, dynamic; /* dynamic: types were guessed from values, nobody knows better */
	struct schema *schema;	/* a reference */
	struct read_cell *cells;
	unsigned ncells;
	uint64_t shape; /* hash of what tells it from other layouts: its heads and its names */
	bool settled;	/* the schema is exact, or nobody knows a better one */
	/* Other exact schemas have the same names and are read in another way: this one counts from .. until. */
	bool timed;
	int64_t from_us, until_us;
};

/* What a layout is built from, gathered from a message. */
struct layout_source {
	const char *topic; /* interned */
	const struct record *record;
	/* the fields of the row; for messages without a schema: names, and types guessed */
	const struct block_field *row;
	const struct block_field *key; /* the fields of the key; NULL: no key */
	const char *name;	       /* "prefix.db.table.Value"; NULL: from the topic */
	bool envelope, schemaless;
	const struct known_schema *exact; /* of this topic, oldest first */
	size_t nexact;
	int64_t at_us; /* commit time of the message; -1: not known */
	const struct add_fields *add;
	const struct format_conf *conf;
};

struct layout *layout_new(const struct layout_source *from, const char **why);
void layout_free(struct layout *l);
bool layout_counts_at(const struct layout *l, int64_t at_us); /* commit time of a message */
/* db and table from a topic's name, no columns */
struct schema *layout_empty_schema(const char *topic, const struct format_conf *conf);

#endif
