/*
 * older_recording.c - `older_recording DIR SECONDS`: what a recorder has kept in DIR becomes so much older, as if it were of another hour or
 * another day. No process may have the folder open.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "engine/recorder/recording.h"
#include "engine/status/series.h"

struct frame {
	int64_t wall_s;
	float figures[SERIES_COUNT];
	struct buf doc;
};

struct frames {
	struct frame *items;
	size_t count, cap;
};

static void frame_add(void *arg, int64_t wall_s, const float *figures)
{
	struct frames *f = arg;
	struct frame *new;

	xgrow(f->items, f->count, f->cap, 64);
	new = &f->items[f->count++];
	new->wall_s = wall_s;
	memcpy(new->figures, figures, sizeof(new->figures));
	buf_init(&new->doc, RECORDING_DOC_MAX);
}

/* The document says when it was taken, too. */
static void doc_older(const struct buf *was, int64_t seconds, struct buf *out)
{
	static const char name[] = "\"now_us\":";
	char *text = xstrndup(was->data, was->len), *at = strstr(text, name), *end;
	int64_t us;

	if (at == NULL) {
		fprintf(stderr, "older_recording: a document without %s\n", name);
		exit(1);
	}
	at += strlen(name);
	us = strtoll(at, &end, 10);
	buf_put(out, text, (size_t)(at - text));
	buf_printf(out, "%" PRId64 "%s", us - seconds * 1000000, end);
	free(text);
}

static void fail(const struct err *err)
{
	fprintf(stderr, "older_recording: %s\n", err->msg);
	exit(1);
}

static struct recording *open_recording(const char *dir)
{
	char names[SERIES_COUNT * 32] = "";
	struct recording *r;
	struct err err;

	err_clear(&err);
	for (int i = 0; i < SERIES_COUNT; i++)
		sprintf(names + strlen(names), "%s\n", series_name((enum series_id)i));
	r = recording_open(dir, names, UINT64_C(50000000), &err);
	if (r == NULL)
		fail(&err);
	return r;
}

static void read_all(const char *dir, struct frames *f)
{
	struct recording *r = open_recording(dir);
	struct err err;

	recording_each(r, frame_add, f);
	for (size_t i = 0; i < f->count; i++)
		if (recording_read(r, f->items[i].wall_s, RECORDING_AT, &f->items[i].doc, &err))
			fail(&err);
	recording_close(r);
}

static void write_all(const char *dir, const struct frames *f, int64_t seconds)
{
	struct recording *r = open_recording(dir);
	struct err err;

	for (size_t i = 0; i < f->count; i++) {
		const struct frame *one = &f->items[i];
		struct buf doc;

		buf_init(&doc, RECORDING_DOC_MAX);
		doc_older(&one->doc, seconds, &doc);
		if (recording_add(r, one->wall_s - seconds, one->figures, doc.data, doc.len, &err))
			fail(&err);
		buf_done(&doc);
	}
	recording_close(r);
}

int main(int argc, char **argv)
{
	struct frames f = { 0 };
	char *new;

	if (argc != 3) {
		fprintf(stderr, "usage: older_recording DIR SECONDS\n");
		return 2;
	}
	new = xasprintf("%s.older", argv[1]);
	read_all(argv[1], &f);
	write_all(new, &f, strtoll(argv[2], NULL, 10));
	printf("%s\n", new);
	for (size_t i = 0; i < f.count; i++)
		buf_done(&f.items[i].doc);
	free(f.items);
	free(new);
	return 0;
}
