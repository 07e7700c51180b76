/* cli_serve.c - the doors of a running engine: the control socket always, HTTP where [http] listen is set. */
#include <stdlib.h>

#include "cli/cli.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "engine/base/worker.h"
#include "http/http.h"
#include "remote/control.h"

enum { CLOSE_MS = 300 };

struct cli_doors {
	struct engine_link link; /* a copy: a request may outlive whoever opened the doors */
	struct control_server *control;
	struct http_conf conf;
	struct http_server *http; /* NULL: not configured */
	struct worker closing;
};

static int open_http(struct cli_doors *d, const struct http_settings *http, struct err *err)
{
	if (http->listen == NULL)
		return 0;
	d->conf = (struct http_conf){
		.host = http->host,
		.port = http->port,
		.token = http->token,
		.reads_need_token = http->reads_need_token,
		.connections = (unsigned)http->connections,
		.timeout_ms = (int)http->timeout_ms,
		.tables = (int)http->tables,
	};
	d->http = http_serve(&d->link, &d->conf, err);
	if (d->http == NULL)
		return -1;
	logline(LOG_NOTICE, "http", "listening on %s port %u%s", http->host, http->port,
			http->token ? "" : "; without a token nothing can be changed by it");
	return 0;
}

struct cli_doors *cli_open_doors(const struct settings *s, struct engine_link *link, struct err *err)
{
	struct cli_doors *d = xcalloc(1, sizeof(*d));
	char *path = cli_socket_path(s);

	d->link = *link;
	d->control = control_serve(&d->link, path, err);
	free(path);
	if (d->control && open_http(d, &s->http, err) == 0)
		return d;
	cli_close_doors(d);
	return NULL;
}

static void close_all(void *doors)
{
	struct cli_doors *d = doors;

	http_stop(d->http);
	control_stop(d->control);
}

/* A server's stop waits for what is being answered, and a system that is asked for it may not answer. */
bool cli_close_doors(struct cli_doors *d)
{
	struct err err;

	if (d == NULL)
		return true;
	worker_init(&d->closing);
	err_clear(&err);
	if (worker_start(&d->closing, close_all, d, &err))
		close_all(d);
	worker_stop(&d->closing, CLOSE_MS);
	if (!worker_done(&d->closing))
		return false;
	free(d);
	return true;
}
