/* cli_convert.c - `convert`: a Debezium connector's configuration into a millrace.conf, on standard output. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/settings/settings_convert.h"

enum { FILE_BYTES_MAX = 1 << 20 };

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

int cli_convert(struct cli *cli)
{
	const char *path = cli->words[0];
	struct buf json, conf;
	struct err err = { 0 };
	unsigned lost = 0;
	int rc;

	buf_init(&json, FILE_BYTES_MAX);
	buf_init(&conf, 16 << 20);
	rc = cli_file_read(path, &json, &err);
	if (rc == 0 && (rc = settings_convert(json.data ? json.data : "", json.len, &conf, &lost, &err)) < 0) {
		err.kind = ERR_CONFIG;
		err_wrap(&err, "%s", path);
	}
	if (rc == 0)
		fputs(conf.data, stdout);
	if (lost)
		fprintf(stderr, "millrace: %u option%s could not be carried over; see the lines that begin with ; !\n",
				lost, lost == 1 ? "" : "s");
	buf_done(&json);
	buf_done(&conf);
	return rc < 0 ? cli_fail(&err) : lost ? EXIT_PROBLEMS : EXIT_DONE;
}
