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

	if (cli_option(cli, "--unmasked")) {
		r.args[r.nargs].name = "unmasked";
		r.args[r.nargs++].value = "yes";
	}
	if (cli_ask_to(cli, &r, keep_message, message, err))
		return -1;
	if (message->len == 0 || *message->data != '{')
		return err_set(err, ERR_DATA, 0,
				"letter %s: expected a message with a row, found %s; --unmasked shows one that a script masks",
				id, message->len ? "one that is not shown" : "none");
	return 0;
}

/* A column a line; without what the message says besides the row. */
static int put_row(struct buf *out, const struct json_slice *row, struct err *err)
{
	struct json_slice key, v;
	const char *comma = "{";
	struct json j;

	json_init(&j, row->p, row->len);
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0, "the letter has no row: its message is not understood");
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		if (key.len > 2 && memcmp(key.p, "__", 2) == 0)
			continue;
		buf_printf(out, "%s\n  \"", comma);
		buf_put(out, key.p, key.len);
		buf_puts(out, "\": ");
		dead_edit_put(out, &v);
		comma = ",";
	}
	buf_puts(out, "\n}\n");
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

/* ---- what is otherwise ---- */

/* Only the columns that have another text. */
static int put_changed(struct buf *out, const struct json_slice *old, const struct buf *text, struct err *err)
{
	struct json_slice key, v, before;
	const char *comma = "{";
	char name[200];
	struct json j;

	json_init(&j, text->data ? text->data : "", text->len);
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0,
				"the row: expected a JSON object, found something else; nothing was changed");
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		snprintf(name, sizeof(name), "%.*s", (int)(key.len < 199 ? key.len : 199), key.p);
		if (dead_edit_member(old->p, old->len, name, &before) && before.kind == v.kind && before.len == v.len &&
				memcmp(before.p, v.p, v.len) == 0)
			continue;
		buf_printf(out, "%s\"", comma);
		buf_put(out, key.p, key.len);
		buf_puts(out, "\":");
		dead_edit_put(out, &v);
		comma = ",";
	}
	if (!json_done(&j))
		return err_set(err, ERR_DATA, 0, "the row is no JSON: %s; nothing was changed",
				j.problem ? j.problem : "it does not end");
	if (out->len == 0)
		return err_set(err, ERR_CONFIG, 0, "no column has another value; nothing was changed");
	buf_putc(out, '}');
	return 0;
}

static int in_editor(struct cli *cli, const char *id, struct buf *out, struct err *err)
{
	struct buf message, row, text;
	struct json_slice old;
	int rc;

	buf_init(&message, ROW_MAX);
	buf_init(&row, ROW_MAX);
	buf_init(&text, ROW_MAX);
	rc = ask_message(cli, id, &message, err);
	if (rc == 0) {
		old = dead_edit_row(message.data, message.len);
		rc = put_row(&row, &old, err) || edit_in_file(&row, &text, err) || put_changed(out, &old, &text, err)
				? -1
				: 0;
	}
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
