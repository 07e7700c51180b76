/*
 * cli_dead_edit.c - millrace dead edit ID: the row of a dead letter in a person's editor, or from a file. What was changed is sent, and
 * nothing else, so no value loses a digit on the way. The row stands in a file that only its owner may read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/xalloc.h"
#include "engine/dead/dead_edit.h"

enum { ROW_MAX = 16 << 20 };

/* ---- the letter's row ---- */

static int keep_message(void *arg, const char *line, size_t len)
{
	struct buf *message = arg;
	struct json_slice v;
	struct arena a;
	const char *text;
	size_t n;

	arena_init(&a, 0);
	if (dead_edit_member(line, len, "message", &v) && v.kind == JSON_STRING && json_text(&v, &a, &text, &n) == 0)
		buf_put(message, text, n);
	arena_done(&a);
	return 0;
}

static int ask_message(struct cli *cli, const char *id, struct buf *message, struct err *err)
{
	struct engine_request r = { .command = "dead-show", .args = { { "id", id } }, .nargs = 1 };

	engine_request_give(&r, "unmasked", cli_given(cli, "--unmasked"));
	if (cli_ask_to(cli, &r, keep_message, message, err))
		return -1;
	if (message->len == 0 || *message->data != '{')
		return err_set(err, ERR_DATA, 0,
				"letter %s: expected a message with a row, found %s; --unmasked shows one that a script masks",
				id, message->len ? "one that is not shown" : "none");
	return 0;
}

/* ---- the editor ---- */

static int run_editor(const char *path, struct err *err)
{
	const char *editor = getenv("VISUAL") ? getenv("VISUAL") : getenv("EDITOR");
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		char *command = xasprintf("%s \"$1\"", editor && *editor ? editor : "vi");

		execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(err, ERR_CONFIG, child < 0 ? errno : 0,
				"the editor (VISUAL, EDITOR, else vi) did not end well; nothing was changed");
	return 0;
}

static int edit_in_file(const struct buf *row, struct buf *out, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *path = xasprintf("%s/millrace-row.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int fd = mkstemp(path), rc = -1; /* mode 0600 */

	if (fd < 0 || write(fd, row->data, row->len) != (ssize_t)row->len)
		err_set(err, ERR_CONFIG, errno, "%s cannot be written: %s", path, strerror(errno));
	else
		rc = run_editor(path, err) ? -1 : cli_file_read(path, out, err);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(path);
	return rc;
}

/* ---- both ---- */

static int in_editor(struct cli *cli, const char *id, struct buf *out, struct err *err)
{
	struct buf message, row, text;
	int rc;

	buf_init(&message, ROW_MAX);
	buf_init(&row, ROW_MAX);
	buf_init(&text, ROW_MAX);
	rc = ask_message(cli, id, &message, err);
	if (rc == 0)
		rc = engine_letter_text(&row, message.data, message.len, err) || edit_in_file(&row, &text, err) ||
						engine_letter_changed(out, message.data, message.len, text.data,
								text.len, err)
				? -1
				: 0;
	buf_done(&message);
	buf_done(&row);
	buf_done(&text);
	return rc;
}

char *cli_dead_row(struct cli *cli, const char *id, struct err *err)
{
	const char *path = cli_option(cli, "--row");
	struct buf row;
	int rc;

	buf_init(&row, ROW_MAX);
	rc = path ? cli_file_read(path, &row, err) : in_editor(cli, id, &row, err);
	if (rc == 0 && row.len == 0)
		rc = err_set(err, ERR_CONFIG, 0, "%s: expected a JSON object, found nothing", path ? path : "the row");
	if (rc == 0)
		return buf_take(&row);
	buf_done(&row);
	return NULL;
}
