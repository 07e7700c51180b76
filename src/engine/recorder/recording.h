/*
 * recording.h - what was seen over a day, in files of one folder: documents with a row of figures each, found again by their time. A file is a
 * list of frames; one in thirty is whole, the others are compressed against it, so that a document is found by reading two frames. The
 * oldest files go first. A file whose end was torn off by a crash is cut there; one that is damaged or of another form is told and replaced.
 *
 * @thread any: one lock inside. Nothing is synced: after a power failure the last frames may be missing, and their checksums say so.
 */
#ifndef ENGINE_RECORDING_H
#define ENGINE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

enum { RECORDING_KEEP_S = 24 * 3600, RECORDING_FILE_MAX = 1 << 20, RECORDING_DOC_MAX = 64 << 20 };

struct recording;

/* names: of the figures, one a line; a frame's are found by them when a later version has others. max_bytes: of all files. */
struct recording *recording_open(const char *dir, const char *names, uint64_t max_bytes, struct err *err);
void recording_close(struct recording *r); /* NULL allowed */
/* wall_s: later than the one before, else it is not taken. */
int recording_add(struct recording *r, int64_t wall_s, const float *figures, const char *doc, size_t len,
		struct err *err);

enum recording_step { RECORDING_AT, RECORDING_BEFORE, RECORDING_AFTER };
/* The newest document up to wall_s, or the next one on that side of it. */
int recording_read(struct recording *r, int64_t wall_s, enum recording_step step, struct buf *out, struct err *err);
/* Figures of all frames, oldest first. */
void recording_each(struct recording *r, void (*frame)(void *arg, int64_t wall_s, const float *figures), void *arg);
uint64_t recording_bytes(struct recording *r);
size_t recording_frames(struct recording *r);

#endif
