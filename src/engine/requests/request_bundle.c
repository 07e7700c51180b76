/*
 * request_bundle.c - the request bundle: what a colleague needs who was not there, as files in a folder of state.dir that nobody else may read.
 *
 * Each file is the answer of another request that only reads, so what these leave out (passwords, tokens) or mask is left out and masked
 * here, too. No row of a table is in it; keys and reasons of dead letters are, as on the screen. A file that cannot be made does not keep the
 * others from it: it is told, and in the list that is the last file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"

enum { FILE_MOST = 16 << 20, LOG_MOST = 1 << 20, LINE_MOST = 8 << 10, LIST_MOST = 128 << 10, SAME_SECOND = 20 };

static const struct part {
	const char *file, *command, *name, *value; /* the request, and its one argument */
} parts[] = {
	{ "status.json", "status", NULL, NULL },
	{ "settings.jsonl", "settings", NULL, NULL },
	{ "topics.jsonl", "topics", NULL, NULL },
	{ "groups.jsonl", "groups", NULL, NULL },
	{ "loads.jsonl", "loads", NULL, NULL },
	{ "dead-groups.jsonl", "dead-groups", NULL, NULL },
	{ "latency.jsonl", "latency", NULL, NULL },
	{ "history.json", "history", "series", "all" },
	{ "hour-ago.json", "past", "at", "1h" },
	{ "scripts.jsonl", "script-versions", NULL, NULL },
};

struct bundle {
	struct ask *a;
	char *folder;
	int fd;		   /* of the folder */
	struct buf list;   /* what was told */
	struct buf answer; /* of the file that is being made */
	bool cut;
};

static int keep_line(void *arg, const char *line, size_t len)
{
	struct bundle *b = arg;

	if (len == 0) /* is the asker still there? */
		return b->a->emit(b->a->arg, line, 0);
	if (b->answer.len + len + 1 > FILE_MOST) {
		b->cut = true;
		return 1;
	}
	buf_put(&b->answer, line, len);
	buf_putc(&b->answer, '\n');
	return 0;
}

/* Whole, or not there. */
static int write_file(struct bundle *b, const char *name, const char *data, size_t len, struct err *err)
{
	int fd = openat(b->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t n = 0;

	for (size_t done = 0; fd >= 0 && done < len && n >= 0; done += n > 0 ? (size_t)n : 0)
		n = write(fd, data + done, len - done);
	if (fd >= 0 && n >= 0 && close(fd) == 0)
		return 0;
	err_set(err, ERR_CONFIG, errno, "%s/%s: expected to be able to write it, found: %s", b->folder, name,
			strerror(errno));
	if (fd >= 0)
		unlinkat(b->fd, name, 0);
	return -1;
}

static int tell(struct bundle *b, const char *name, size_t bytes, const struct err *why)
{
	struct buf line;
	int gone;

	buf_init(&line, LINE_MOST);
	buf_puts(&line, "{\"kind\":\"file\",\"name\":");
	buf_json_str(&line, name);
	buf_printf(&line, ",\"bytes\":%zu,\"cut\":%s,\"error\":", bytes, b->cut ? "true" : "false");
	buf_json_str(&line, why->kind == ERR_NONE ? "" : why->msg);
	buf_putc(&line, '}');
	buf_put(&b->list, line.data, line.len);
	buf_putc(&b->list, '\n');
	gone = b->a->emit(b->a->arg, line.data, line.len);
	buf_done(&line);
	return gone;
}

/* What the process cannot answer in its role, or now, is said in the list. */
static int put_part(struct bundle *b, const struct part *p)
{
	struct engine_request r = { .command = p->command, .session = b->a->r->session };
	struct err why;
	size_t len;

	err_clear(&why);
	engine_request_give(&r, p->name, p->name ? p->value : NULL);
	buf_reset(&b->answer);
	b->cut = false;
	if (b->a->run(b->a->e, &r, keep_line, b, &why) && !b->cut && b->answer.len == 0)
		return tell(b, p->file, 0, &why);
	len = b->answer.len;
	if (write_file(b, p->file, b->answer.data, len, &why))
		len = 0;
	return tell(b, p->file, len, &why);
}

/* The newest lines of the log, where it is a file: with the console, else the service manager has them. */
static int put_log(struct bundle *b)
{
	char *path = xasprintf("%s/millrace.log", b->a->e->settings->state_dir), *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END), from = size > LOG_MOST ? size - LOG_MOST : 0;
	struct err why;
	ssize_t n;

	err_clear(&why);
	free(path);
	if (fd < 0)
		return 0;
	text = xmalloc(LOG_MOST);
	n = pread(fd, text, LOG_MOST, from);
	close(fd);
	b->cut = from > 0;
	if (n < 0 || write_file(b, "millrace.log", text, (size_t)n, &why))
		n = 0;
	free(text);
	return tell(b, "millrace.log", (size_t)n, &why);
}

static int open_folder(struct bundle *b, struct err *err)
{
	char when[40];

	when[num_iso_datetime(when, clock_wall_us(), 0, 'T')] = '\0';
	for (char *c = when; *c; c++)
		*c = *c == ':' ? '-' : *c;
	for (int i = 1, rc = -1; rc; i++) { /* several of one second */
		free(b->folder);
		b->folder = xasprintf(i == 1 ? "%s/bundle-%s-%s" : "%s/bundle-%s-%s-%d", b->a->e->settings->state_dir,
				b->a->e->settings->name, when, i);
		rc = mkdir(b->folder, 0700);
		if (rc && (errno != EEXIST || i == SAME_SECOND))
			return err_set(err, ERR_CONFIG, errno,
					"bundle: %s: expected a folder that can be made, found: %s", b->folder,
					strerror(errno));
	}
	b->fd = open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return b->fd >= 0 ? 0 : err_set(err, ERR_CONFIG, errno, "bundle: %s: %s", b->folder, strerror(errno));
}

static int tell_folder(struct bundle *b)
{
	struct buf line;
	int gone;

	buf_init(&line, LINE_MOST);
	buf_puts(&line, "{\"kind\":\"bundle\",\"folder\":");
	buf_json_str(&line, b->folder);
	buf_putc(&line, '}');
	gone = b->a->emit(b->a->arg, line.data, line.len);
	buf_done(&line);
	return gone;
}

static int ask_bundle(struct ask *a)
{
	struct bundle b = { .a = a, .fd = -1 };
	int rc = open_folder(&b, a->err), gone = 0;

	buf_init(&b.list, LIST_MOST);
	buf_init(&b.answer, FILE_MOST + 1);
	for (size_t i = 0; rc == 0 && gone == 0 && i < sizeof(parts) / sizeof(*parts); i++)
		gone = put_part(&b, &parts[i]);
	if (rc == 0 && gone == 0)
		gone = put_log(&b);
	if (rc == 0)
		rc = write_file(&b, "files.jsonl", b.list.data, b.list.len, a->err);
	if (rc == 0 && gone == 0)
		tell_folder(&b);
	if (b.fd >= 0)
		close(b.fd);
	buf_done(&b.answer);
	buf_done(&b.list);
	free(b.folder);
	return rc;
}

const struct request_row requests_of_bundle[] = {
	{ { "bundle", EFFECT_REVERSIBLE,
			  "what a colleague needs, as files in state.dir: status, settings without secrets, log, history: a line each",
			  no_args, DOER_ANY },
			ask_bundle },
	{ .run = NULL },
};
