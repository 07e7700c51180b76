/* test_meter.c - what a stage's figures say: rates that end, shares that stay below one, and a batch that takes long. */
#include "engine/status/meter.h"

#include "core/clock.h"

#include "tests/tap.h"

/* A row comes later to each stage than to the one before it: so no percentile of a stage is below that of the one before. */
static void test_stage_order(void)
{
	enum { STAGES = 6, ROWS = 3000, ROUNDS = 20 };
	static struct stage_meter stages[STAGES];
	uint64_t state = 88172645463325252u;
	bool in_order = true, known = true;

	for (int i = 0; i < STAGES; i++)
		meter_init(&stages[i]);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t before50 = 0, before99 = 0;

		for (int row = 0; row < ROWS; row++) {
			int64_t since_us = 0;

			for (int i = 0; i < STAGES; i++) {
				state = state * 6364136223846793005u + 1442695040888963407u;
				since_us += (int64_t)(state >> 40) >> (state >> 36 & 15);
				histogram_add(&stages[i].latency, since_us);
			}
		}
		for (int i = 0; i < STAGES; i++) {
			int64_t p50, p99;

			meter_tick(&stages[i], 1, true);
			meter_percentiles(&stages[i], &p50, &p99);
			known &= p50 >= 0 && p99 >= p50;
			in_order &= p50 >= before50 && p99 >= before99;
			before50 = p50;
			before99 = p99;
		}
	}
	ok(known, "every stage has percentiles");
	ok(in_order, "no stage is faster than the one before it");
}

int main(void)
{
	static struct stage_meter m;
	struct queue *q = queue_new(4);

	clock_fake(1000000);
	meter_init(&m);
	meter_queue(&m, q);
	meter_phase(&m, PHASE_WAIT_OUT);
	clock_fake(1500000);
	meter_phase(&m, PHASE_WAIT_IN);
	clock_fake(1750000);
	meter_done(&m, 100, 100, 1000);
	meter_phase(&m, PHASE_BUSY);
	clock_fake(2000000);
	meter_tick(&m, 1, false);
	ok(m.busy == 0.25 && m.wait_in == 0.5, "a second is shared out");
	ok(m.rows_per_s > 0, "rows flow");
	meter_phase(&m, PHASE_WAIT_IN);
	clock_fake(3500000);
	meter_tick(&m, 1, false);
	ok(m.busy == 1, "a batch that takes longer than the second is work");
	clock_fake(5000000);
	meter_phase(&m, PHASE_BUSY);
	meter_tick(&m, 1, false);
	ok(m.busy == 1, "three seconds that end in one are not more than one");
	clock_fake(6500000);
	meter_tick(&m, 1, false);
	ok(m.busy == 0, "waiting is not work, however long");
	ok(m.rows_per_s == 0, "after three quiet seconds nothing flows");
	meter_phase(&m, PHASE_WAIT_IN);
	meter_queue(&m, NULL);
	clock_fake(9000000);
	meter_tick(&m, 1, false);
	ok(m.busy == 0, "a half that is down does not work");
	queue_free(q);
	test_stage_order();
	return tap_done();
}
