/*
 * format_mapper.h - Debezium's column mappers: column.mask.with.N.chars, column.mask.hash[.v2].ALGORITHM.with.salt.SALT,
 * column.truncate.to.N.chars, column.propagate.source.type, datatype.propagate.source.type.
 *
 * A column has at most one mapper, the first that names it: Debezium tries them in that order, truncation first, hashes
 * last. Keys have none. Chosen once per schema and column; only mapped columns pay per value.
 */
#ifndef FORMAT_FORMAT_MAPPER_H
#define FORMAT_FORMAT_MAPPER_H

#include "core/arena.h"
#include "core/conf/pattern.h"
#include "format/cell/format_cell.h"

struct mapper_kind;
struct digest_kind;

struct mapper {
	const struct mapper_kind *kind;
	struct pattern_list columns; /* on db.table.column, or db.table.TYPE */
	uint32_t chars;		     /* how many asterisks, or characters that stay */
	const struct digest_kind *digest;
	const char *salt; /* lent by the configuration */
};

struct mappers {
	struct mapper *items;
	size_t count;
};

int mappers_init(struct mappers *m, const struct format_conf *conf, struct err *err);
void mappers_done(struct mappers *m);
const struct mapper *mappers_find(const struct mappers *m, const struct schema *s,
		const struct column *c); /* or NULL */

/* The parameters that the mapper adds to the column's schema; `first`: none stands before them. */
void mapper_parameters(struct buf *b, const struct mapper *m, const struct column *c, bool comments, bool first);
/* Puts the mapper between the cell and its writer. The texts live in the arena. */
void mapper_apply(const struct mapper *m, struct format_cell *cell, const struct format_type *type, struct arena *a);

#endif
