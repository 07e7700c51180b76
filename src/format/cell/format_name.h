/*
 * format_name.h - names of schemas and fields as schema.name.adjustment.mode and field.name.adjustment.mode want them: as
 * they are, or in the alphabet of Avro.
 */
#ifndef FORMAT_FORMAT_NAME_H
#define FORMAT_FORMAT_NAME_H

#include "core/buf.h"
#include "format/format_conf.h"
#include "row/batch.h"

/* Appends the adjusted name, not quoted. */
void format_name_field(struct buf *b, const struct format_conf *conf, const char *name);
/* As a JSON string. */
void format_name_put_schema(struct buf *b, const struct format_conf *conf, const char *name);
void format_name_put_field(struct buf *b, const struct format_conf *conf, const char *name);

#endif
