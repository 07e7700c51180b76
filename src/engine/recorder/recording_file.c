/*
 * recording_file.c - one file of a recording: a head that says which figures its frames have, then frames. Its end may have been torn off at any
 * byte, and any byte may be wrong: nothing of a frame is used before its checksum was right.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "core/fnv.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/recorder/recording_parts.h"

#define FILE_MAGIC "millrace recorder\n"
enum { FORM = 1, FRAME_MAGIC = 0x6d726631, NAMES_MAX = 16384 };

struct file_head {
	char magic[20];
	uint32_t form, names_len, nfigures; /* names follow, one a line */
};

/* A torn or changed frame is to be found, not a forged one. */
static uint64_t frame_sum(const struct frame_head *head, const float *figures, unsigned n, const void *doc)
{
	struct frame_head plain = *head;
	uint64_t sum = FNV_STANDARD;

	plain.sum = 0;
	sum = fnv_bytes(sum, &plain, sizeof(plain));
	sum = fnv_bytes(sum, figures, n * sizeof(*figures));
	return fnv_bytes(sum, doc, head->len);
}

unsigned record_names_count(const char *names)
{
	unsigned n = 0;

	for (const char *at = names; (at = strchr(at, '\n')) != NULL; at++)
		n++;
	return n;
}

/* Where among `theirs` the line is; UINT_MAX: nowhere. */
static unsigned line_place(const char *theirs, const char *line, size_t len)
{
	unsigned n = 0;

	for (const char *at = theirs, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, n++)
		if ((size_t)(end - at) == len && memcmp(at, line, len) == 0)
			return n;
	return UINT_MAX;
}

static unsigned *places(const char *ours, const char *theirs)
{
	unsigned *out = xcalloc(record_names_count(ours) + 1, sizeof(*out)), n = 0;

	for (const char *at = ours, *end; (end = strchr(at, '\n')) != NULL; at = end + 1)
		out[n++] = line_place(theirs, at, (size_t)(end - at));
	return out;
}

static bool read_at(int fd, uint64_t offset, void *out, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(fd, (char *)out + done, len - done, (off_t)(offset + done));

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void record_file_close(struct record_file *f)
{
	if (f == NULL)
		return;
	close(f->fd);
	free(f->path);
	free(f->place);
	free(f);
}

/* The names of the file's figures; NULL: it is no file of this form. */
static char *read_file_head(const struct record_file *f, unsigned *nfigures)
{
	struct file_head head;
	char *names;

	if (!read_at(f->fd, 0, &head, sizeof(head)) || memcmp(head.magic, FILE_MAGIC, sizeof(FILE_MAGIC)) != 0 ||
			head.form != FORM || head.names_len > NAMES_MAX)
		return NULL;
	names = xcalloc(1, head.names_len + 1);
	if (!read_at(f->fd, sizeof(head), names, head.names_len) || record_names_count(names) != head.nfigures) {
		free(names);
		return NULL;
	}
	*nfigures = head.nfigures;
	return names;
}

/* True when a good frame is at the offset; *next is behind it. */
static bool frame_good(const struct record_file *f, uint64_t offset, struct frame_head *head, char *room,
		uint64_t *next)
{
	size_t figures = f->nfigures * sizeof(float);

	if (!read_at(f->fd, offset, head, sizeof(*head)) || head->magic != FRAME_MAGIC ||
			head->raw_len > RECORDING_DOC_MAX || head->whole > offset ||
			sizeof(*head) + figures + head->len > f->size - offset ||
			!read_at(f->fd, offset + sizeof(*head), room, figures + head->len))
		return false;
	*next = offset + sizeof(*head) + figures + head->len;
	return frame_sum(head, (const float *)(const void *)room, f->nfigures, room + figures) == head->sum;
}

static void scan(struct record_file *f, uint64_t offset, record_frame *frame, void *arg)
{
	char *room = xmalloc(f->size + 1);
	struct frame_head head;
	uint64_t next;

	while (offset < f->size && frame_good(f, offset, &head, room, &next)) {
		f->first_s = f->first_s ? f->first_s : head.wall_s;
		f->last_s = head.wall_s;
		frame(arg, f, &head, (uint32_t)offset);
		offset = next;
	}
	free(room);
	if (offset == f->size)
		return;
	logline(LOG_WARNING, "recorder",
			"%s: expected a frame at byte %" PRIu64 ", found %" PRIu64
			" bytes that are none: they are cut off",
			f->path, offset, f->size - offset);
	if (ftruncate(f->fd, (off_t)offset) == 0)
		f->size = offset;
}

static struct record_file *open_path(const char *path, int flags, struct err *err)
{
	struct record_file *f;
	struct stat st;
	int fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || fstat(fd, &st)) {
		err_set(err, ERR_RETRY, errno, "recorder: %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	f = xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->path = xstrdup(path);
	f->size = (uint64_t)st.st_size;
	return f;
}

struct record_file *record_file_open(const char *path, const char *names, record_frame *frame, void *arg,
		struct err *err)
{
	struct record_file *f = open_path(path, 0, err);
	char *theirs;

	if (f == NULL)
		return NULL;
	theirs = f->size <= 4 * RECORDING_FILE_MAX + (uint64_t)RECORDING_DOC_MAX ? read_file_head(f, &f->nfigures)
										 : NULL;
	if (theirs == NULL) {
		logline(LOG_WARNING, "recorder",
				"%s: expected a recording of form %d, found something else: it is replaced", path,
				FORM);
		unlink(path);
		record_file_close(f);
		return NULL;
	}
	f->place = places(names, theirs);
	scan(f, sizeof(struct file_head) + strlen(theirs), frame, arg);
	free(theirs);
	return f;
}

struct record_file *record_file_make(const char *dir, int64_t wall_s, const char *names, struct err *err)
{
	struct file_head head = {
		.magic = FILE_MAGIC,
		.form = FORM,
		.names_len = (uint32_t)strlen(names),
		.nfigures = record_names_count(names),
	};
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)(uintptr_t)names, head.names_len } };
	char *path = xasprintf("%s/%012" PRId64 ".rec", dir, wall_s);
	struct record_file *f = open_path(path, O_CREAT | O_TRUNC, err);

	free(path);
	if (f == NULL)
		return NULL;
	f->size = sizeof(head) + head.names_len;
	f->nfigures = head.nfigures;
	f->place = places(names, names);
	if (pwritev(f->fd, parts, 2, 0) == (ssize_t)f->size)
		return f;
	err_set(err, ERR_RETRY, errno, "recorder: %s: %s", f->path, strerror(errno ? errno : ENOSPC));
	unlink(f->path);
	record_file_close(f);
	return NULL;
}

int record_file_add(struct record_file *f, struct frame_head *head, const float *figures, const void *doc,
		struct err *err)
{
	struct iovec parts[] = {
		{ head, sizeof(*head) },
		{ (void *)(uintptr_t)figures, f->nfigures * sizeof(*figures) },
		{ (void *)(uintptr_t)doc, head->len },
	};
	uint64_t len = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len;

	head->magic = FRAME_MAGIC;
	head->sum = 0;
	head->sum = frame_sum(head, figures, f->nfigures, doc);
	errno = 0;
	if (pwritev(f->fd, parts, 3, (off_t)f->size) != (ssize_t)len) {
		err_set(err, ERR_RETRY, errno, "recorder: %s: %s", f->path, strerror(errno ? errno : ENOSPC));
		if (ftruncate(f->fd, (off_t)f->size)) {
			/* the next frame is written over it */
		}
		return -1;
	}
	f->size += len;
	f->first_s = f->first_s ? f->first_s : head->wall_s;
	f->last_s = head->wall_s;
	return 0;
}

int record_file_head(const struct record_file *f, uint32_t offset, struct frame_head *head, struct err *err)
{
	return read_at(f->fd, offset, head, sizeof(*head)) && head->magic == FRAME_MAGIC
			? 0
			: err_set(err, ERR_DATA, 0, "recorder: %s: expected a frame at byte %" PRIu32, f->path, offset);
}

int record_file_doc(const struct record_file *f, uint32_t offset, const struct frame_head *head,
		const struct buf *whole, struct buf *out, struct err *err)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();
	char *packed = xmalloc(head->len + 1), *room = buf_reserve(out, head->raw_len);
	bool good = z && room &&
			read_at(f->fd, offset + sizeof(*head) + f->nfigures * sizeof(float), packed, head->len);

	if (good && whole)
		good = !ZSTD_isError(ZSTD_DCtx_refPrefix(z, whole->data, whole->len));
	good = good && ZSTD_decompressDCtx(z, room, head->raw_len, packed, head->len) == head->raw_len;
	if (good)
		out->len += head->raw_len;
	free(packed);
	ZSTD_freeDCtx(z);
	return good ? 0
		    : err_set(err, ERR_DATA, 0, "recorder: %s: the frame at byte %" PRIu32 " cannot be read", f->path,
				      offset);
}

int record_file_figures(const struct record_file *f, uint32_t offset, float *out, unsigned n)
{
	float *theirs = xmalloc((f->nfigures + 1) * sizeof(*theirs));
	bool good = read_at(f->fd, offset + sizeof(struct frame_head), theirs, f->nfigures * sizeof(*theirs));

	for (unsigned i = 0; i < n && good; i++)
		out[i] = f->place[i] < f->nfigures ? theirs[f->place[i]] : __builtin_nanf("");
	free(theirs);
	return good ? 0 : -1;
}
