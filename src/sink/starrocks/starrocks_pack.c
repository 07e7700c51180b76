/*
 * starrocks_pack.c - the body of a load as it goes over the network: as it is, or compressed (load.compression). StarRocks
 * takes the formats from 3.2.7 on, and counts the compressed bytes against its limits. A little speed is worth more than
 * the last percent: the fastest level of each. @thread that owns the buffer
 */
#include <lz4frame.h>
#include <zstd.h>

#include "sink/starrocks/starrocks.h"

#define ZSTD_LEVEL 1

typedef size_t pack_bound(size_t len);
typedef size_t pack_run(char *out, size_t room, const char *in, size_t len);

static size_t lz4_bound(size_t len)
{
	return LZ4F_compressFrameBound(len, NULL);
}

static size_t lz4_run(char *out, size_t room, const char *in, size_t len)
{
	size_t n = LZ4F_compressFrame(out, room, in, len, NULL);

	return LZ4F_isError(n) ? 0 : n;
}

static size_t zstd_run(char *out, size_t room, const char *in, size_t len)
{
	size_t n = ZSTD_compress(out, room, in, len, ZSTD_LEVEL);

	return ZSTD_isError(n) ? 0 : n;
}

static const struct {
	const char *name; /* in the header; NULL: nothing is done */
	pack_bound *bound;
	pack_run *run;
} packs[] = {
	[COMPRESS_NONE] = { NULL, NULL, NULL },
	[COMPRESS_LZ4] = { "lz4_frame", lz4_bound, lz4_run },
	[COMPRESS_ZSTD] = { "zstd", ZSTD_compressBound, zstd_run },
};

const char *starrocks_pack_name(int compression)
{
	return packs[compression].name;
}

int starrocks_pack(int compression, const char *body, size_t len, struct buf *out, struct err *err)
{
	size_t room = packs[compression].bound(len), n;
	char *to;

	buf_reset(out);
	to = buf_reserve(out, room);
	n = to ? packs[compression].run(to, room, body, len) : 0;
	if (n == 0)
		return err_set(err, ERR_FATAL, 0, "load.compression: a body of %zu bytes could not be compressed", len);
	out->len = n;
	return 0;
}
