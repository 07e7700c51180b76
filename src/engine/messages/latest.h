/*
 * latest.h - the newest message of each key of a partition, as compaction would leave it: a first reading notes the offset of each key's newest one, a
 * second one asks which these are. A tombstone is nobody's newest, so of a row that was deleted it is the deletion; a message without a key is of none,
 * and always one of the newest. Keys are known by 64 bits of a hash. Bounded: what comes of more keys than fit is counted. One thread.
 */
#ifndef ENGINE_LATEST_H
#define ENGINE_LATEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "row/record.h"

enum { LATEST_KEYS = 2000000 }; /* 64 MiB */

struct latest;
struct latest *latest_new(size_t keys_most);
void latest_free(struct latest *l);  /* NULL allowed */
void latest_begin(struct latest *l); /* another partition: what was noted is forgotten */
void latest_note(struct latest *l, const struct record *r);
bool latest_is(struct latest *l, const struct record *r);
uint64_t latest_left(const struct latest *l); /* messages of keys that did not fit, of all partitions */

#endif
