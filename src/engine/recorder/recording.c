/* recording.c - see recording.h: which frame is where, and what goes when there is too much. */
#include "engine/recorder/recording.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/recorder/recording_parts.h"

enum { WHOLE_EVERY = 30, LEVEL = 3, WINDOW_LOG_LEAST = 17, WINDOW_LOG_MOST = 27, FILES_MAX = 10000 };

struct recording {
	char *dir, *names;
	uint64_t max_bytes, bytes;
	pthread_mutex_t lock;
	/* under lock; both oldest first */
	struct record_file **files;
	size_t nfiles;
	struct frame_place *frames;
	size_t nframes, cap;
	/* the one that the next frames are compressed against; its file is the last one */
	struct buf whole;
	uint32_t whole_at;
	unsigned since_whole; /* 0: the next one is whole */
	ZSTD_CCtx *z;
};

static void place_add(struct recording *r, const struct frame_place *p)
{
	xgrow(r->frames, r->nframes, r->cap, 1024);
	r->frames[r->nframes++] = *p;
}

static int64_t newest_s(const struct recording *r)
{
	return r->nframes ? r->frames[r->nframes - 1].wall_s : INT64_MIN;
}

/* A clock that was set back: such frames cannot be found by their time. */
static void seen(void *arg, struct record_file *f, const struct frame_head *head, uint32_t offset)
{
	struct recording *r = arg;

	if (head->wall_s > newest_s(r))
		place_add(r, &(struct frame_place){ head->wall_s, f, offset });
}

static void file_add(struct recording *r, struct record_file *f)
{
	r->files = xrealloc(r->files, (r->nfiles + 1) * sizeof(*r->files));
	r->files[r->nfiles++] = f;
	r->bytes += f->size;
}

/* ---- what is too old or too much ---- */

static void drop_first(struct recording *r)
{
	struct record_file *f = r->files[0];
	size_t n = 0;

	while (n < r->nframes && r->frames[n].file == f)
		n++;
	memmove(r->frames, r->frames + n, (r->nframes - n) * sizeof(*r->frames));
	r->nframes -= n;
	memmove(r->files, r->files + 1, --r->nfiles * sizeof(*r->files));
	r->bytes -= f->size;
	unlink(f->path);
	record_file_close(f);
}

static void drop_old(struct recording *r, int64_t wall_s, uint64_t coming)
{
	while (r->nfiles > 1 &&
			(r->bytes + coming > r->max_bytes || r->nfiles > FILES_MAX ||
					r->files[0]->last_s < wall_s - RECORDING_KEEP_S))
		drop_first(r);
}

/* ---- opening ---- */

static int is_recording(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return dot && strcmp(dot, ".rec") == 0;
}

static int open_files(struct recording *r, struct err *err)
{
	struct dirent **names;
	int n = scandir(r->dir, &names, is_recording, alphasort);

	if (n < 0)
		return err_set(err, ERR_RETRY, errno, "recorder: %s: %s", r->dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", r->dir, names[i]->d_name);
		struct record_file *f = record_file_open(path, r->names, seen, r, err);

		if (f)
			file_add(r, f);
		free(path);
		free(names[i]);
	}
	free(names);
	err_clear(err); /* a file that cannot be opened is not there */
	return 0;
}

struct recording *recording_open(const char *dir, const char *names, uint64_t max_bytes, struct err *err)
{
	struct recording *r;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return err_set(err, ERR_RETRY, errno, "recorder: %s: %s", dir, strerror(errno)), NULL;
	r = xcalloc(1, sizeof(*r));
	r->dir = xstrdup(dir);
	r->names = xstrdup(names);
	r->max_bytes = max_bytes;
	pthread_mutex_init(&r->lock, NULL);
	buf_init(&r->whole, RECORDING_DOC_MAX);
	r->z = ZSTD_createCCtx();
	if (r->z && open_files(r, err) == 0) {
		drop_old(r, newest_s(r), 0);
		return r;
	}
	recording_close(r);
	return NULL;
}

void recording_close(struct recording *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->nfiles; i++)
		record_file_close(r->files[i]);
	free(r->files);
	free(r->frames);
	free(r->dir);
	free(r->names);
	buf_done(&r->whole);
	ZSTD_freeCCtx(r->z);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* ---- adding ---- */

static int window_log(size_t bytes)
{
	int log = WINDOW_LOG_LEAST;

	while (log < WINDOW_LOG_MOST && (size_t)1 << log < bytes)
		log++;
	return log;
}

/* Compressed against the last whole frame, unless this one is whole. */
static void *pack(struct recording *r, const char *doc, size_t len, bool whole, size_t *packed)
{
	size_t bound = ZSTD_compressBound(len);
	char *out = xmalloc(bound);

	ZSTD_CCtx_reset(r->z, ZSTD_reset_session_and_parameters);
	ZSTD_CCtx_setParameter(r->z, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(r->z, ZSTD_c_windowLog, window_log(len + (whole ? 0 : r->whole.len)));
	if (!whole)
		ZSTD_CCtx_refPrefix(r->z, r->whole.data, r->whole.len);
	*packed = ZSTD_compress2(r->z, out, bound, doc, len);
	if (!ZSTD_isError(*packed))
		return out;
	free(out);
	return NULL;
}

/* The file for the next frame; a new one begins with a whole frame. */
static struct record_file *file_for(struct recording *r, int64_t wall_s, struct err *err)
{
	struct record_file *f = r->nfiles ? r->files[r->nfiles - 1] : NULL;

	if (f && f->size < RECORDING_FILE_MAX && f->nfigures == record_names_count(r->names) &&
			(f->nfigures == 0 || f->place[f->nfigures - 1] == f->nfigures - 1))
		return f;
	f = record_file_make(r->dir, wall_s, r->names, err);
	if (f)
		file_add(r, f);
	r->since_whole = 0;
	return f;
}

static int add_to(struct recording *r, struct record_file *f, int64_t wall_s, const float *figures, const char *doc,
		size_t len, struct err *err)
{
	bool whole = r->since_whole == 0;
	uint32_t offset = (uint32_t)f->size;
	struct frame_head head = { .wall_s = wall_s, .raw_len = (uint32_t)len, .whole = whole ? offset : r->whole_at };
	size_t packed;
	void *out = pack(r, doc, len, whole, &packed);
	uint64_t before = f->size;
	int rc;

	if (out == NULL)
		return err_set(err, ERR_DATA, 0, "recorder: a document of %zu bytes cannot be compressed", len);
	head.len = (uint32_t)packed;
	rc = record_file_add(f, &head, figures, out, err);
	free(out);
	r->bytes += f->size - before;
	if (rc)
		return -1;
	place_add(r, &(struct frame_place){ wall_s, f, offset });
	if (whole) {
		buf_reset(&r->whole);
		buf_put(&r->whole, doc, len);
		r->whole_at = offset;
	}
	r->since_whole = (r->since_whole + 1) % WHOLE_EVERY;
	return 0;
}

int recording_add(struct recording *r, int64_t wall_s, const float *figures, const char *doc, size_t len,
		struct err *err)
{
	struct record_file *f;
	int rc = 0;

	if (len > RECORDING_DOC_MAX)
		return err_set(err, ERR_DATA, 0, "recorder: expected at most %d bytes, found %zu", RECORDING_DOC_MAX,
				len);
	pthread_mutex_lock(&r->lock);
	if (wall_s > newest_s(r)) {
		drop_old(r, wall_s, RECORDING_FILE_MAX / 4);
		f = file_for(r, wall_s, err);
		rc = f ? add_to(r, f, wall_s, figures, doc, len, err) : -1;
		if (rc)
			r->since_whole = 0;
	}
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/* ---- finding ---- */

/* How many frames are up to wall_s. */
static size_t upto(const struct recording *r, int64_t wall_s)
{
	size_t low = 0, high = r->nframes;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->frames[mid].wall_s <= wall_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct frame_place *find(const struct recording *r, int64_t wall_s, enum recording_step step)
{
	size_t n = upto(r, step == RECORDING_BEFORE ? wall_s - 1 : wall_s);

	if (step == RECORDING_AFTER)
		return n < r->nframes ? &r->frames[n] : NULL;
	return n ? &r->frames[n - 1] : NULL;
}

static int nothing_there(const struct recording *r, struct err *err)
{
	char first[40], last[40];

	if (r->nframes == 0)
		return err_set(err, ERR_CONFIG, 0, "past: nothing has been recorded yet");
	first[num_iso_datetime(first, r->frames[0].wall_s * 1000000, 0, ' ')] = '\0';
	last[num_iso_datetime(last, newest_s(r) * 1000000, 0, ' ')] = '\0';
	return err_set(err, ERR_CONFIG, 0, "past: nothing is recorded there; the recorder has %s to %s (UTC)", first,
			last);
}

static int read_place(const struct frame_place *p, struct buf *out, struct err *err)
{
	struct frame_head head, whole_head;
	struct buf whole;
	int rc;

	if (record_file_head(p->file, p->offset, &head, err))
		return -1;
	if (head.whole == p->offset)
		return record_file_doc(p->file, p->offset, &head, NULL, out, err);
	buf_init(&whole, RECORDING_DOC_MAX);
	rc = record_file_head(p->file, head.whole, &whole_head, err) ||
					record_file_doc(p->file, head.whole, &whole_head, NULL, &whole, err) ||
					record_file_doc(p->file, p->offset, &head, &whole, out, err)
			? -1
			: 0;
	buf_done(&whole);
	return rc;
}

int recording_read(struct recording *r, int64_t wall_s, enum recording_step step, struct buf *out, struct err *err)
{
	const struct frame_place *p;
	int rc;

	pthread_mutex_lock(&r->lock);
	p = find(r, wall_s, step);
	rc = p ? read_place(p, out, err) : nothing_there(r, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

void recording_each(struct recording *r, void (*frame)(void *arg, int64_t wall_s, const float *figures), void *arg)
{
	unsigned n = record_names_count(r->names);
	float *figures = xmalloc((n + 1) * sizeof(*figures));

	pthread_mutex_lock(&r->lock);
	for (size_t i = 0; i < r->nframes; i++)
		if (record_file_figures(r->frames[i].file, r->frames[i].offset, figures, n) == 0)
			frame(arg, r->frames[i].wall_s, figures);
	pthread_mutex_unlock(&r->lock);
	free(figures);
}

uint64_t recording_bytes(struct recording *r)
{
	uint64_t n;

	pthread_mutex_lock(&r->lock);
	n = r->bytes;
	pthread_mutex_unlock(&r->lock);
	return n;
}

size_t recording_frames(struct recording *r)
{
	size_t n;

	pthread_mutex_lock(&r->lock);
	n = r->nframes;
	pthread_mutex_unlock(&r->lock);
	return n;
}
