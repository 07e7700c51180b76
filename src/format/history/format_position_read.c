/*
 * format_position_read.c - a stored offset back to a position: ours, or the one that a Debezium connector left behind.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/encode/format_encoder.h"
#include "format/history/format_position.h"

static int number_member(const json_t *object, const char *name, uint64_t *out, struct err *err)
{
	const json_t *v = json_object_get(object, name);

	*out = 0;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return err_set(err, ERR_DATA, 0, "stored position: expected a number of 0 or more for '%s'", name);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static void text_member(const json_t *object, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));

	out[0] = '\0';
	if (text && strlen(text) < size)
		strcpy(out, text);
}

/* Debezium before 3.0.2 wrote a boolean, and reads the string "true" as well. */
static void snapshot_member(const json_t *object, struct position *out)
{
	const json_t *v = json_object_get(object, "snapshot");
	const char *text = json_is_string(v) ? json_string_value(v) : "";

	out->snapshot_blocking = strcmp(text, "BLOCKING") == 0;
	out->snapshot = json_is_true(v) || out->snapshot_blocking || strcmp(text, "INITIAL") == 0
			|| strcmp(text, "true") == 0;
}

int format_position_from_json(const json_t *object, struct position *out, struct err *err)
{
	const char *file = json_string_value(json_object_get(object, "file"));
	const char *gtids = json_string_value(json_object_get(object, "gtids"));
	uint64_t ts_sec, server_id;

	if (!json_is_object(object) || !file || strlen(file) >= sizeof(out->file))
		return err_set(err, ERR_DATA, 0,
				"stored position: expected an object with 'file' of less than 256 bytes");
	if (number_member(object, "pos", &out->pos, err) < 0 || number_member(object, "event", &out->event, err) < 0 ||
	    number_member(object, "row", &out->row, err) < 0 || number_member(object, "ts_sec", &ts_sec, err) < 0 ||
	    number_member(object, "server_id", &server_id, err) < 0 ||
	    number_member(object, "millrace_changes", &out->changes, err) < 0)
		return -1;
	strcpy(out->file, file);
	free(out->gtids);
	out->gtids = xstrdup(gtids);
	text_member(object, "millrace_server", out->server_uuid, sizeof(out->server_uuid));
	text_member(object, "millrace_gtid", out->gtid, sizeof(out->gtid));
	free(out->progress);
	out->progress = xstrdup(json_string_value(json_object_get(object, "millrace_snapshot")));
	out->ts_sec = (int64_t)ts_sec;
	out->server_id = (uint32_t)server_id;
	snapshot_member(object, out);
	return 0;
}

static bool key_is_ours(const json_t *key, const struct format_conf *conf)
{
	const char *name = json_string_value(json_array_get(key, 0));
	const char *server = json_string_value(json_object_get(json_array_get(key, 1), "server"));

	return name && server && strcmp(name, conf->connector_name) == 0 && strcmp(server, conf->topic_prefix) == 0;
}

int format_position_decode(const struct format_conf *conf, const struct record *r, struct position *out,
		struct err *err)
{
	json_t *key = r->key ? json_loadb(r->key, r->key_len, 0, NULL) : NULL;
	bool ours = key && key_is_ours(key, conf);
	json_t *value;
	int rc;

	json_decref(key);
	if (!ours)
		return 0;
	position_done(out);
	position_init(out);
	if (!r->value)
		return 1;	/* the offset was reset: no position */
	value = json_loadb(r->value, r->value_len, 0, NULL);
	rc = format_position_from_json(value, out, err) < 0 ? -1 : 1;
	json_decref(value);
	return rc < 0 ? err_wrap(err, "topic %s, offset %lld", r->topic, (long long)r->offset) : rc;
}

static void resume_transaction(struct transaction *t, const json_t *value)
{
	static const char prefix[] = "transaction_data_collection_order_";
	const char *id = json_string_value(json_object_get(value, "transaction_id")), *name;
	json_t *count;

	transaction_end(t);
	if (id == NULL)
		return;
	transaction_begin(t, id);
	json_object_foreach((json_t *)value, name, count)
		if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 && json_integer_value(count) > 0)
			transaction_set_count(t, name + sizeof(prefix) - 1, (uint64_t)json_integer_value(count));
}

void format_encoder_resume(struct format_encoder *e, const struct record *r)
{
	json_t *key = r->key ? json_loadb(r->key, r->key_len, 0, NULL) : NULL;
	bool ours = key && key_is_ours(key, e->conf);
	json_t *value = ours && r->value ? json_loadb(r->value, r->value_len, 0, NULL) : NULL;

	if (ours)
		resume_transaction(&e->transaction, value);
	json_decref(value);
	json_decref(key);
}
