/* test_log_kafka_window.c - what is on its way: requests are counted as partitions fill and empty. */
#include "log/log_kafka_window.h"

#include "../tap.h"

enum { REQUEST = 1000 };

static void test_lane(void)
{
	struct kafka_window w = { .request_bytes = REQUEST };
	size_t a = 0, b = 0;

	kafka_window_add(&w, &a, REQUEST - 1);
	is_int(w.requests, 0, "what is not full waits");
	kafka_window_add(&w, &a, 1);
	is_int(w.requests, 1, "a full request goes");
	kafka_window_add(&w, &a, REQUEST / 4);
	ok(!kafka_window_is_full(&w, &a), "a part of the next one is taken");
	kafka_window_add(&w, &a, 1);
	ok(kafka_window_is_full(&w, &a), "no more");
	ok(!kafka_window_is_full(&w, &b), "another partition takes its own");
	kafka_window_add(&w, &b, 3 * REQUEST);
	is_int(w.requests, 2, "one request a partition, however large");
	kafka_window_take(&w, &a, REQUEST / 2);
	is_int(w.requests, 1, "half a request is left of the first: nothing is on its way there");
	kafka_window_take(&w, &b, 3 * REQUEST);
	kafka_window_take(&w, &a, a);
	is_int(w.requests, 0, "all answered");
	is_int(w.bytes, 0, "to the last byte");
}

static void test_many_lanes(void)
{
	struct kafka_window w = { .request_bytes = REQUEST };
	size_t lanes[32] = { 0 };
	int i = 0;

	while (i < 32 && !kafka_window_is_full(&w, &lanes[0]))
		kafka_window_add(&w, &lanes[i++], REQUEST - 1);
	ok(i > 16 && i < 32, "many partitions that hold a little each are too much at some time: %d", i);
	is_int(w.requests, 0, "none of them has sent anything: they have to be told");
}

int main(void)
{
	test_lane();
	test_many_lanes();
	return tap_done();
}
