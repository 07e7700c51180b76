/*
 * mysql_lane_plan.h - where the chunks of a list of tables begin and end, in order, before they are read; see
 * mysql_lanes.h, whose part this is.
 */
#ifndef SOURCE_MYSQL_LANE_PLAN_H
#define SOURCE_MYSQL_LANE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "source/server/mysql_scan.h"
#include "source/snapshot/mysql_chunk.h"

struct lanes_setup;

struct lane_chunk {
	size_t table;
	struct chunk_range range; /* texts are the plan's, until lane_plan_taken() */
	bool last;		  /* of its table */
};

struct lane_split { /* a key that begins with an integer: offsets from its smallest value */
	bool is_unsigned;
	uint64_t min, range, done, step, span;
	char text[24];
};

struct lane_walk { /* any other key: where n rows further on is */
	struct scan scan;
	struct arena arena;
	bool asked;
	struct buf end;
};

enum lane_way { LANE_WHOLE, LANE_SPLIT, LANE_WALK };

struct lane_plan {
	const struct lanes_setup *setup;
	size_t table;
	bool open; /* the table is begun */
	enum lane_way way;
	uint64_t rows;		 /* that a chunk of it is to have */
	struct buf after;	 /* where its next chunk begins; empty: at the front */
	struct lane_chunk ready; /* when has_ready */
	bool has_ready;
	struct lane_split split;
	struct lane_walk walk;
};

void lane_plan_init(struct lane_plan *p, const struct lanes_setup *setup);
void lane_plan_done(struct lane_plan *p);
/* 1: the next chunk; the same one until it was taken. 0: none, or not known yet. */
int lane_plan_next(struct lane_plan *p, struct lane_chunk *out, struct err *err);
void lane_plan_taken(struct lane_plan *p);
bool lane_plan_ended(const struct lane_plan *p);
bool lane_plan_waits(const struct lane_plan *p); /* for an answer on the planner's connection */
/* A chunk of the table had so many rows. */
void lane_plan_density(struct lane_plan *p, size_t table, uint64_t rows);

#endif
