/*
 * complete.h - up to which commit of the source everything is visible at the target. Samples are kept: at this commit time the partitions of the
 * log ended there. Once the load's offsets have passed all those ends, everything up to that time is loaded, filtered or a dead letter. Pure.
 *
 * Samples are few and thinned when they are too many, so the oldest one that is not reached yet is still there when a load is hours late.
 */
#ifndef ENGINE_COMPLETE_H
#define ENGINE_COMPLETE_H

#include "engine/status/status.h"

struct complete;
struct complete *complete_new(void);
void complete_free(struct complete *c); /* NULL allowed */
/* us: everything committed up to then is below these ends; gtid: executed by then (NULL: none). tables: of each partition, NULL: its
 * messages are no rows. Partitions are in the order of topic and id. Returns the sample's number, from 1 on. */
uint64_t complete_sample(struct complete *c, int64_t us, const char *gtid, const struct status_partition *partitions,
		const char *const *tables, size_t n);
/* The newest sample whose end the partition's offset has reached; 0: none. A partition that a sample does not know came later. */
void complete_reached(const struct complete *c, const struct status_partition *partitions, const char *const *tables,
		size_t n, uint64_t *numbers);
uint64_t complete_next(const struct complete *c);   /* the number of the sample to come */
uint64_t complete_newest(const struct complete *c); /* 0: none */
int64_t complete_us(const struct complete *c, uint64_t number,
		const char **gtid); /* of the newest sample up to this number; 0: none */

/* Is what is complete older than a calm pipeline lets it become? Its age goes up and down by the time between two looks at the log and by
 * load.interval: it becomes late well above both, and stays so until it is well below. look_ms, load_ms: these two. */
bool complete_is_late(bool late, int64_t age_ms, int64_t look_ms, int64_t load_ms);

#endif
