/*
 * loader.h - who loads a table: millrace itself, or a Routine Load job of StarRocks. Stored with the offset of each
 * partition, so that it is as old as the offset. Between the two lie steps; whoever finds one begun goes on with it.
 *
 *   own --LEND--> lending (--LOOKED--> lending) --MADE--> routine --TAKE--> taking --TAKEN--> own
 *
 *   lending  millrace loads nothing from the offset on, which it never moves again; the job is to be made with it, once it is known
 *            whether the target has rows of before
 *   routine  the job was made; the offset follows its progress, so that lag and "complete to" are right
 *   taking   the job is being stopped; what it has read is where millrace goes on
 */
#ifndef ENGINE_BASE_LOADER_H
#define ENGINE_BASE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "row/schema.h"

enum loader { LOADER_OWN, LOADER_LENDING, LOADER_ROUTINE, LOADER_TAKING, LOADER_COUNT };

struct lent_partition {
	int32_t partition;
	enum loader loader;
	bool fresh;	/* nothing of it was loaded, and nobody has looked what the target has */
	uint64_t job;	/* its number, which is in its name; 0: none */
	int64_t offset; /* stored; -1: none */
};
struct lent_table { /* the partitions that this process has of a table */
	char table[TABLE_NAME_ROOM];
	struct lent_partition *parts;
	size_t nparts;
};
void lent_table_done(struct lent_table *t);

enum lend_step { LEND_BEGIN, LEND_LOOKED, LEND_MADE, LEND_TAKE, LEND_TAKEN, LEND_MOVED, LEND_STEPS };
struct lend {
	enum lend_step step;
	const char *table;
	uint64_t job;  /* LEND_BEGIN: of a job that is new */
	bool old_rows; /* LEND_LOOKED: the target has rows of before, which stay */
	const struct lent_partition
			*moved; /* LEND_TAKEN, LEND_MOVED: the offsets to go to; those that are older count not */
	size_t nmoved;
	int wait_ms; /* at the most; LEND_BEGIN waits until everything that was read is loaded */
};

struct shared;
/* ERR_CONFIG: a Routine Load job has one of these tables, names or regular expressions with commas between, as the offsets of the
 * group say; whichever process loads it. Asks the log. @thread any */
int loader_refuse_lent(struct shared *sh, const char *tables, const char *what, struct err *err);

struct load;
/* One step of a table, stored before it returns: all partitions that are not there yet take it. out, if not NULL, is what
 * they are then; lent_table_done(). ERR_CONFIG: refused, and nothing has changed. @thread any */
int load_lend(struct load *l, const struct lend *wish, struct lent_table *out, struct err *err);
/* Tables of which a partition is not millrace's own; n of them, the caller frees each and the array. NULL: it has not looked at its
 * partitions yet. @thread any */
struct lent_table *load_lent(struct load *l, size_t *n);

#endif
