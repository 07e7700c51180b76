/* cli_convert.c - `convert`: a Debezium connector's configuration, or CREATE ROUTINE LOAD statements, into a millrace.conf, on standard output. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/routine/routine_convert.h"
#include "engine/settings/settings_convert.h"

enum { FILE_BYTES_MAX = 1 << 20, CONF_BYTES_MAX = 32 << 20 };

int cli_file_read(const char *path, struct buf *out, struct err *err)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char piece[4096];
	size_t n;

	if (f == NULL)
		return err_set(err, ERR_CONFIG, errno, "%s: expected a readable file, found: %s", path,
				strerror(errno));
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_put(out, piece, n);
	if (ferror(f))
		err_set(err, ERR_CONFIG, errno, "%s: %s", path, strerror(errno));
	else if (out->failed)
		err_set(err, ERR_CONFIG, 0, "%s: expected at most 1 MB, found more", path);
	if (f != stdin)
		fclose(f);
	return err->kind == ERR_NONE ? 0 : -1;
}

int cli_convert_file(const char *path, bool statements, struct err *err)
{
	struct buf text, conf;
	unsigned lost = 0;
	int rc;

	buf_init(&text, FILE_BYTES_MAX);
	buf_init(&conf, CONF_BYTES_MAX);
	rc = cli_file_read(path, &text, err);
	buf_puts(&text, ""); /* ends it */
	if (rc == 0 && (statements || routine_convert_takes(text.data, text.len)))
		rc = routine_convert(text.data, text.len, &conf, &lost, err);
	else if (rc == 0)
		rc = settings_convert(text.data, text.len, &conf, &lost, err);
	if (rc < 0) {
		err->kind = ERR_CONFIG;
		err_wrap(err, "%s", path);
	} else {
		fputs(conf.data, stdout);
	}
	if (lost)
		fprintf(stderr, "millrace: %u option%s could not be carried over; see the lines that begin with ; !\n",
				lost, lost == 1 ? "" : "s");
	buf_done(&text);
	buf_done(&conf);
	return rc < 0 ? -1 : lost > 0;
}

int cli_convert(struct cli *cli)
{
	struct err err = { 0 };
	int rc = cli_convert_file(cli->words[0], false, &err);

	return rc < 0 ? cli_fail(&err) : rc ? EXIT_PROBLEMS : EXIT_DONE;
}
