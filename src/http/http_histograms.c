/* http_histograms.c - the histograms of /metrics, from the lines that the engine answers `latency` with; and labels. */
#include <jansson.h>
#include <string.h>

#include "core/text.h"
#include "http/http_metrics.h"

static void http_metrics_label(struct buf *b, const char *value)
{
	char piece[TEXT_PIECE];
	size_t len = strlen(value), taken;

	for (size_t i = 0; i < len; i += taken) {
		size_t n = text_piece(piece, value + i, len - i, &taken);

		for (size_t k = 0; k < n; k++) {
			if (piece[k] == '\\' || piece[k] == '"')
				buf_putc(b, '\\');
			buf_putc(b, piece[k]);
		}
	}
}

void http_metrics_pair(struct buf *b, const char *before, const char *label, const char *value)
{
	buf_printf(b, "%s%s=\"", before, label);
	http_metrics_label(b, value);
	buf_putc(b, '"');
}

static void put_labels(struct buf *b, const char *name, const char *part, const char *label, const char *value)
{
	buf_printf(b, "%s_%s", name, part);
	http_metrics_pair(b, "{", label, value);
}

/* Counts do not fall from bucket to bucket: what is added meanwhile is in the last one only. */
static void put_histogram(struct buf *b, const char *name, const char *label, const char *value, const json_t *o)
{
	const json_t *le = json_object_get(o, "le_us"), *at_most = json_object_get(o, "at_most");
	long long count = json_integer_value(json_object_get(o, "count"));

	for (size_t i = 0; i < json_array_size(le); i++) {
		put_labels(b, name, "bucket", label, value);
		buf_printf(b, ",le=\"%.9g\"} %lld\n", (double)json_integer_value(json_array_get(le, i)) / 1e6,
				(long long)json_integer_value(json_array_get(at_most, i)));
	}
	put_labels(b, name, "bucket", label, value);
	buf_printf(b, ",le=\"+Inf\"} %lld\n", count);
	put_labels(b, name, "sum", label, value);
	buf_printf(b, "} %.9g\n", json_number_value(json_object_get(o, "sum_us")) / 1e6);
	put_labels(b, name, "count", label, value);
	buf_printf(b, "} %lld\n", count);
}

static int take_line(void *arg, const char *line, size_t len)
{
	struct http_histograms *h = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *stage = json_string_value(json_object_get(o, "stage")),
		   *table = json_string_value(json_object_get(o, "table"));
	const char *half = json_string_value(json_object_get(o, "half"));

	if (stage)
		put_histogram(&h->stage, HTTP_STAGE_LATENCY, "stage", stage, o);
	else if (table && half && strcmp(half, "load") == 0)
		put_histogram(&h->load, HTTP_LOAD_LATENCY, "table", table, o);
	else if (table)
		put_histogram(&h->capture, HTTP_CAPTURE_LATENCY, "table", table, o);
	json_decref(o);
	return 0;
}

int http_histograms_read(struct http_call *c, struct http_histograms *h)
{
	char tables[16];
	struct engine_request r = { .command = "latency", .args = { { "tables", tables } }, .nargs = 1 };

	buf_init(&h->stage, HTTP_ANSWER_MAX);
	buf_init(&h->capture, HTTP_ANSWER_MAX);
	buf_init(&h->load, HTTP_ANSWER_MAX);
	snprintf(tables, sizeof(tables), "%d", c->site->conf->tables);
	return http_request(c, &r, take_line, h);
}

void http_histograms_done(struct http_histograms *h)
{
	buf_done(&h->stage);
	buf_done(&h->capture);
	buf_done(&h->load);
}
