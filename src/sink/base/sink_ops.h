/* sink_ops.h - what a kind of target implements, and what both kinds share. For src/sink only. */
#ifndef SINK_SINK_OPS_H
#define SINK_SINK_OPS_H

#include <stdatomic.h>

#include "core/arena.h"
#include "core/buf.h"
#include "sink/sink.h"

struct sink_ops {
	struct sink *(*open)(const struct sink_conf *conf, struct sink *beside,
			struct err *err); /* beside NULL: the first */
	void (*close)(struct sink *s);
	void (*rest)(struct sink *s);	/* NULL: it has nothing to give back */
	void (*cancel)(struct sink *s); /* @thread any; NULL: `cancelled` alone ends its waits */
	int (*check)(const struct sink_conf *conf, struct schema *const *schemas, size_t count, struct report *report,
			struct err *err);
	void (*remedies)(struct report *r); /* what it may find */
	void (*check_tables)(const struct sink_conf *conf, struct table_check *const *checks, size_t count);
	int (*prepare)(struct sink *s, const struct schema *schema, struct err *err);
	enum sink_outcome (*load)(struct sink *s, const struct schema *schema, const struct collapsed *rows,
			size_t count, const char *label, struct sink_result *result, struct err *err);
	int (*look)(struct sink *s, const struct sink_names *names, const char *label, struct sink_state *out,
			struct err *err);
	int (*owner)(struct sink *s, const char *db, const char *table, char name[SINK_OWNER],
			struct err *err); /* NULL: not kept */
	int (*own)(struct sink *s, const char *db, const char *table, struct err *err);
	int (*truncate)(struct sink *s, const struct schema *schema, struct err *err);
	int (*alter)(struct sink *s, const struct schema *schema, const struct ddl_alter *alter, bool *gap,
			struct err *err);
	struct sink_reader *(*reader)(struct sink *s, const struct schema *schema,
			struct err *err); /* ops and columns set */
	/* What is known of tables: another handle has altered one. NULL: handles share it. */
	void (*forget)(struct sink *s);
	void (*look_again)(struct sink *s); /* sink_look_again(); NULL: tables are looked at before each load */
	int (*ddl)(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
			struct err *err);
	/* NULL: it follows by itself. */
	int (*ddl_alter)(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
			struct err *err);
	int64_t interval_ms; /* when load.interval is not set */
	const char *recover; /* how a table comes back that was dropped, as words in brackets; NULL: not at all */
};

/* The rows of one load that are left out. */
struct sink_bads {
	struct sink_bad *items;
	size_t count, cap;
	struct arena arena; /* the reasons */
};

struct sink { /* the first member of each kind's own struct */
	const struct sink_ops *ops;
	const struct sink_conf *conf;
	int64_t zone_us; /* added to a TIMESTAMP to get the local time that is stored */
	struct sink_bads bads;
	uint64_t altered;	    /* how many tables had been altered when it last looked, by any handle */
	const struct schema *asked; /* by the last prepare, with the names of the source; lent during it */
	enum sink_had had;	    /* what the last prepare may rely on */
	bool lost;		    /* it did not find that */
	bool allowed;		    /* sink_allow() */
	const char *begun;	    /* sink_begun(); NULL: the next load is new */
	_Atomic bool cancelled;
};

extern const struct sink_ops starrocks_ops, sink_local_ops;

/* ERR_CONFIG: the table, or this column of it, was taken away. */
int sink_gone(struct sink *s, const struct schema *schema, const char *column, struct err *err);
void sink_bads_add(struct sink_bads *b, uint32_t row, const char *reason);

/* A schema of the source with the names that it has at the target, and its version; lent for as long as it lives. What the
 * kinds of targets get is one already; rows that they get are not. */
const struct schema *sink_routed(const struct sink_conf *conf, const struct schema *schema);
/* How many of its columns rows have: the column of the source, which is the last one, they do not; and of the key. */
static inline unsigned sink_row_columns(const struct schema *routed)
{
	return routed->ncolumns - (routed->at_target.source_column != NULL);
}

static inline unsigned sink_row_key(const struct schema *routed)
{
	return routed->nkey - (routed->at_target.source_in_key && routed->nkey > 0);
}

/* Is it the column of the source? */
bool sink_is_source(const struct schema *routed, const char *column);
/* ERR_CONFIG: the source has a column of that name itself. */
int sink_source_check(const struct schema *routed, struct err *err);
/* schema.change of its table: a column that the target does not have is left out, where it is not of the key. */
bool sink_leaves_out(const struct schema *routed);
/* "UTC", "Z", "+02:00", "-05:30"; NULL is UTC. */
int sink_zone_parse(const char *text, int64_t *zone_us, struct err *err);
/* The target's text of a date, time or decimal value; at most 64 bytes. 0: the kind has none. */
size_t sink_value_text(const struct value *v, int64_t zone_us, char *out);

#endif
