/* format_mapped.h - between format_mapper.c and the writers of mapped cells. Private to them. */
#ifndef FORMAT_FORMAT_MAPPED_H
#define FORMAT_FORMAT_MAPPED_H

#include "format/encode/format_mapper.h"

/* One family of settings. */
struct mapper_kind {
	const char *prefix;
	int (*take)(struct mapper *m, const char *rest, const char *family, struct err *err); /* the rest of the key */
	void (*parameters)(struct buf *b, const struct mapper *m, const struct column *c, bool comments, bool first);
	/* NULL: the values stay */
	void (*apply)(const struct mapper *m, struct format_cell *cell, const struct format_type *type,
			struct arena *a);
	bool serialised; /* the hash is of Java's serialised string */
};

/* What a mapped cell knows beside its column. */
struct cell_map {
	cell_write_fn *inner;
	uint32_t limit; /* UTF-16 units, or bytes of binary columns */
	const struct digest_kind *digest;
	const char *salt;
	bool serialised;
};

void mapped_mask(struct format_cell *cell, uint32_t chars, struct arena *a);
void mapped_truncate(struct format_cell *cell, const struct format_type *type, uint32_t chars, struct arena *a);
void mapped_hash(struct format_cell *cell, const struct digest_kind *digest, const char *salt, bool serialised,
		uint32_t limit, struct arena *a);

#endif
