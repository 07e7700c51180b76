/*
 * sink_reader.h - what the two kinds of sink_reader share: the columns, and the condition of a page. For src/sink only.
 */
#ifndef SINK_SINK_READER_H
#define SINK_SINK_READER_H

#include "core/arena.h"
#include "core/buf.h"
#include "sink/base/sink_ops.h"

struct sink_reader_column {
	char *name;		     /* the target's spelling */
	const struct column *column; /* of the schema that the reader was opened with; NULL: only the target has it */
	bool bytes;		     /* cells are hex digits */
};

struct sink_reader_ops {
	int (*page)(struct sink_reader *r, const struct sink_page *page, sink_reader_row *row, void *arg,
			struct err *err);
	/* The cell of a value, which is neither absent nor NULL; why: "" or the reason for which the target refuses it. */
	struct sink_cell (*expect)(struct sink_reader *r, unsigned column, const struct column *c,
			const struct value *v, struct arena *a, char *why, size_t size);
	void (*name)(struct buf *sql, const char *name);
	void (*text)(struct buf *sql, const char *p, size_t len); /* a literal */
	void (*literal)(const struct sink_reader *r, unsigned column, const struct sink_cell *c, struct buf *sql);
	void (*close)(struct sink_reader *r); /* its own parts */
};

struct sink_reader { /* the first member of each kind's own struct */
	const struct sink_reader_ops *ops;
	struct sink *sink;
	struct schema *of;	     /* as at the source; a reference */
	const struct schema *schema; /* the same with the names at the target */
	struct sink_reader_column *columns;
	unsigned ncolumns;
	unsigned nkey, *key; /* columns, in the order of the key; that of the source is neither a column here nor in it */
	struct arena arena; /* cells of the row that is read */
	uint64_t version;   /* whose columns `map` has */
	int *map;
};

void sink_reader_put_where(const struct sink_reader *r, const struct sink_page *page, struct buf *sql);
void sink_reader_put_order(const struct sink_reader *r, const struct sink_page *page, struct buf *sql);

#endif
