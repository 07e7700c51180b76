/*
 * double_wal.h - the append log that is the double's only storage. Rows are never copied out of it: the file is
 * mapped, and an offset stays good for ever. What was appended is in the page cache before the answer goes out, so it
 * survives kill -9 of the process (not a power cut: the double is test equipment).
 */
#ifndef DOUBLE_WAL_H
#define DOUBLE_WAL_H

#include <stdint.h>
#include <sys/uio.h>

#include "core/err.h"

enum wal_type { WAL_SQL = 1, WAL_ALTER_DONE, WAL_LOAD };

struct wal {
	int fd;
	uint64_t end;	 /* bytes in use */
	const char *map; /* of the whole file, and of what it may grow to */
};

typedef int wal_replay(void *ctx, enum wal_type type, uint64_t offset, const char *p, uint64_t len, struct err *err);

/* Opens or creates; replays every whole record, cuts a torn tail off. */
int wal_open(struct wal *w, const char *path, wal_replay *replay, void *ctx, struct err *err);
uint64_t wal_next(const struct wal *w); /* where the payload of the next record will start */
int wal_append(struct wal *w, enum wal_type type, struct iovec *iov, int count, struct err *err);

#endif
