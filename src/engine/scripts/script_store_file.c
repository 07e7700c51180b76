/* script_store_file.c - the files of the versions of scripts: an index that grows by a line, and is written anew when most lines count no more. */
#include "engine/scripts/script_store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/logline.h"
#include "core/text.h"
#include "core/xalloc.h"

struct store_entry *store_add(struct script_store *st)
{
	xgrow(st->entries, st->count, st->cap, 16);
	st->entries[st->count] = (struct store_entry){ .runs = false };
	return &st->entries[st->count++];
}

static bool is_version(const char *text)
{
	size_t n = strlen(text);

	return n > 0 && n < SCRIPT_VERSION_ROOM && text_consists(text, n, "0123456789abcdef");
}

static const char *member(const json_t *o, const char *name)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text ? text : "";
}

static void take_line(struct script_store *st, const char *line)
{
	json_t *o = json_loads(line, 0, NULL);
	struct store_entry *e;

	if (*member(o, "section") && is_version(member(o, "version"))) {
		e = store_add(st);
		e->v.section = xstrdup(member(o, "section"));
		snprintf(e->v.version, sizeof(e->v.version), "%s", member(o, "version"));
		snprintf(e->v.instead, sizeof(e->v.instead), "%.12s", member(o, "instead"));
		snprintf(e->v.who, sizeof(e->v.who), "%s", member(o, "who"));
		snprintf(e->v.how, sizeof(e->v.how), "%s", member(o, "how"));
		e->v.at_us = json_integer_value(json_object_get(o, "at"));
	}
	json_decref(o);
}

/* A line that a crash has cut is no JSON, and the next one begins behind it. */
void store_read_index(struct script_store *st)
{
	char *path = xasprintf("%s/index", st->folder), *line = NULL;
	FILE *f = fopen(path, "re");
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		take_line(st, line);
		st->lines++;
	}
	if (f)
		fclose(f);
	free(line);
	free(path);
}

static void put_line(struct buf *b, const struct store_entry *e)
{
	json_t *o = json_pack("{s:I,s:s,s:s,s:s,s:s,s:s}", "at", (json_int_t)e->v.at_us, "section", e->v.section,
			"version", e->v.version, "instead", e->v.instead, "who", e->v.who, "how", e->v.how);
	char *line = o ? json_dumps(o, JSON_COMPACT) : NULL;

	if (line)
		buf_printf(b, "%s\n", line);
	free(line);
	json_decref(o);
}

/* The whole of b into a file; a new one takes the place of an old one when it is on disk. */
static int write_file(const char *folder, const char *name, const struct buf *b, int how)
{
	char *path = xasprintf("%s/%s", folder, name), *fresh = xasprintf("%s.new", path);
	int fd, rc = -1;
	size_t done = 0;
	ssize_t n = 0;

	if (mkdir(folder, 0750) == 0 || errno == EEXIST) {
		fd = open(how == O_APPEND ? path : fresh, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
		while (fd >= 0 && done < b->len && (n = write(fd, b->data + done, b->len - done)) > 0)
			done += (size_t)n;
		rc = fd < 0 || done < b->len || fsync(fd) ? -1 : 0;
		if (fd >= 0)
			close(fd);
		if (rc == 0 && how != O_APPEND)
			rc = rename(fresh, path);
	}
	free(fresh);
	free(path);
	return rc;
}

void store_append(struct script_store *st, const struct store_entry *e)
{
	bool anew = st->lines > 2 * st->count + 100;
	struct buf b;

	buf_init(&b, STORE_TEXT_MAX);
	if (st->lines > 0 && !anew)
		buf_putc(&b, '\n'); /* the last line may have been cut */
	if (anew)
		for (size_t i = 0; i < st->count; i++)
			put_line(&b, &st->entries[i]);
	else
		put_line(&b, e);
	if (write_file(st->folder, "index", &b, anew ? O_TRUNC : O_APPEND))
		logline(LOG_ERROR, "script",
				"%s/index: expected to write it, found: %s; this version is not remembered", st->folder,
				strerror(errno));
	st->lines = anew ? st->count : st->lines + 2;
	buf_done(&b);
}

int store_write_text(struct script_store *st, const char *version, const struct buf *b, struct err *err)
{
	char *path = xasprintf("%s/%s", st->folder, version);
	bool there = access(path, R_OK) == 0; /* its name says what is in it */

	free(path);
	return there || write_file(st->folder, version, b, O_TRUNC) == 0
			? 0
			: err_set(err, ERR_CONFIG, errno, "%s/%s: expected to write it, found: %s", st->folder, version,
					  strerror(errno));
}

char *store_read_text(struct script_store *st, const char *version, struct err *err)
{
	char *path = is_version(version) ? xasprintf("%s/%s", st->folder, version) : NULL, *text = NULL;
	FILE *f = path ? fopen(path, "re") : NULL;
	size_t len = 0;

	if (f == NULL) {
		err_set(err, ERR_CONFIG, 0,
				"version '%.40s': expected one that `millrace lua versions` lists, found no text of it",
				version);
	} else {
		text = xmalloc(STORE_TEXT_MAX + 1);
		len = fread(text, 1, STORE_TEXT_MAX, f);
		text[len] = '\0';
		text = xrealloc(text, len + 1);
		fclose(f);
	}
	free(path);
	return text;
}

void store_remove_text(struct script_store *st, const char *version)
{
	char *path = xasprintf("%s/%s", st->folder, version);

	if (st->writes)
		unlink(path);
	free(path);
}
