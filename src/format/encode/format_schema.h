/*
 * format_schema.h - Connect's schema JSON of a table: key, row, envelope. Byte for byte as Kafka's JsonConverter writes
 * it, because the key's schema is part of the bytes that choose the partition.
 */
#ifndef FORMAT_FORMAT_SCHEMA_H
#define FORMAT_FORMAT_SCHEMA_H

#include "core/buf.h"
#include "format/encode/format_mapper.h"

/* A table whose schemas are written; names of schemas begin with its topic. */
struct schema_text {
	const struct schema *schema;
	const char *topic;
	const struct mapper *const *mappers; /* by column, NULL: the column has none */
	const struct format_conf *conf;
};

/* {"type":..,"field":"name"} */
void format_schema_key(struct buf *b, const struct schema_text *t, const unsigned *key, unsigned nkey);
/* The fields of the row in brackets, left open: `{"type":"struct","fields":[{..},{..}` ; the caller closes it. */
void format_schema_row_open(struct buf *b, const struct schema_text *t);
void format_schema_row_close(struct buf *b, const struct schema_text *t, bool optional, const char *field);
void format_schema_envelope(struct buf *b, const struct schema_text *t);

#endif
