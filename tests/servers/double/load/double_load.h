/*
 * double_load.h - one load: the headers of a request become a plan, a body becomes rows. Needs no lock: a plan holds
 * the schema as it was when the load was planned, which is what StarRocks does too.
 */
#ifndef DOUBLE_LOAD_H
#define DOUBLE_LOAD_H

#include "core/arena.h"
#include "core/err.h"
#include "sql/double_expr.h"
#include "double_http.h"
#include "double_json.h"
#include "store/double_store.h"

enum load_compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_LZ4 };

/* Where the value of a table's column comes from. */
enum plan_from { FROM_SOURCE, FROM_EXPR, FROM_PRESET, FROM_ABSENT };
struct plan_column {
	enum plan_from from;
	unsigned source;
	struct expr *expr;
};

#define SOURCES_MAX 1024
struct source {
	char *name;
	size_t len;
};

struct plan {
	struct arena arena, scratch; /* of the plan, and of the row at hand */
	struct table *table;
	const struct schema *schema;
	bool json, strip_outer_array, strict, partial, ignore_json_size;
	enum load_compression compression;
	double max_filter_ratio;
	int64_t timeout_ms;
	uint32_t merge_column;
	struct source sources[SOURCES_MAX];
	unsigned nsources;
	unsigned guess; /* where the next key of an object will be found, if rows are alike */
	bool has_columns;
	struct plan_column *columns; /* one per column of the schema */
	int op_source;		     /* -1: none */
	struct expr *op_expr, *where;
	struct jpath *paths, root;
	unsigned npaths;
	bool has_root;
	char separator[64], delimiter[64]; /* CSV */
	size_t separator_len, delimiter_len;
	char enclose, escape;
	bool trim_space;
	int64_t skip_header;
};

struct load {
	struct load_counts counts;
	struct buf errors; /* the error log, up to LOAD_ERRORS lines */
	unsigned nerrors;
	struct cell *cells, *values; /* scratch: of the sources, of the columns */
};

/* Fills the plan from the headers. The texts of err are StarRocks' own. */
int plan_make(struct plan *p, const struct http_request *r, struct table *table, struct err *err);
void plan_done(struct plan *p);
int load_unpack(enum load_compression compression, struct buf *body, struct err *err); /* in place */
/* Parses the whole body; rows go to part. -1: the load has failed as a whole. */
int load_body(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err);
void load_init(struct load *load, const struct plan *p);
void load_done(struct load *load);

/* For the parsers: one row from load->cells, then on to the next. raw is for the error log. -1: the load has failed. */
int load_row(struct plan *p, struct load *load, struct txn_part *part, const char *raw, size_t raw_len,
		struct err *err);
void load_filter(struct load *load, const char *reason, const char *raw, size_t raw_len);
int load_json(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err);
int load_csv(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err);

#endif
