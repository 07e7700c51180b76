/*
 * format_schema.h - Connect's schema JSON of a table: key, row, envelope. Byte for byte as Kafka's JsonConverter writes
 * it, because the key's schema is part of the bytes that choose the partition.
 */
#ifndef FORMAT_FORMAT_SCHEMA_H
#define FORMAT_FORMAT_SCHEMA_H

#include "core/buf.h"
#include "format/format.h"

/* A field of a struct; text is `"type":"string"` and so on; optional and field are added around it. */
/* {"type":..,"field":"name"} */
void format_schema_column(struct buf *b, const struct column *c, const struct format_conf *conf);
void format_schema_key(struct buf *b, const struct schema *s, const unsigned *key, unsigned nkey,
		const struct format_conf *conf);
/* The fields of the row in brackets, left open: `{"type":"struct","fields":[{..},{..}` ; the caller closes it. */
void format_schema_row_open(struct buf *b, const struct schema *s, const struct format_conf *conf);
void format_schema_row_close(struct buf *b, const struct schema *s, const struct format_conf *conf, bool optional,
		const char *field);
void format_schema_envelope(struct buf *b, const struct schema *s, const char *topic, const struct format_conf *conf);

#endif
