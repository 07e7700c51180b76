/*
 * double_wal.c - records: magic, type, length, checksum, payload. A kill in the middle of a write leaves a tail whose
 * length or checksum is wrong; such a record was never answered, so it is cut off.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "store/double_wal.h"

#define WAL_MAP_SIZE (UINT64_C(1) << 38)
#define WAL_MAGIC UINT32_C(0x5257444c)
#define WRITE_MAX (UINT64_C(1) << 30)

struct wal_head {
	uint32_t magic, type, sum, pad;
	uint64_t len;
};

/* zlib takes a null pointer as the wish to start over. */
static uint32_t checksum(uint32_t sum, const char *p, uint64_t len)
{
	return len == 0 ? sum : (uint32_t)crc32_z(sum, (const unsigned char *)p, len);
}

static int replay_all(struct wal *w, uint64_t size, wal_replay *replay, void *ctx, struct err *err)
{
	struct wal_head head;

	while (size - w->end >= sizeof(head)) {
		uint64_t at = w->end + sizeof(head);

		memcpy(&head, w->map + w->end, sizeof(head));
		if (head.magic != WAL_MAGIC || head.len > size - at || checksum(0, w->map + at, head.len) != head.sum)
			break;
		w->end = at + head.len;
		if (replay(ctx, head.type, at, w->map + at, head.len, err) != 0)
			return -1;
	}
	if (ftruncate(w->fd, (off_t)w->end) != 0 || lseek(w->fd, (off_t)w->end, SEEK_SET) < 0)
		return err_set(err, ERR_FATAL, errno, "data log: cannot be cut after %llu bytes: %s",
				(unsigned long long)w->end, strerror(errno));
	return 0;
}

int wal_open(struct wal *w, const char *path, wal_replay *replay, void *ctx, struct err *err)
{
	struct stat st;
	void *map;

	w->end = 0;
	w->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (w->fd < 0 || fstat(w->fd, &st) != 0)
		return err_set(err, ERR_FATAL, errno, "data log '%s': %s", path, strerror(errno));
	map = mmap(NULL, WAL_MAP_SIZE, PROT_READ, MAP_SHARED | MAP_NORESERVE, w->fd, 0);
	if (map == MAP_FAILED)
		return err_set(err, ERR_FATAL, errno, "data log '%s': cannot be mapped: %s", path, strerror(errno));
	w->map = map;
	return replay_all(w, (uint64_t)st.st_size, replay, ctx, err);
}

uint64_t wal_next(const struct wal *w)
{
	return w->end + sizeof(struct wal_head);
}

static int write_all(int fd, const char *p, uint64_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len < WRITE_MAX ? len : WRITE_MAX);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, ERR_FATAL, errno, "data log: %s", strerror(errno));
		p += n;
		len -= (uint64_t)n;
	}
	return 0;
}

int wal_append(struct wal *w, enum wal_type type, struct iovec *iov, int count, struct err *err)
{
	struct wal_head head = { .magic = WAL_MAGIC, .type = type };

	for (int i = 0; i < count; i++) {
		head.sum = checksum(head.sum, iov[i].iov_base, iov[i].iov_len);
		head.len += iov[i].iov_len;
	}
	if (w->end + sizeof(head) + head.len > WAL_MAP_SIZE)
		return err_set(err, ERR_FATAL, 0, "data log: would grow beyond %llu bytes",
				(unsigned long long)WAL_MAP_SIZE);
	if (write_all(w->fd, (const char *)&head, sizeof(head), err) != 0)
		return -1;
	for (int i = 0; i < count; i++)
		if (write_all(w->fd, iov[i].iov_base, iov[i].iov_len, err) != 0)
			return -1;
	w->end += sizeof(head) + head.len;
	return 0;
}
