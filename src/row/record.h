/*
 * record.h - one message as the log stores it. Memory belongs to the batch's arena; topic names are interned.
 */
#ifndef ROW_RECORD_H
#define ROW_RECORD_H

#include <stdint.h>

struct record_header {
	const char *name;  /* interned */
	const char *value; /* NULL: null */
	uint32_t len;
};

enum { PARTITION_BY_KEY = -1, PARTITION_ANY = -2 };

struct record {
	const char *topic; /* interned */
	int32_t partition; /* writing: PARTITION_BY_KEY (murmur2 of the key), PARTITION_ANY, or fixed. Reading: where it was */
	uint32_t hash;	/* writing: murmur2 of the key bytes, made positive; the log takes it modulo its partitions */
	int64_t offset; /* reading */
	int64_t timestamp_ms; /* writing: 0 means the time of the append */
	int64_t commit_us; /* commit time at the source, for latencies; 0 unknown. Not stored, except as timestamp_ms */
	const char *key;   /* NULL: null */
	const char *value; /* NULL: null, a tombstone */
	uint32_t key_len, value_len;
	struct record_header *headers;
	uint32_t nheaders;
	uint32_t change; /* writing: index of the change that it was made from */
};

#endif
