/* rows.c - see rows.h. */
#include "engine/messages/rows.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine_parts.h"

int rows_open(struct message_rows *r, struct log *log, const struct settings *s, struct err *err)
{
	*r = (struct message_rows){ .log = log, .settings = s, .in = batch_new() };
	r->decoder = format_decoder_new(&s->format, err);
	return r->decoder ? 0 : -1;
}

void rows_close(struct message_rows *r)
{
	if (r->in)
		batch_free(r->in);
	if (r->decoder)
		format_decoder_free(r->decoder);
	if (r->history)
		history_free(r->history);
}

static const char *copy(struct message_rows *r, const char *p, uint32_t len)
{
	return p ? arena_dup(&r->in->arena, p, len) : NULL;
}

void rows_add(struct message_rows *r, const struct record *record)
{
	struct record *mine = batch_add_record(r->in);

	if (r->in->nrecords == 1) {
		r->in->topic = record->topic;
		r->in->partition = record->partition;
		r->in->from = record->offset;
	}
	*mine = *record;
	mine->key = copy(r, record->key, record->key_len);
	mine->value = copy(r, record->value, record->value_len);
	mine->headers = arena_dup(&r->in->arena, record->headers, record->nheaders * sizeof(*record->headers));
	for (uint32_t i = 0; i < record->nheaders; i++)
		mine->headers[i].value = copy(r, record->headers[i].value, record->headers[i].len);
	r->in->to = record->offset + 1;
	r->in->bytes += record->key_len + record->value_len;
}

static void know(void *arg, struct schema *schema, int64_t commit_us)
{
	format_decoder_know(arg, schema, commit_us);
}

/* What messages without a schema block mean is in the schema history. A log without one says what it can by itself. */
static void learn(struct message_rows *r)
{
	struct err none;

	err_clear(&none);
	r->history = history_new();
	history_each_version(r->history, know, r->decoder);
	history_read(r->history, r->log, r->settings->format.history_topic, NULL, &none);
}

int rows_decode(struct message_rows *r, struct err *err)
{
	struct format_unsure unsure;

	for (int tries = 0; tries < 3; tries++) {
		if (format_decode(r->decoder, r->in, err))
			return -1;
		if (!format_decoder_unsure(r->decoder, &unsure))
			return 0;
		if (r->history == NULL)
			learn(r);
		else
			format_decoder_settle(r->decoder);
	}
	return 0;
}
