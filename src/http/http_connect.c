/*
 * http_connect.c - the calls of Kafka Connect's REST interface that monitors use, with the answers that Connect gives. The capture half
 * is a source connector with the name of [millrace] name, the load half a sink connector NAME-load; each has one task.
 *
 * A half that fails, stands still or tries again is never RUNNING. A table that is stopped alone is not seen here: /health tells it.
 */
#include <string.h>

#include "core/json.h"
#include "http/http_connect.h"

/* ---- which ---- */

/* The halves of this process. */
static size_t connectors(const struct status *s, struct connector out[2])
{
	size_t n = 0;

	if (s->capture.enabled) {
		out[n] = (struct connector){ .state = s->capture.state, .trouble = &s->capture.trouble };
		snprintf(out[n++].name, sizeof(out[0].name), "%.63s", s->name);
	}
	if (s->load.enabled) {
		out[n] = (struct connector){ .load = true, .state = s->load.state, .trouble = &s->load.trouble };
		snprintf(out[n++].name, sizeof(out[0].name), "%.63s-load", s->name);
	}
	return n;
}

bool connect_named(struct http_call *c, struct status *s, struct connector *out)
{
	struct connector all[2];
	size_t n;

	if (!http_status(c, s))
		return false;
	n = connectors(s, all);
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, c->names[0]) == 0) {
			*out = all[i];
			return true;
		}
	http_error(c->answer, 404, "Connector %s not found", c->names[0]);
	return false;
}

/* The same, and its task 0. */
static bool named_task(struct http_call *c, struct status *s, struct connector *out)
{
	if (!connect_named(c, s, out))
		return false;
	if (strcmp(c->names[1], "0") == 0)
		return true;
	http_error(c->answer, 404, "Unknown task: %s-%s", c->names[0], c->names[1]);
	return false;
}

static const char *state_of(const struct connector *k)
{
	static const char *const names[] = {
		[HALF_STOPPED] = "STOPPED",
		[HALF_STARTING] = "UNASSIGNED",
		[HALF_SNAPSHOT] = "RUNNING",
		[HALF_STREAMING] = "RUNNING",
		[HALF_IDLE] = "RUNNING",
		[HALF_STUCK] = "FAILED",
		[HALF_PAUSED] = "PAUSED",
		[HALF_RETRYING] = "RESTARTING",
		[HALF_FAILED] = "FAILED",
	};

	return names[k->state];
}

/* ---- pieces of answers ---- */

static void put_state(struct http_call *c, const struct connector *k, bool task)
{
	struct buf *b = &c->answer->body;

	buf_printf(b, "%s\"state\":\"%s\",\"worker_id\":", task ? "{\"id\":0," : "{", state_of(k));
	buf_json_str(b, c->site->worker_id);
	if (k->trouble->error[0] || k->state == HALF_STUCK) {
		buf_puts(b, ",\"trace\":");
		buf_json_str(b,
				k->trouble->error[0] ? k->trouble->error
						     : "it has not moved for too long; /health says more");
	}
	buf_putc(b, '}');
}

static const char *type_of(const struct connector *k)
{
	return k->load ? "sink" : "source";
}

static void put_status(struct http_call *c, const struct connector *k)
{
	struct buf *b = &c->answer->body;

	buf_puts(b, "{\"name\":");
	buf_json_str(b, k->name);
	buf_puts(b, ",\"connector\":");
	put_state(c, k, false);
	buf_puts(b, ",\"tasks\":[");
	put_state(c, k, true);
	buf_printf(b, "],\"type\":\"%s\"}", type_of(k));
}

/* Which sections of the configuration are of which half. */
static bool is_of_half(const char *section, bool load)
{
	static const struct {
		const char *name;
		bool capture, load;
	} sections[] = {
		{ "millrace", true, true },
		{ "mysql", true, false },
		{ "kafka", true, true },
		{ "load", false, true },
		{ "starrocks", false, true },
	};

	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (strcmp(sections[i].name, section) == 0)
			return load ? sections[i].load : sections[i].capture;
	return load && strncmp(section, "table ", 6) == 0;
}

struct config {
	struct buf *out;
	bool load;
};

/* As "mysql.host":"..". */
static void put_setting(void *arg, const char *section, const char *key, const char *value)
{
	struct config *config = arg;
	char name[1024];

	if (!is_of_half(section, config->load))
		return;
	snprintf(name, sizeof(name), "%s.%s", section, key);
	buf_putc(config->out, ',');
	buf_json_str(config->out, name);
	buf_putc(config->out, ':');
	buf_json_str(config->out, value);
}

/* false: answered with why not */
static bool put_config(struct http_call *c, const struct connector *k)
{
	struct config config = { &c->answer->body, k->load };

	buf_puts(config.out, "{\"name\":");
	buf_json_str(config.out, k->name);
	buf_printf(config.out, ",\"connector.class\":\"millrace.%s\",\"tasks.max\":\"1\"",
			k->load ? "Load" : "Capture");
	if (http_settings_each(c, put_setting, &config))
		return false;
	buf_putc(config.out, '}');
	return true;
}

static bool put_info(struct http_call *c, const struct connector *k)
{
	struct buf *b = &c->answer->body;

	buf_puts(b, "{\"name\":");
	buf_json_str(b, k->name);
	buf_puts(b, ",\"config\":");
	if (!put_config(c, k))
		return false;
	buf_puts(b, ",\"tasks\":[{\"connector\":");
	buf_json_str(b, k->name);
	buf_printf(b, ",\"task\":0}],\"type\":\"%s\"}", type_of(k));
	return true;
}

/* ---- reads ---- */

void connect_root(struct http_call *c)
{
	struct status s;

	if (http_status(c, &s)) {
		buf_puts(&c->answer->body, "{\"version\":");
		buf_json_str(&c->answer->body, s.version);
		buf_puts(&c->answer->body, ",\"commit\":\"unknown\",\"kafka_cluster_id\":null}");
	}
	status_done(&s);
}

/* ?expand=status&expand=info; false: answered */
static bool put_expanded(struct http_call *c, const struct connector *k, bool status, bool info)
{
	struct buf *b = &c->answer->body;

	buf_json_str(b, k->name);
	buf_puts(b, ":{");
	if (status) {
		buf_puts(b, "\"status\":");
		put_status(c, k);
	}
	if (info) {
		buf_puts(b, status ? ",\"info\":" : "\"info\":");
		if (!put_info(c, k))
			return false;
	}
	buf_putc(b, '}');
	return true;
}

static void put_list(struct http_call *c, const struct status *s, bool expand)
{
	bool status = http_query_is(c->ask, "expand", "status"), info = http_query_is(c->ask, "expand", "info");
	struct buf *b = &c->answer->body;
	struct connector all[2];
	size_t n = connectors(s, all);

	buf_putc(b, expand ? '{' : '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, ',');
		if (!expand)
			buf_json_str(b, all[i].name);
		else if (!put_expanded(c, &all[i], status, info))
			return;
	}
	buf_putc(b, expand ? '}' : ']');
}

void connect_list(struct http_call *c)
{
	bool expand = false;
	struct status s;

	for (size_t i = 0; i < c->ask->nquery; i++)
		expand |= strcmp(c->ask->query[i].name, "expand") == 0;
	if (http_status(c, &s))
		put_list(c, &s, expand);
	status_done(&s);
}

void connect_info(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k))
		put_info(c, &k);
	status_done(&s);
}

void connect_status(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k))
		put_status(c, &k);
	status_done(&s);
}

void connect_config(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k))
		put_config(c, &k);
	status_done(&s);
}

void connect_tasks(struct http_call *c)
{
	struct buf *b = &c->answer->body;
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k)) {
		buf_puts(b, "[{\"id\":{\"connector\":");
		buf_json_str(b, k.name);
		buf_puts(b, ",\"task\":0},\"config\":");
		if (put_config(c, &k))
			buf_puts(b, "}]");
	}
	status_done(&s);
}

void connect_task_status(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (named_task(c, &s, &k))
		put_state(c, &k, true);
	status_done(&s);
}

/* ---- changes ---- */

static int nothing(void *arg, const char *line, size_t len)
{
	return 0;
}

static int order(struct http_call *c, const struct connector *k, const char *command)
{
	struct engine_request r = {
		.command = command,
		.args = { { "what", k->load ? "load" : "capture" } },
		.nargs = 1,
	};

	return http_request(c, &r, nothing, NULL);
}

static void pause_or_resume(struct http_call *c, const char *command)
{
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k) && order(c, &k, command) == 0)
		c->answer->code = 202;
	status_done(&s);
}

void connect_pause(struct http_call *c)
{
	pause_or_resume(c, "pause");
}

void connect_resume(struct http_call *c)
{
	pause_or_resume(c, "resume");
}

/* What has failed or waits for its next try tries at once, and the outcome is the answer. What runs goes on, and what a person has
 * paused stays so, as in Connect. */
static bool restart(struct http_call *c, const struct connector *k)
{
	bool failed = k->state == HALF_FAILED || k->state == HALF_RETRYING || k->state == HALF_STUCK;

	return !failed || order(c, k, "resume") == 0;
}

/* 204; with includeTasks or onlyFailed 202 and the status. */
void connect_restart(struct http_call *c)
{
	bool tells = http_query_is(c->ask, "includeTasks", "true") || http_query_is(c->ask, "onlyFailed", "true");
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k) && restart(c, &k)) {
		c->answer->code = tells ? 202 : 204;
		if (tells)
			put_status(c, &k);
	}
	status_done(&s);
}

void connect_task_restart(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (named_task(c, &s, &k) && restart(c, &k))
		c->answer->code = 204;
	status_done(&s);
}
