/*
 * load_unpack.c - a compressed body becomes a plain one. The ceiling is what keeps a small body from becoming a large
 * problem.
 */
#include <stdint.h>
#include <zlib.h>
#include <zstd.h>

#include "load/double_load.h"

#define UNPACKED_MAX (UINT64_C(8) << 30)
#define STEP (1 << 20)

static int unpack_gzip(const struct buf *in, struct buf *out)
{
	z_stream z = { .next_in = (unsigned char *)in->data, .avail_in = (unsigned)in->len };
	int result = in->len > UINT32_MAX ? Z_MEM_ERROR : inflateInit2(&z, 15 + 32);

	if (result != Z_OK)
		return -1;
	while (result == Z_OK || (result == Z_STREAM_END && z.avail_in > 0)) {
		if (result == Z_STREAM_END && inflateReset(&z) != Z_OK)
			break;
		z.next_out = (unsigned char *)buf_reserve(out, STEP);
		z.avail_out = STEP;
		if (z.next_out == NULL)
			break;
		result = inflate(&z, Z_NO_FLUSH);
		out->len += STEP - z.avail_out;
	}
	inflateEnd(&z);
	return result == Z_STREAM_END && z.avail_in == 0 ? 0 : -1;
}

static int unpack_zstd(const struct buf *in, struct buf *out)
{
	ZSTD_DStream *z = ZSTD_createDStream();
	ZSTD_inBuffer from = { in->data, in->len, 0 };
	size_t left = 1;

	while (z != NULL && (from.pos < from.size || left > 0)) {
		ZSTD_outBuffer to = { buf_reserve(out, STEP), STEP, 0 };
		size_t before = from.pos;

		if (to.dst == NULL)
			break;
		left = ZSTD_decompressStream(z, &to, &from);
		out->len += to.pos;
		if (ZSTD_isError(left) || (to.pos == 0 && from.pos == before && left > 0))
			break;
	}
	ZSTD_freeDStream(z);
	return left == 0 ? 0 : -1;
}

/* A length of 15 goes on in further bytes, as long as they are 255. */
static int lz4_length(const unsigned char **p, const unsigned char *end, size_t *len)
{
	unsigned char more = 255;

	if (*len < 15)
		return 0;
	while (more == 255) {
		if (*p == end)
			return -1;
		more = *(*p)++;
		*len += more;
	}
	return 0;
}

/* One block of LZ4: literals, then a copy of what was already written, and so on; the last sequence has no copy. */
static int lz4_block(const unsigned char *p, const unsigned char *end, struct buf *out)
{
	while (p < end) {
		size_t literals = *p >> 4, match = *p & 15, distance;

		p++;
		if (lz4_length(&p, end, &literals) != 0 || literals > (size_t)(end - p))
			return -1;
		buf_put(out, p, literals);
		p += literals;
		if (p == end)
			return out->failed ? -1 : 0;
		if (end - p < 2)
			return -1;
		distance = p[0] | (size_t)p[1] << 8;
		p += 2;
		if (lz4_length(&p, end, &match) != 0 || distance == 0 || distance > out->len ||
				buf_reserve(out, match + 4) == NULL)
			return -1;
		for (match += 4; match > 0; match--, out->len++)
			out->data[out->len] = out->data[out->len - distance];
	}
	return -1;
}

static uint32_t little32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* A frame: magic, descriptor, blocks until one of length zero. Checksums are stepped over. */
static int unpack_lz4(const struct buf *in, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)in->data, *end = p + in->len;
	unsigned flags;

	if (in->len < 11 || little32(p) != UINT32_C(0x184d2204))
		return -1;
	flags = p[4];
	p += 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
	while (end - p >= 4) {
		uint32_t head = little32(p), size = head & INT32_MAX;

		p += 4;
		if (head == 0)
			return 0;
		if (size > (size_t)(end - p))
			return -1;
		if (head >> 31)
			buf_put(out, p, size);
		else if (lz4_block(p, p + size, out) != 0)
			return -1;
		p += size + (flags & 16 ? 4 : 0);
	}
	return -1;
}

int load_unpack(enum load_compression compression, struct buf *body, struct err *err)
{
	struct buf out;
	int result;

	if (compression == COMPRESSION_NONE)
		return 0;
	buf_init(&out, UNPACKED_MAX);
	result = compression == COMPRESSION_GZIP	  ? unpack_gzip(body, &out)
			: compression == COMPRESSION_ZSTD ? unpack_zstd(body, &out)
							  : unpack_lz4(body, &out);
	if (result != 0 || out.failed) {
		buf_done(&out);
		return err_set(err, ERR_DATA, 0,
				"Decompress the data failed: the body is not what its compression header says");
	}
	buf_done(body);
	*body = out;
	return 0;
}
