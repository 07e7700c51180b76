/*
 * log_kafka_window.c - see log_kafka_window.h.
 *
 * An idempotent producer has one request on its way to a partition. While the next one is ready behind it, be it full,
 * older than linger.ms or to be flushed, librdkafka (seen with 2.0.2) asks without a pause whether it may go: that cost
 * more than all the rest of the way from the binlog. So a partition gets no more than one request and a part of the
 * next, what is not full waits (linger.ms is long), and a flush comes only when no full request is on its way: when the
 * transaction ends, or when many partitions hold a little each.
 */
#include "log/log_kafka_window.h"

#include <stdlib.h>

enum { REQUEST_BYTES = 1000000, LANES_FULL = 16 };

void kafka_window_init(struct kafka_window *w, rd_kafka_t *rk)
{
	char value[32];
	size_t size = sizeof(value);

	*w = (struct kafka_window){ .rk = rk, .request_bytes = REQUEST_BYTES };
	if (rd_kafka_conf_get(rd_kafka_conf(rk), "batch.size", value, &size) == RD_KAFKA_CONF_OK)
		w->request_bytes = strtoul(value, NULL, 10);
}

void kafka_window_add(struct kafka_window *w, size_t *lane, size_t bytes)
{
	w->requests += *lane < w->request_bytes && *lane + bytes >= w->request_bytes;
	*lane += bytes;
	w->bytes += bytes;
}

void kafka_window_take(struct kafka_window *w, size_t *lane, size_t bytes)
{
	w->requests -= *lane >= w->request_bytes && *lane - bytes < w->request_bytes;
	*lane -= bytes;
	w->bytes -= bytes;
}

bool kafka_window_is_full(const struct kafka_window *w, const size_t *lane)
{
	size_t most = w->request_bytes + w->request_bytes / 4;

	return *lane > most || w->bytes > LANES_FULL * most;
}

void kafka_window_turn(struct kafka_window *w, int timeout_ms)
{
	if (w->requests > 0)
		rd_kafka_poll(w->rk, timeout_ms);
	else
		rd_kafka_flush(w->rk, timeout_ms);
}
