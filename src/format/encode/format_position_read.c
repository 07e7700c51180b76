/*
 * format_position_read.c - a stored offset back to a position: ours, or the one that a Debezium connector left behind.
 */
#include <jansson.h>
#include <string.h>

#include "format/encode/format_encoder.h"
#include "format/format.h"
#include "format/history/format_position.h"

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
		return 1; /* the offset was reset: no position */
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
	json_object_foreach((json_t *)value, name,
			count) if (strncmp(name, prefix, sizeof(prefix) - 1) == 0 && json_integer_value(count) > 0)
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
