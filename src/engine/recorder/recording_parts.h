/* recording_parts.h - what recording.c (adding and finding) and recording_file.c (one file) share. */
#ifndef ENGINE_RECORDING_PARTS_H
#define ENGINE_RECORDING_PARTS_H

#include <zstd.h>

#include "engine/recorder/recording.h"

struct frame_head {	     /* as it stands in the file; the machine's own byte order */
	uint32_t magic, len; /* of the compressed document, which follows the figures */
	uint64_t sum;	     /* over the head with sum 0, the figures and the document */
	int64_t wall_s;
	uint32_t raw_len,
			whole; /* of the document; the offset of the frame that it is compressed against, its own: none */
};

struct record_file {
	char *path;
	int fd;
	uint64_t size;
	int64_t first_s, last_s; /* of its frames; 0: it has none */
	unsigned *place;	 /* of each of our figures among the file's, UINT_MAX: it has none */
	unsigned nfigures;	 /* in each of its frames */
};

struct frame_place {
	int64_t wall_s;
	struct record_file *file;
	uint32_t offset;
};

typedef void record_frame(void *arg, struct record_file *f, const struct frame_head *head, uint32_t offset);

/* Opens a file and calls back for each good frame. What follows the last good one is cut off. NULL: it is of no use (told), or err. */
struct record_file *record_file_open(const char *path, const char *names, record_frame *frame, void *arg,
		struct err *err);
struct record_file *record_file_make(const char *dir, int64_t wall_s, const char *names, struct err *err);
void record_file_close(struct record_file *f);
int record_file_add(struct record_file *f, struct frame_head *head, const float *figures, const void *doc,
		struct err *err);
/* The document, with whatever it is compressed against; whole: NULL when nothing is. */
int record_file_head(const struct record_file *f, uint32_t offset, struct frame_head *head, struct err *err);
int record_file_doc(const struct record_file *f, uint32_t offset, const struct frame_head *head,
		const struct buf *whole, struct buf *out, struct err *err);
int record_file_figures(const struct record_file *f, uint32_t offset, float *out, unsigned n);
unsigned record_names_count(const char *names);

#endif
