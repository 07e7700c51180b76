/* cli_serve.c - the doors of a running engine: the control socket always, HTTP where [http] listen is set. */
#include <stdlib.h>

#include "cli/cli.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "http/http.h"
#include "remote/control.h"

struct cli_doors {
	struct control_server *control;
	struct http_conf conf;
	struct http_server *http; /* NULL: not configured */
};

static int open_http(struct cli_doors *d, const struct http_settings *http, struct engine_link *link, struct err *err)
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
	d->http = http_serve(link, &d->conf, err);
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

	d->control = control_serve(link, path, err);
	free(path);
	if (d->control && open_http(d, &s->http, link, err) == 0)
		return d;
	cli_close_doors(d);
	return NULL;
}

void cli_close_doors(struct cli_doors *d)
{
	if (d == NULL)
		return;
	http_stop(d->http);
	control_stop(d->control);
	free(d);
}
