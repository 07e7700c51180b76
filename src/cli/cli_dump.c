/* cli_dump.c - a view of the console on standard output. */
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "console/dump.h"
#include "core/buf.h"
#include "remote/control.h"

enum { COLS = 120, LEAST = 10, MOST = 500, OUT_MAX = 64 << 20 };

static int take_size(const char *text, struct dump_conf *conf, struct err *err)
{
	char end;

	if (sscanf(text, "%4dx%4d%c", &conf->cols, &conf->rows, &end) == 2 && conf->cols >= LEAST &&
			conf->cols <= MOST && conf->rows >= 1 && conf->rows <= MOST)
		return 0;
	return err_set(err, ERR_CONFIG, 0, "--size: expected columns x lines, %dx1 to %dx%d, found '%.40s'", LEAST,
			MOST, MOST, text);
}

/* The socket that is named, or that of this configuration. */
static int call(struct cli *cli, struct cli_call *c, struct err *err)
{
	if (cli->nwords < 2)
		return cli_call(cli, c, err);
	c->client = control_connect(cli->words[1], &c->link, err);
	return c->client ? 0 : -1;
}

static int dump(struct cli *cli, const struct dump_conf *conf, struct err *err)
{
	struct cli_call c;
	struct buf out;
	int rc;

	if (call(cli, &c, err))
		return -1;
	buf_init(&out, OUT_MAX);
	rc = dump_view(&c.link, conf, &out, err);
	if (rc == 0 && out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_done(&out);
	cli_hang_up(&c);
	return rc;
}

int cli_dump(struct cli *cli)
{
	struct dump_conf conf = {
		.cols = COLS,
		.json = cli_option(cli, "--json") != NULL,
		.at = cli_option(cli, "--at"),
		.filter = cli_option(cli, "--filter"),
		.save = cli_option(cli, "--save"),
	};
	const char *size = cli_option(cli, "--size"), *name;
	struct err err;

	err_clear(&err);
	if (cli->nwords == 0) {
		for (int i = 0; (name = dump_view_name(i)) != NULL; i++)
			puts(name);
		return EXIT_DONE;
	}
	conf.view = cli->words[0];
	conf.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (size && take_size(size, &conf, &err))
		return cli_fail(&err);
	return dump(cli, &conf, &err) ? cli_fail(&err) : EXIT_DONE;
}
