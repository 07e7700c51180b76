/* test_meter.c - what a stage's figures say: rates that end, shares that stay below one, and a batch that takes long. */
#include "engine/status/meter.h"

#include "core/clock.h"

#include "tests/tap.h"

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
	return tap_done();
}
