/* http_metrics.h - what the files of /metrics share. */
#ifndef HTTP_HTTP_METRICS_H
#define HTTP_HTTP_METRICS_H

#include "http/http_answer.h"

#define HTTP_STAGE_LATENCY "millrace_stage_latency_seconds"
#define HTTP_CAPTURE_LATENCY "millrace_table_capture_latency_seconds"
#define HTTP_LOAD_LATENCY "millrace_table_load_latency_seconds"

struct http_histograms {
	struct buf stage, capture, load; /* samples, as they are printed */
};
int http_histograms_read(struct http_call *c,
		struct http_histograms *h); /* -1: answered with why not; done() either way */
void http_histograms_done(struct http_histograms *h);

/* The inside of a label: what may not be shown as \\xNN, quotes and backslashes escaped. */
void http_metrics_pair(struct buf *b, const char *before, const char *label,
		const char *value); /* before, then label="value" */

#endif
