/*
 * engine_requests.c - what can be asked of a running engine: one row and one function each, in the files of this folder by what they are about.
 * The console, the control socket and the commands all come through here, and the checks are made here.
 */
#include <pthread.h>
#include <string.h>

#include "core/conf/conf.h"
#include "core/changes.h"
#include "core/logline.h"
#include "core/must.h"
#include "engine/base/sessions.h"
#include "engine/engine_parts.h"
#include "engine/requests/request_ask.h"

enum { ROWS_MAX = 100 };

static const struct request_row *rows[ROWS_MAX];
static struct engine_request_doc docs[ROWS_MAX + 1]; /* of the same rows */
static size_t nrows;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void gather_rows(void)
{
	static const struct request_row *const lists[] = { requests_of_process, requests_of_tables,
		requests_of_messages, requests_of_scripts, requests_of_bundle };

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (const struct request_row *row = lists[i]; row->run; row++) {
			must(nrows < ROWS_MAX);
			rows[nrows] = row;
			docs[nrows++] = row->doc;
		}
}

const struct engine_request_doc *engine_request_docs(void)
{
	pthread_once(&once, gather_rows);
	return docs;
}

static const struct request_row *row_of(const char *name, struct err *err)
{
	const char *names[ROWS_MAX], *near;

	pthread_once(&once, gather_rows);
	for (size_t i = 0; i < nrows; i++) {
		names[i] = docs[i].name;
		if (strcmp(names[i], name) == 0)
			return rows[i];
	}
	near = conf_nearest(name, names, nrows);
	err_set(err, ERR_CONFIG, 0, "request '%.40s' is unknown%s%s", name, near ? "; nearest: " : "",
			near ? near : "");
	return NULL;
}

/* The request with the arguments that name things: values of rows are not for the events. */
static const char *said(const struct engine_request *r, char *out, size_t size)
{
	static const char *const names[] = { "what", "table", "tables", "topic", "group", "job", "problem", "subject",
		"action", "to", "from", "version" };
	size_t len = (size_t)snprintf(out, size, "%s", r->command);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && len < size; i++) {
		const char *value = engine_request_arg(r, names[i]);

		if (value)
			len += (size_t)snprintf(out + len, size - len, " %s=%.80s", names[i], value);
	}
	return out;
}

int engine_request_run(struct engine *e, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct ask a = { .e = e, .run = engine_request_run, .r = r, .emit = emit, .arg = arg, .err = err };
	const struct request_row *row = row_of(r->command, err);
	enum engine_effect effect;
	const char *lacks;
	char text[200];

	if (row == NULL || engine_request_check(&row->doc, r, err))
		return -1;
	lacks = engine_doer_lacks(row->doc.doer, e->capture != NULL, e->load != NULL);
	if (lacks)
		return err_set(err, ERR_CONFIG, 0, "%s: %s", r->command, lacks);
	effect = engine_request_effect(&row->doc, r);
	if (effect == EFFECT_READ)
		return row->run(&a);
	if (r->session && r->session->read_only) {
		logline(LOG_NOTICE, "engine", "%s on request of %s: refused, the session is read-only", r->command,
				ask_who(&a));
		return err_set(err, ERR_CONFIG, 0, "%s: refused: this session is read-only, and the request is %s",
				r->command, engine_effect_name(effect));
	}
	sessions_acted(e->sessions, r->session, said(r, text, sizeof(text)));
	if (row->run(&a) == 0) {
		changes_keep(CHANGED_ACTION, "engine", "%s on request of %s", text, ask_who(&a));
		return 0;
	}
	logline(LOG_NOTICE, "engine", "%s on request of %s: %s", text, ask_who(&a), err->msg);
	return -1;
}
