/*
 * starrocks_load.h - the parts of one sink: the handle (starrocks_sink.c), one call of sink_load() (starrocks_load.c), and rows that
 * only StarRocks found bad (starrocks_refused.c). @thread the handle's
 */
#ifndef SINK_STARROCKS_LOAD_H
#define SINK_STARROCKS_LOAD_H

#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define STARROCKS_COLUMNS_MAX (256 << 10) /* of a statement or a header with all columns of a table */

struct starrocks_sink {
	struct sink base;
	struct starrocks_http *http;
	struct starrocks_sql *sql;
	struct starrocks_tables *tables; /* shared with the handles beside this one */
	struct starrocks_body body;
	uint64_t cluster; /* its id, hashed; 0: not asked, or the user may not see it */
	bool cluster_asked;
	struct buf columns;	      /* the header of the current part */
	struct buf log;		      /* an error log that was fetched */
	struct buf packed;	      /* the body as it is sent, when it is compressed */
	uint32_t *todo, *part, *rest; /* row indexes */
	size_t cap;
};

struct stream_load { /* one call of sink_load() */
	struct starrocks_sink *s;
	const struct schema *schema;
	const struct collapsed *rows;
	const char *label;
	struct sink_result *result;
	struct err *err;
	bool any_new;	  /* a part was loaded now, not before */
	unsigned refused; /* rows that only StarRocks found bad */
	unsigned logs;	  /* error logs that named some of them */
	bool no_log;	  /* one could not be reached */
};

struct load_piece { /* rows that go into one Stream Load */
	const struct starrocks_target *target;
	const bool *present; /* NULL: all columns */
	const uint32_t *index;
	size_t count;
	bool whole; /* may carry the label itself */
};

/* starrocks_sink.c: how rows of the schema are written; a reference. NULL: err. */
struct starrocks_target *starrocks_target_get(struct starrocks_sink *s, const struct schema *schema, struct err *err);

/* starrocks_load.c */
enum sink_outcome starrocks_load_rows(struct sink *sink, const struct schema *schema, const struct collapsed *rows,
		size_t count, const char *label, struct sink_result *result, struct err *err);
/* Asks until the label has come to an end, for less than a second. */
int starrocks_part_write(struct stream_load *l, const struct load_piece *part); /* its rows into the body */
/* Sends what stands in the body. */
enum sink_outcome starrocks_part_send(struct stream_load *l, const struct load_piece *part,
		struct starrocks_answer *answer);

/* starrocks_refused.c: the part was refused for its data. */
enum sink_outcome starrocks_part_refused(struct stream_load *l, const struct load_piece *part,
		const struct starrocks_answer *answer);

#endif
