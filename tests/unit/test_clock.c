/* Time that stands still for tests, and waits that grow. */
#include "core/clock.h"
#include "tests/tap.h"

int main(void)
{
	struct backoff b;
	int64_t before = clock_mono_us();
	int in_range = 1, low = 1000, high = 0;

	ok(clock_mono_us() >= before, "the monotonic clock does not go back");
	ok(clock_wall_us() > 1500000000000000, "the wall clock counts microseconds since 1970");
	clock_fake(42);
	is_int(clock_wall_us(), 42, "a fake wall clock stands");
	is_int(clock_mono_us(), 42, "and so does the other");
	clock_sleep_ms(3);
	is_int(clock_mono_us(), 3042, "sleeping moves it");
	clock_fake(-1);
	ok(clock_wall_us() > 1500000000000000, "real again");
	ok(clock_deadline(1500).tv_nsec < 1000000000, "a deadline is a proper time");

	backoff_init(&b, 100, 1000);
	for (int top = 100; top <= 800; top *= 2) {
		int ms = backoff_next(&b);

		in_range &= ms >= top / 2 && ms <= top;
	}
	for (int i = 0; i < 200; i++) {
		int ms = backoff_next(&b);

		low = ms < low ? ms : low;
		high = ms > high ? ms : high;
	}
	ok(in_range, "waits double");
	ok(low >= 500 && high <= 1000, "up to the ceiling");
	ok(high - low > 100, "with jitter");
	backoff_reset(&b);
	ok(backoff_next(&b) <= 100, "after a success from the start");
	return tap_done();
}
